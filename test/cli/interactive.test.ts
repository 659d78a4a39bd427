// A review that a person waits for, on a real terminal that python makes: progress, Ctrl-C, pager and links.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { page, pagerCommand, showsLinks, withLinks } from '../../src/cli/pager.ts';

const ROOT = join(import.meta.dirname, '../..');
const THREAD = join(ROOT, 'threads/mlock-large-folio/thread.mbox');
const dir = mkdtempSync(join(tmpdir(), 'relore-tty-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

// Runs argv[2:] on a terminal of 24 lines; presses Ctrl-C each time that the text argv[1] comes, as often as argv[0] says.
const DRIVER = `
import pty, os, sys, select, time, struct, fcntl, termios
times, awaited, command = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 100, 0, 0))
out, seen, end = b'', 0, time.time() + 100
while time.time() < end:
    if not select.select([fd], [], [], 0.2)[0]:
        continue
    try:
        part = os.read(fd, 65536)
    except OSError:
        break
    if not part:
        break
    out += part
    if times > 0 and awaited in out[seen:]:
        seen, times = len(out), times - 1
        os.write(fd, b'\\x03')
sys.stdout.buffer.write(out)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)
`;

function onTerminal(
  presses: number,
  awaited: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { out: string; status: number | null } {
  const driver = join(dir, 'terminal.py');
  writeFileSync(driver, DRIVER);
  const { CI: _ci, NO_COLOR: _color, ...rest } = process.env;
  const command = [process.execPath, join(ROOT, 'dist/relore.js'), ...args];
  const run = spawnSync('python3', [driver, String(presses), awaited, ...command], {
    encoding: 'utf8',
    env: { ...rest, TERM: 'xterm-256color', ...env },
    cwd: dir,
  });
  return { out: run.stdout, status: run.status };
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('a review on a terminal (skipped without python3)', () => {
  const args = ['review', THREAD, '--model', 'sc,tso,lkmm'];

  it('says how far it is, and at Ctrl-C what was decided by then', { timeout: 120_000 }, () => {
    const { out, status } = onTerminal(1, ' of ', args, { RELORE_PAGER: 'cat' });
    expect(out).toMatch(/\r\d+ of \d+: [a-z-]+ S\d\w*, [\w/-]+, (?:sc|tso|lkmm); \d+ s/);
    expect(out).toContain('stopping when this search has ended; Ctrl-C again ends at once');
    expect(out).toContain('not decided');
    expect(out).toMatch(/\d+ of the searches: the\s+review was stopped before them/);
    expect(status).toBe(3);
  });

  it('ends at once at the second Ctrl-C', { timeout: 120_000 }, () => {
    // The second one is pressed when the first is answered: both answers hold this word.
    const { out, status } = onTerminal(2, 'st', args, { RELORE_PAGER: 'cat' });
    expect(status).toBe(130);
    expect(out).not.toContain('Verdict');
  });

  it('goes through the pager when it is longer than the terminal', { timeout: 120_000 }, () => {
    const RELORE_PAGER = `sed 's/^/paged: /' >${join(dir, 'paged')}`;
    const { out } = onTerminal(0, '', ['review', THREAD], { RELORE_PAGER });
    expect(out).not.toContain('Verdict');
    const lines = readFileSync(join(dir, 'paged'), 'utf8').split('\n');
    expect(lines.length).toBeGreaterThan(100);
    expect(lines[0]).toMatch(/^paged: /);
    expect(onTerminal(0, '', ['review', THREAD, '--no-pager'], { RELORE_PAGER }).out).toContain('Verdict');
  });

  it('links the Message-IDs that are on a server', { timeout: 120_000 }, () => {
    const { out } = onTerminal(0, '', ['thread', THREAD, '--no-pager'], { RELORE_PAGER: 'less' });
    expect(out).toContain(
      '\u001b]8;;https://lore.kernel.org/r/20230904-1@relore.example\u001b\\20230904-1@relore.example',
    );
  });
});

describe('the pager', () => {
  it('is chosen as git chooses it, with a name of our own before all', () => {
    expect(pagerCommand({})).toBe('less');
    expect(pagerCommand({ PAGER: 'most' })).toBe('most');
    expect(pagerCommand({ PAGER: 'most', RELORE_PAGER: 'less -S' })).toBe('less -S');
    expect(pagerCommand({ PAGER: 'cat' })).toBe('');
    expect(pagerCommand({ TERM: 'dumb' })).toBe('');
  });

  it('shows nothing that fits, nothing off a terminal, and leaves the text to us when it cannot start', () => {
    const long = 'line\n'.repeat(30);
    expect(page('line\n', { isTTY: true, rows: 24 }, { PAGER: 'false' })).toBe(false);
    expect(page(long, {}, { PAGER: 'true' })).toBe(false);
    expect(page(long, { isTTY: true, rows: 24 }, { PAGER: 'no-such-pager 2>/dev/null' })).toBe(false);
    expect(page(long, { isTTY: true, rows: 24 }, { PAGER: 'true' })).toBe(true);
  });

  it('gets links only when it is less', () => {
    expect(showsLinks({ isTTY: true }, { TERM: 'xterm' })).toBe(true);
    expect(showsLinks({ isTTY: true }, { TERM: 'xterm', PAGER: 'most' })).toBe(false);
    expect(showsLinks({}, { TERM: 'xterm' })).toBe(false);
  });

  it('gets no link for an address, and none that breaks out of its escape', () => {
    const ids = new Set(['a@b', 'x"y/\u0007@b']);
    expect(withLinks('A <a@c> <a@b>', ids, 'https://x/%s')).toBe(
      'A <a@c> <\u001b]8;;https://x/a@b\u001b\\a@b\u001b]8;;\u001b\\>',
    );
    expect(withLinks('<x"y/\u0007@b>', ids, 'https://x/%s')).toContain(';;https://x/x%22y%2F%07@b\u001b');
  });
});

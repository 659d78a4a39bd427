// `relore lower`: what a function is lowered to, and what a patch does to that. On our model sources.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStack } from '../../src/c/stack.ts';
import { lowerCommand } from '../../src/cli/lower.ts';

const ROOT = join(import.meta.dirname, '../..');
const RUN = { rules: join(ROOT, 'rules'), kernel: 'v6.12', format: 'text', all: false } as const;
let out = '';
let err = '';
let dir = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'relore-lower-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
beforeEach(() => {
  out = err = '';
  process.exitCode = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

/** A patch file that replaces one line of mm/mlock.c of v6.12 by others. */
function patchOf(name: string, line: string, replacement: readonly string[]): string {
  const lines = openStack(join(ROOT, 'rules/kernel')).at('v6.12').read('mm/mlock.c')?.text.split('\n') ?? [];
  const at = lines.findIndex((one) => one.trim() === line);
  const around = (from: number, to: number) => lines.slice(from, to).map((one) => ` ${one}`);
  const body = [
    ...around(at - 3, at),
    `-${lines[at] ?? ''}`,
    ...replacement.map((one) => `+\t${one}`),
    ...around(at + 1, at + 4),
  ];
  const header = `@@ -${at - 2},7 +${at - 2},${6 + replacement.length} @@`;
  const mail = `From: A <a@example.org>\nSubject: [PATCH] mm/mlock: try\nMessage-ID: <x@example.org>\nDate: Tue, 3 Dec 2024 10:00:00 +0000\n\nTry.\n---\n--- a/mm/mlock.c\n+++ b/mm/mlock.c\n${header}\n${body.join('\n')}\n`;
  const file = join(dir, name);
  writeFileSync(file, mail);
  return file;
}

describe('relore lower', () => {
  it('prints the instructions by source line, in at most 100 columns, with what they rest on', async () => {
    await lowerCommand('__munlock_folio', { ...RUN, scenario: 'stranded-unevictable/S1' });
    const lines = out.split('\n');
    expect(lines.slice(0, 2)).toEqual(['__munlock_folio()  mm/mlock.c:53  v6.12', 'in stranded-unevictable/S1']);
    expect(lines.filter((line) => /PG_mlocked \(mb\)/.test(line)).map((line) => line.replace(/r\d+/, 'r'))).toEqual([
      '   72  L4  r = test-and-clear PG_mlocked (mb)           folio_test_clear_mlocked(folio)',
    ]);
    expect(out).toMatch(/folio_lruvec_lock_irq\(\) {2}mm\/memcontrol\.c\n +16 +lock lruvec\.lru_lock +spin_lock_irq/);
    expect(out).toMatch(/\nassumptions:\n- /);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect([err, process.exitCode]).toEqual(['', 0]);
  });

  it('finds a scenario that runs the function, and makes a driver where no rule has one', async () => {
    await lowerCommand('folio_batch_move_lru', RUN);
    expect(out).toMatch(/^folio_batch_move_lru\(\) {2}mm\/swap\.c:\d+ {2}v6\.12\nin [\w-]+\/\w+\n/);
    out = '';
    await lowerCommand('folio_test_swapbacked', RUN);
    expect(out).toContain('in a driver that calls it once, with fresh objects');
    expect(out).toContain('= test PG_swapbacked (once)');
  });

  it('tells what a patch does, and nothing for one that the scenario cannot tell', async () => {
    const patch = patchOf('moved.patch', 'won = true;', ['folio_test_clear_mlocked(folio);', 'won = true;']);
    await lowerCommand('__munlock_folio', { ...RUN, scenario: 'stranded-unevictable/S1', patch });
    expect(out).toContain(
      [
        'what the patch does:',
        '  added    mm/mlock.c:61+          test-and-clear of PG_mlocked added between test-and-clear PG_lru',
        '           and load folio->memcg_data',
      ].join('\n'),
    );
    out = '';
    const same = patchOf('same.patch', 'won = true;', ['/* it is ours */', 'won = 1 == 1;']);
    await lowerCommand('__munlock_folio', { ...RUN, scenario: 'stranded-unevictable/S1', patch: same });
    expect(out).toContain('what the patch does:\n  nothing that the scenario watches\n');
  });

  it('gives the same as JSON', async () => {
    await lowerCommand('__munlock_folio', { ...RUN, scenario: 'stranded-unevictable/S1', format: 'json' });
    const shown = JSON.parse(out) as { schema: string; scenario: string; listings: { lines: { text: string }[] }[] };
    expect([shown.schema, shown.scenario]).toEqual(['relore.lower/1', 'stranded-unevictable/S1']);
    expect(shown.listings[0]?.lines.filter((line) => line.text === 'lock lruvec.lru_lock')).toHaveLength(1);
  });

  it('names functions that are like an unknown one', async () => {
    await expect(lowerCommand('__munlock_folios', RUN)).rejects.toThrow(
      'v6.12: expected a function __munlock_folios(), found __munlock_folio(), __mlock_folio(), munlock_folio() that are like it',
    );
    await expect(lowerCommand('$(id)', RUN)).rejects.toThrow('expected a function $(id)(), found none like it');
    await expect(lowerCommand('lru_add', { ...RUN, scenario: 'none/S1' })).rejects.toThrow(
      /^--scenario: expected one of .*stranded-unevictable\/S1.*, found none\/S1$/,
    );
  });

  it('says with file and line why a function or a patch is refused, and exits 3', async () => {
    const patch = patchOf('strange.patch', 'won = true;', ['won = no_such_helper(folio);']);
    await lowerCommand('__munlock_folio', { ...RUN, patch });
    expect(err).toMatch(/^relore: __munlock_folio\(\) is not lowered: mm\/mlock\.c:\d+: .*no_such_helper/);
    expect([out, process.exitCode]).toEqual(['', 3]);
    err = '';
    await lowerCommand('__munlock_folio', { ...RUN, scenario: 'stranded-by-mover/S4', kernel: 'v4.16' }).catch(
      (error: unknown) => {
        err = String(error);
      },
    );
    expect(err).not.toBe('');
  });
});

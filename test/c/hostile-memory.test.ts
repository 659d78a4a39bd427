// What a stranger's C may take: the command, in a process of its own with a heap of 512 MB, refuses it by its size and
// says so. The bound on time is that of the sizes: no assertion here depends on how busy the machine is.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const MEGABYTES = 512;
const command = join(import.meta.dirname, '../../dist/relore.js');
const body = (text: string): string => `int specimen(int a)\n{\n${text}\n}\n`;

const CASES: readonly (readonly [string, string | Buffer, RegExp])[] = [
  [
    'a macro of 1 MB',
    `#define BIG(x) (x ${'+ 1 '.repeat(250_000)})\n${body('return BIG(a);')}`,
    /at most 65536 characters/,
  ],
  [
    'braces that do not balance',
    `int specimen(int a)\n{\n${'{'.repeat(200_000)}`,
    /expected a function specimen\(\) in 6\.12\.0, found none/,
  ],
  [
    'recursive inlining',
    `int other(int a);\n${body('\treturn other(a);')}int other(int a)\n{\n\treturn specimen(a);\n}\n`,
    /expected no recursion/,
  ],
  ['a function of 100,000 lines', body(`${'a = a + 1;\n'.repeat(100_000)}return a;`), /at most 120000 characters/],
  [
    'bytes that are no UTF-8',
    Buffer.concat([
      Buffer.from(body('return a +')).subarray(0, -3),
      Buffer.from([0xff, 0xfe, 0x80, 0]),
      Buffer.from(';\n}\n'),
    ]),
    /expected C that can be read/,
  ],
];

// Loaded before the command: tells the most memory it had, in MB. maxRSS would begin with that of the process that started it.
const PEAK = `process.on('exit', () => {
  const [, kilobytes] = /^VmHWM:\\s*(\\d+) kB$/m.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'));
  process.stderr.write('\\npeak ' + Math.round(kilobytes / 1024) + '\\n');
});`;

/** What the command says about a tree with `text` as its one file, and the most memory it took, in MB. */
function lower(text: string | Buffer): {
  readonly status: number | null;
  readonly said: string;
  readonly peak: number;
} {
  const dir = mkdtempSync(join(tmpdir(), 'relore-hostile-'));
  try {
    for (const folder of ['mm', 'include']) mkdirSync(join(dir, folder));
    writeFileSync(join(dir, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n');
    writeFileSync(join(dir, 'peak.cjs'), PEAK);
    writeFileSync(join(dir, 'mm/specimen.c'), text);
    const options = [`--max-old-space-size=${MEGABYTES}`, '-r', join(dir, 'peak.cjs')];
    const run = spawnSync(process.execPath, [...options, command, 'lower', 'specimen', '--tree', dir], {
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: dir },
    });
    const peak = Number(/^peak (\d+)$/m.exec(run.stderr)?.[1] ?? Number.NaN);
    return { status: run.status, said: run.stdout + run.stderr, peak };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const isHere = existsSync(command) && existsSync('/proc/self/status');

describe.skipIf(!isHere)('hostile C in a process of 512 MB (skipped without dist/relore.js and /proc)', () => {
  it.each(CASES)('%s is refused with the reason', { timeout: 120_000 }, (_, text, reason) => {
    const { status, said, peak } = lower(text);
    expect(said).toMatch(reason);
    expect(status).toBe(3);
    expect(peak).toBeLessThan(MEGABYTES);
  });
});

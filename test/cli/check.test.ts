import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/program.ts';

const SB = `C SB
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); r0 = READ_ONCE(*y); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)
`;

let dir = '';
let out = '';
let err = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relore-check-'));
  [out, err] = ['', ''];
  process.exitCode = undefined;
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
  rmSync(dir, { recursive: true, force: true });
  process.exitCode = undefined;
});

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

describe('relore check', () => {
  it("prints herd's words and counts, and ends with 0", async () => {
    await run(['check', file('sb.litmus', SB)]);
    expect(out).toBe(`Test SB Allowed
States 4
0:r0=0; 1:r0=0;
0:r0=0; 1:r0=1;
0:r0=1; 1:r0=0;
0:r0=1; 1:r0=1;
Ok
Witnesses
Positive: 1 Negative: 3
Condition exists (0:r0=0 /\\ 1:r0=0)
Observation SB Sometimes 1 3

`);
    expect(process.exitCode).toBe(0);
  });

  it('names the model of each verdict when there are several', async () => {
    await run(['check', '--model', 'sc,tso,lkmm', file('sb.litmus', SB)]);
    expect(out.match(/^(Model|Observation) .*/gm)).toEqual([
      'Model sc',
      'Observation SB Never 0 3',
      'Model tso',
      'Observation SB Sometimes',
      'Model lkmm',
      'Observation SB Sometimes 1 3',
    ]);
  });

  it('goes through a folder, sums up, and ends with 3 when a test is refused', async () => {
    file('a.litmus', SB);
    file('b.litmus', SB.replace('READ_ONCE(*y)', 'frobnicate(y)'));
    file('notes.txt', 'not a test');
    await run(['check', dir]);
    expect(out).toContain('2 files: 0 never, 1 sometimes, 0 always, 0 undecided, 1 refused, 0 unreadable');
    expect(out).toContain(`Refused ${join(dir, 'b.litmus')}:3: frobnicate(y): expected a macro of linux-kernel.def`);
    expect(process.exitCode).toBe(3);
  });

  it('a file that is no litmus test is named with its line; the others are checked; exit 2', async () => {
    await run(['check', file('a.litmus', SB), file('b.litmus', 'hello\n')]);
    expect(err).toContain('b.litmus:1: expected the first line of a litmus test: C and its name, found hello');
    expect(out).toContain('Observation SB Sometimes 1 3');
    expect(process.exitCode).toBe(2);
  });

  it('prints JSON', async () => {
    await run(['check', '--format', 'json', file('sb.litmus', SB)]);
    expect(JSON.parse(out)).toMatchObject([
      { test: 'SB', model: 'lkmm', kind: 'complete', word: 'Sometimes', positive: 1 },
    ]);
  });

  it('a path that is not there is an error of input', async () => {
    await expect(run(['check', join(dir, 'none.litmus')])).rejects.toThrow(
      'expected a litmus test or a folder of them',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { openProgress } from '../../src/cli/progress.ts';

function screen(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

describe('progress', () => {
  const at = (words: string, done = 1, states = 0) => ({ words, done, total: 8, states });

  it('is a line after a second, at most ten a second, and gone at the end', () => {
    let time = 0;
    const on = screen(true);
    const progress = openProgress(on, {}, () => time);
    progress?.search(at('rule S1, base, sc'));
    time = 1000;
    progress?.search(at('rule S2, base, sc'));
    time = 1050;
    progress?.search(at('rule S3, base, sc', 2));
    time = 2600;
    progress?.search(at('rule S4, fix-1, sc', 3, 100_000));
    progress?.end();
    expect(on.written).toEqual([
      '\r1 of 8: rule S2, base, sc; 1 s, 0 states/s\u001b[K',
      // Two searches took 2.6 s, six are left with the one that begins; 100,000 states in 2.6 s.
      '\r3 of 8: rule S4, fix-1, sc; 3 s, at most 8 s left, 38 k states/s\u001b[K',
      '\r\u001b[K',
    ]);
  });

  it('goes on with the clock while one search runs', () => {
    let time = 0;
    const on = screen(true);
    const progress = openProgress(on, {}, () => time);
    progress?.tick();
    progress?.search(at('rule S1', 2));
    time = 3000;
    progress?.tick();
    expect(on.written).toEqual(['\r2 of 8: rule S1; 3 s, at most 21 s left, 0 states/s\u001b[K']);
  });

  it('is nothing for a pipe, in CI, on a dumb terminal, and for a review that is quick', () => {
    expect(openProgress(screen(false), {}, () => 0)).toBeUndefined();
    expect(openProgress(screen(true), { CI: 'true' }, () => 0)).toBeUndefined();
    expect(openProgress(screen(true), { TERM: 'dumb' }, () => 0)).toBeUndefined();
    const on = screen(true);
    const progress = openProgress(on, {}, () => 0);
    progress?.search(at('rule S1'));
    progress?.end();
    expect(on.written).toEqual([]);
  });

  it('never wraps, and carries no control character', () => {
    let time = 0;
    const on = screen(true, 30);
    const progress = openProgress(on, {}, () => time);
    time = 2000;
    progress?.search(at(`rule \u001b[2J${'x'.repeat(100)}`));
    expect(on.written).toEqual([`\r1 of 8: rule ?[2J${'x'.repeat(12)}\u001b[K`]);
  });
});

import { describe, expect, it } from 'vitest';
import { openProgress } from '../../src/cli/progress.ts';

function screen(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

describe('progress', () => {
  it('is a line after a second, at most ten a second, and gone at the end', () => {
    let time = 0;
    const on = screen(true);
    const progress = openProgress(on, {}, () => time);
    progress?.search('rule S1, base');
    time = 1000;
    progress?.search('rule S2, base');
    time = 1050;
    progress?.search('rule S3, base');
    time = 2600;
    progress?.search('rule S4, fix-1');
    progress?.end();
    expect(on.written).toEqual([
      '\rrule S2, base: search 2, 1 s\u001b[K',
      '\rrule S4, fix-1: search 4, 3 s\u001b[K',
      '\r\u001b[K',
    ]);
  });

  it('is nothing for a pipe, in CI, on a dumb terminal, and for a review that is quick', () => {
    expect(openProgress(screen(false), {}, () => 0)).toBeUndefined();
    expect(openProgress(screen(true), { CI: 'true' }, () => 0)).toBeUndefined();
    expect(openProgress(screen(true), { TERM: 'dumb' }, () => 0)).toBeUndefined();
    const on = screen(true);
    const progress = openProgress(on, {}, () => 0);
    progress?.search('rule S1');
    progress?.end();
    expect(on.written).toEqual([]);
  });

  it('never wraps, and carries no control character', () => {
    let time = 0;
    const on = screen(true, 30);
    const progress = openProgress(on, {}, () => time);
    time = 2000;
    progress?.search(`rule \u001b[2J${'x'.repeat(100)}`);
    expect(on.written).toEqual([`\rrule ?[2J${'x'.repeat(20)}\u001b[K`]);
  });
});

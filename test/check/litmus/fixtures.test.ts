// Every test of fixtures/litmus says its own verdict, and where it can be worked out by hand how many executions it has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { litmus } from '../../../src/check/litmus/litmus.ts';
import { judgeLitmus } from '../../../src/check/litmus/report.ts';

const folder = join(import.meta.dirname, '../../../fixtures/litmus');
const files = readdirSync(folder).sort();

describe('litmus tests of our own', () => {
  it('there are some of each word', () => {
    const words = files.map((file) => /Result: (\w+)/.exec(readFileSync(join(folder, file), 'utf8'))?.[1]);
    expect(new Set(words)).toEqual(new Set(['Never', 'Sometimes', 'Always']));
    expect(files.length).toBeGreaterThan(45);
  });

  it.each(files)('%s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const expected = /Result: (Never|Sometimes|Always)( data-race)?\n/.exec(text);
    if (expected === null) throw new Error('expected a Result line');
    expect(text).toMatch(new RegExp(`^C ${file.replace('.litmus', '')}\n`));
    const test = litmus(text, file);
    if (test.kind === 'refused') throw new Error(test.refusal.why);
    const verdict = judgeLitmus(test, 'lkmm');
    expect({ kind: verdict.kind, word: verdict.word, race: verdict.race }).toEqual({
      kind: 'complete',
      word: expected[1],
      race: expected[2] !== undefined,
    });
    const counts = /Executions: (\d+) (\d+)/.exec(text);
    if (counts !== null) expect([verdict.positive, verdict.negative].join(' ')).toBe(`${counts[1]} ${counts[2]}`);
  });

  it('what no interleaving shows, sc never has', () => {
    for (const file of files) {
      const test = litmus(readFileSync(join(folder, file), 'utf8'), file);
      if (test.kind === 'refused') throw new Error(test.refusal.why);
      const [sc, lkmm] = [judgeLitmus(test, 'sc'), judgeLitmus(test, 'lkmm')];
      expect(sc.positive! + sc.negative!, file).toBeLessThanOrEqual(lkmm.positive! + lkmm.negative!);
    }
  });
});

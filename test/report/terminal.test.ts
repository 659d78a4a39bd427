import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderTerminal, type TerminalOptions } from '../../src/report/terminal.ts';
import { columnsOf } from '../../src/report/text.ts';
import type { Review } from '../../src/types.ts';
import { check, claim, emptyReview, keepsReview, opensReview, patch, violatedReview } from './fixtures.ts';

const PLAIN: TerminalOptions = { color: false, width: 100, all: false };
const folded = (text: string) => text.replace(/\s+/g, ' ');
const plain = (review: Review, options: Partial<TerminalOptions> = {}) =>
  renderTerminal(review, { ...PLAIN, ...options });

/** Compares with a file beside the test; UPDATE=1 rewrites it, a missing file is a failure. */
function expectFile(name: string, text: string): void {
  const file = join(import.meta.dirname, 'expected', name);
  if (process.env['UPDATE'] === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

describe('a review on a terminal', () => {
  it('reads as it was written down for the violated thread', () => expectFile('violated.txt', plain(violatedReview())));
  it('reads as it was written down for 78 columns', () =>
    expectFile('violated-78.txt', plain(violatedReview(), { width: 78 })));
  it('reads as it was written down for everything at once', () =>
    expectFile('violated-all.txt', plain(violatedReview(), { all: true, allSteps: true })));
  it('reads as it was written down for the harmless patch', () => expectFile('keeps.txt', plain(keepsReview())));
  it('reads as it was written down for the patch that opens a race', () =>
    expectFile('opens.txt', plain(opensReview())));

  it('is never wider than asked, between 78 and 100 columns', () => {
    for (const [asked, width] of [
      [40, 78],
      [78, 78],
      [90, 90],
      [400, 100],
    ] as const) {
      const lines = plain(violatedReview(), { width: asked }).split('\n');
      expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(width);
    }
  });

  it('gives the verdict within ten lines, before any schedule', () => {
    const top = plain(violatedReview()).split('\n').slice(0, 10).join('\n');
    expect(top).toContain('Violated without any patch, under SC');
    expect(top).toContain('Closed by fix-3/a and fix-1+fix-2; not by fix-1, fix-2 and fix-3/b.');
  });

  it('keeps the order verdict, schedules, claims, fixes, model, assumptions, not checked, replay', () => {
    const titles = [
      'Verdict',
      'Schedules',
      'Claims',
      'What each fix does',
      'Memory model, bound, states',
      'Assumptions',
      'Not checked',
      'Replay',
    ];
    const lines = plain(violatedReview()).split('\n');
    const at = titles.map((title) => lines.indexOf(title));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at[0]).toBeGreaterThan(0);
    expect(lines.at(-2)).toBe('  No reproducer was run.');
  });

  it('marks a fix that its author withdrew, with the words', () => {
    expect(plain(violatedReview())).toContain('(withdrawn by its author: "that is not enough after all")');
  });

  it('names the speaker of a quote only when known: the sender of a mail did not write what it quotes', () => {
    const text = plain(violatedReview());
    expect(text).toContain('unknown speaker <reply-2@example.org>: "Maybe 2262ace60713 has to be reverted."');
    expect(text).not.toContain('Bo Example <reply-2@example.org>');
  });

  it('is plain without colour, and with colour differs in nothing but colour codes', () => {
    expect(plain(violatedReview())).not.toContain('\u001b');
    const colored = plain(violatedReview(), { color: true });
    expect(colored).toContain('\u001b[32mcloses it\u001b[0m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are what this removes
    expect(colored.replace(/\u001b\[\d+m/g, '').replace(/ +$/gm, '')).toBe(plain(violatedReview()));
  });

  it('prints hostile mail as text', () => {
    const hostile = '\u001b[2J\u001b]0;owned\u0007x\r\nVerdict\u202e';
    const review = violatedReview({
      claims: [claim({ id: 'c1', quote: hostile, speaker: hostile, trace: 't1' })],
      patches: [patch({ id: 'fix-1', title: hostile, verdict: 'does-not-close' })],
    });
    const text = plain({ ...review, thread: { ...review.thread, subject: hostile } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text.split('\n').filter((line) => line === 'Verdict')).toHaveLength(1);
  });

  it('uses no word of severity or certainty', () => {
    for (const review of [violatedReview(), keepsReview(), opensReview(), emptyReview()]) {
      expect(plain(review, { all: true })).not.toMatch(/\b(?:safe|proved|proven|critical|severe|high|bug)\b/i);
    }
  });
});

describe('the verdict of a patch', () => {
  const one = (change: Parameters<typeof patch>[0]) =>
    plain(keepsReview({ patches: [patch({ kind: 'posted', title: 'a title', ...change })], checks: [], traces: {} }));

  it('says why a patch does not apply', () => {
    expect(
      one({ id: 'patch-1', verdict: 'unknown', applies: false, reason: 'mm/mlock.c:127: context not found' }),
    ).toContain('patch-1: does not apply: mm/mlock.c:127: context not found');
  });

  it('names the functions that no rule covers', () => {
    const changing = (...lines: string[]) => {
      const hunk = { file: 'mm/swap.c', section: '', oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines };
      return one({ id: 'patch-1', verdict: 'not-reviewed', functions: [], hunks: [hunk] });
    };
    expect(changing(' int a;', '-/* one', '+ * two', '+', '+ */')).toContain(
      'patch-1: not reviewed: only comments change',
    );
    expect(changing('-/* one */', '+*page = 0;')).toContain('patch-1: not reviewed: it touches no function');
    expect(changing('+/* one */ a = 1;')).toContain('patch-1: not reviewed: it touches no function');
    expect(one({ id: 'patch-1', verdict: 'not-reviewed', functions: ['a', 'b'] })).toContain(
      'patch-1: not reviewed: no rule covers a(), b()',
    );
  });

  it('says when no scenario runs the changed code', () => {
    expect(one({ id: 'patch-1', verdict: 'not-exercised' })).toContain('not exercised by any scenario');
  });

  it('gives the number of states when nothing was found', () => {
    const holds = { verdict: 'holds', states: 1204, violated: [] } as const;
    const found = plain(keepsReview({ checks: [check('S1', 'patch-1', { before: holds, after: holds })], traces: {} }));
    expect(folded(found)).toContain('No violation found in 1,204 states under SC (1 scenario, each search exhausted).');
  });

  it('does not say that nothing was found where a search was stopped', () => {
    const holds = { verdict: 'holds', states: 10, violated: [] } as const;
    const bounded = { verdict: 'bounded', states: 2_000_000, violated: [], why: '2,000,000 states' } as const;
    const found = plain(
      keepsReview({ checks: [check('S1', 'patch-1', { before: holds, after: bounded })], traces: {} }),
    );
    expect(folded(found)).toContain('not decided in S1: 2,000,000 states');
    expect(found).not.toContain('exhausted');
  });

  it('says not decided, and no number of states, where every search was refused', () => {
    const refused = (why: string) => ({ verdict: 'refused', states: 0, violated: [], why }) as const;
    const checks = [
      check('S1', 'patch-1', { before: refused('a'), after: refused('f() has no body') }),
      check('S2', 'patch-1', { before: refused('a'), after: refused('g() has no body') }),
    ];
    const found = folded(plain(keepsReview({ checks, traces: {} })));
    expect(found).toContain(
      'Not decided under SC: S1 and S2 refused. f() has no body (and 1 more reason, in the JSON).',
    );
    expect(found).not.toContain('No violation found');
  });
});

describe('what the base violates by itself', () => {
  it('is kept apart from the patch', () => {
    const text = plain(opensReview());
    expect(text).toMatch(/Also without this patch\n.*\n {2}- stranded-unevictable S2/);
  });

  it('is only counted with --only new', () => {
    const text = plain(opensReview(), { only: 'new' });
    expect(text).toContain('1 scenario violated before the patch too: --only all.');
    expect(text).not.toContain('- stranded-unevictable S2');
  });
});

describe('a mail without patch or claim', () => {
  it('says that there is nothing to check', () => {
    expect(plain(emptyReview())).toContain(
      'Nothing to check: no patch, no fix and no claim about a race was found in 3 messages.',
    );
  });
});

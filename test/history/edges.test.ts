import { describe, expect, it } from 'vitest';
import { checkOf } from '../../src/history/agree.ts';
import { edgesOf } from '../../src/history/edges.ts';
import { parseStated } from '../../src/history/stated.ts';
import { spanWords } from '../../src/history/words.ts';
import type { HistoryRace, HistoryRun, HistoryStep, HistoryVersion, Verdict } from '../../src/types.ts';

const STEPS: readonly HistoryStep[] = [
  '',
  'aaaaaaaaaaaa',
  'bbbbbbbbbbbb',
  'cccccccccccc',
  'dddddddddddd',
  'eeeeeeeeeeee',
].map((commit, index) => ({
  name: `s${index}`,
  commit,
  subject: `change ${index}`,
  release: index === 0 ? '' : `v5.${index}`,
}));
const VERSIONS: readonly HistoryVersion[] = [0, 2, 4, 5].map((step) => ({ name: `v5.${step}`, step }));
const MARKS: Readonly<Record<string, Verdict>> = { '.': 'holds', X: 'violated', '?': 'bounded', '-': 'refused' };

/** Runs from a picture of the steps: '..X??.'. */
function runs(picture: string): HistoryRun[] {
  const found: HistoryRun[] = [];
  for (const [step, mark] of [...picture].entries()) {
    const verdict = MARKS[mark] ?? 'refused';
    const last = found.at(-1);
    if (last?.verdict === verdict) found[found.length - 1] = { ...last, to: step };
    else
      found.push({
        from: step,
        to: step,
        verdict,
        ...(verdict === 'violated' ? { schedules: [{ from: step, trace: `t-${step}` }] } : {}),
      });
  }
  return found;
}

function race(sc: string, lkmm = sc): HistoryRace {
  return {
    id: 'rule/S1/I',
    rule: 'rule',
    scenario: 'S1',
    property: 'I',
    isMain: true,
    level: 'error',
    title: 'a race',
    words: 'two processes',
    invariant: 'nothing is lost',
    functions: [],
    runs: { sc: runs(sc), tso: runs(sc), lkmm: runs(lkmm) },
  };
}

function edges(sc: string, lkmm = sc, start = 0): string[] {
  return edgesOf(race(sc, lkmm), STEPS, ['sc', 'lkmm'], start).map(({ kind, commit, evidence }) =>
    evidence.kind === 'computed'
      ? `${kind} ${commit.slice(0, 1)} ${evidence.models.join('+')} ${evidence.from}-${evidence.to} ${evidence.trace ?? ''}`.trim()
      : '',
  );
}

describe('computed edges', () => {
  it('are where a verdict turns: opened, closed, opened again', () => {
    expect(edges('..X.XX')).toEqual([
      'opened b sc+lkmm 1-2 t-2',
      'closed c sc+lkmm 2-3 t-2',
      're-opened d sc+lkmm 3-4 t-4',
    ]);
    expect(edges('......')).toEqual([]);
    expect(edges('XXXXXX')).toEqual([]);
  });

  it('name two commits when two models turn at two steps', () => {
    expect(edges('....XX', '..XXXX')).toEqual(['opened b lkmm 1-2 t-2', 'opened d sc 3-4 t-4']);
  });

  it('span the steps that are not decided', () => {
    expect(edges('..X...', '..X??.')).toEqual([
      'opened b sc+lkmm 1-2 t-2',
      'closed c sc 2-3 t-2',
      'closed e lkmm 2-5 t-2',
    ]);
    expect(edges('..?...')).toEqual([]);
  });

  it('begin with code that comes violated, and end with code that goes', () => {
    expect(edges('--XX..')).toEqual(['opened b sc+lkmm 1-2 t-2', 'closed d sc+lkmm 3-4 t-2']);
    expect(edges('.XXX--')).toEqual(['opened a sc+lkmm 0-1 t-1', 'closed d sc+lkmm 3-4 t-1']);
    expect(edges('--....')).toEqual([]);
  });

  it('do not begin where the model sources begin', () => {
    expect(edges('--XX..', '--XX..', 2)).toEqual(['closed d sc+lkmm 3-4 t-2']);
  });
});

describe('a stated edge', () => {
  const check = (kind: 'opened' | 'closed' | 'exposed' | 'unchanged', commit: string, sc: string, lkmm = sc) => {
    const races = [race(sc, lkmm)];
    const found = edgesOf(races[0]!, STEPS, ['sc', 'lkmm'], 0);
    return checkOf({ kind, commit, race: 'rule' }, { steps: STEPS, models: ['sc', 'lkmm'], races, edges: found });
  };

  it('agrees with a verdict that turns its way, and differs from one that turns the other way or not at all', () => {
    expect(check('opened', 'bbbbbbbbbbbb', '..XXXX').verdict).toBe('agrees');
    expect(check('closed', 'bbbbbbbbbbbb', '..XXXX').verdict).toBe('differs');
    expect(check('opened', 'cccccccccccc', '..XXXX')).toEqual({
      verdict: 'differs',
      why: 'S1 I: violated before and after under SC, LKMM',
      computed: [],
    });
    expect(check('unchanged', 'cccccccccccc', '..XXXX').verdict).toBe('agrees');
    expect(check('unchanged', 'bbbbbbbbbbbb', '..XXXX').verdict).toBe('differs');
    expect(check('exposed', 'cccccccccccc', '..XXXX').verdict).toBe('agrees');
    expect(check('exposed', 'bbbbbbbbbbbb', '..XXXX').verdict).toBe('differs');
  });

  it('is not held against what is not decided, not in the stack, or modelled by no rule', () => {
    expect(check('opened', 'bbbbbbbbbbbb', '......', '..????').verdict).toBe('not-computed');
    expect(check('opened', 'cccccccccccc', '......', '.....?').verdict).toBe('differs');
    expect(check('opened', 'ffffffffffff', '..XXXX').why).toBe('the patch stack has no patch for it');
    expect(check('opened', '', '..XXXX').why).toBe('it is no commit');
    const known = { steps: STEPS, models: ['sc'] as const, races: [], edges: [] };
    expect(checkOf({ kind: 'opened', commit: 'bbbbbbbbbbbb', race: 'other' }, known).why).toBe(
      'no rule models this race',
    );
  });

  it('agrees as one of several when the steps between are not decided, and says so', () => {
    const found = check('opened', 'cccccccccccc', '..??XX');
    expect(found.verdict).toBe('agrees');
    expect(found.why).toMatch(/by this change or by another one near it/);
  });
});

describe('verdicts in words', () => {
  it('are spans of versions', () => {
    expect(spanWords(race('....XX'), 'sc', VERSIONS)).toBe('holds to v5.2, violated from v5.4');
    expect(spanWords(race('......'), 'sc', VERSIONS)).toBe('holds in all versions');
    expect(spanWords(race('--XX..'), 'sc', VERSIONS)).toBe('violated in v5.2, holds from v5.4');
    expect(spanWords(race('------'), 'sc', VERSIONS)).toBe('not modelled');
    expect(spanWords({ ...race('--..XX'), since: 'v5.2' }, 'sc', VERSIONS)).toBe('holds to v5.2, violated from v5.4');
  });
});

const EDGES = '## Edges\n\n| commit | release | kind | race | effect | evidence |\n|---|---|---|---|---|---|\n';

describe('rules/history', () => {
  it('is read line by line, with the place of each edge', () => {
    const text = `# T\n\n${EDGES}| \`0123456789ab\` a change | v5.18 | claimed closed | rule/S1 | it says so | read: a@b.c, changelog |\n`;
    expect(parseStated(text, 'x.md').edges).toEqual([
      {
        kind: 'claimed',
        claims: 'closed',
        commit: '0123456789ab',
        subject: 'a change',
        release: 'v5.18',
        race: 'rule/S1',
        words: 'it says so',
        evidence: { kind: 'read', where: ['a@b.c', 'changelog'] },
        place: { file: 'x.md', line: 7 },
      },
    ]);
  });

  it.each([
    [
      '| `0123` a change | v5.18 | opened | r | e | memory |',
      /x\.md:5: expected `12 digits` or -, and what the change is/,
    ],
    ['| - a change | 5.18 | opened | r | e | memory |', /x\.md:5: expected a release like v5\.18, or -, found 5\.18/],
    ['| - a change | v5.18 | broke | r | e | memory |', /x\.md:5: expected opened, closed, .* found broke/],
    ['| - a change | v5.18 | claimed | r | e | memory |', /or claimed with one of the others after it, found claimed/],
    [
      '| - a change | v5.18 | opened | r | e | somewhere |',
      /expected memory, analysis, or read: where, found somewhere/,
    ],
    ['| - a change | v5.18 | opened |  | e | memory |', /expected something under race, found nothing/],
  ])('refuses %s', (row, message) => {
    expect(() => parseStated(`${EDGES}${row}\n`, 'x.md')).toThrow(message);
  });

  it('refuses a section that it does not know, and one without a table', () => {
    expect(() => parseStated('## Opinions\n\n| a |\n|---|\n', 'x.md')).toThrow(
      /x\.md:1: expected Edges, .* found Opinions/,
    );
    expect(() => parseStated('## Edges\n\nNothing yet.\n', 'x.md')).toThrow(
      /x\.md:1: expected a table in this section, found none/,
    );
  });

  it('reads what an argument predicts', () => {
    const head = '| date | who | stance | words | evidence | try | says |\n|---|---|---|---|---|---|---|\n';
    const row =
      '| 2023-07 | A | for | w | memory | rule v6.12: fix-1, fix-2 | S1 holds, S11 deadlock LKMM violated |\n';
    const text = `## lock a-lock: A lock\n\nRules: rule. Names: f, PG_x.\nWhy.\n\n${head}${row}`;
    const [one] = parseStated(text, 'x.md').genealogies;
    expect([one?.id, one?.kind, one?.title, one?.words, one?.names]).toEqual([
      'a-lock',
      'lock',
      'A lock',
      'Why.',
      ['f', 'PG_x'],
    ]);
    expect(one?.arguments[0]?.trial?.edits).toEqual(['fix-1', 'fix-2']);
    expect(one?.arguments[0]?.predicts).toEqual([
      { scenario: 'S1', property: undefined, model: 'sc', verdict: 'holds' },
      { scenario: 'S11', property: 'deadlock', model: 'lkmm', verdict: 'violated' },
    ]);
  });
});

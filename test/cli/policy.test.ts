import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit-code.ts';
import { emit } from '../../src/cli/output.ts';
import { readWaivers, today, withWaivers } from '../../src/cli/policy.ts';
import { isCi, readSettings } from '../../src/cli/settings.ts';
import { findingsOf } from '../../src/report/findings.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import type { Review } from '../../src/types.ts';
import { check, keepsReview, opensReview, patch } from '../report/fixtures.ts';

const dir = mkdtempSync(join(tmpdir(), 'relore-policy-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const RULES = [
  { name: 'stranded-unevictable', scenarios: ['S1', 'S2'] },
  { name: 'shm-unlock', scenarios: ['S3'] },
];

function write(name: string, text: string): string {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
}

const WAIVER = '- rule: stranded-unevictable\n  reason: known since v5.18\n  expires: 2030-01-31\n';
const waivers = (text: string, day = '2026-11-21') => readWaivers(write('waivers.yaml', text), RULES, day);
const states = (review: Review) => findingsOf(review).map(({ state, waiver }) => [state, waiver !== undefined]);

describe('a waiver', () => {
  it('silences a violation that the base has too, and the exit code with it', async () => {
    const review = withWaivers(keepsReview(), await waivers(WAIVER));
    expect(states(review)).toEqual([['base', true]]);
    expect([exitCode(keepsReview(), 'violated'), exitCode(review, 'violated')]).toEqual([1, 0]);
  });

  it('never silences a verdict that a patch changes', async () => {
    const review = withWaivers(opensReview(), await waivers(WAIVER));
    expect(states(review)).toEqual([
      ['opens', false],
      ['base', true],
    ]);
    expect(exitCode(review, 'opens')).toBe(1);
  });

  it('counts until its last day, and is named in the report either way', async () => {
    const last = withWaivers(keepsReview(), await waivers(WAIVER, '2030-01-31'));
    const after = withWaivers(keepsReview(), await waivers(WAIVER, '2030-02-01'));
    expect([exitCode(last, 'violated'), exitCode(after, 'violated')]).toEqual([0, 1]);
    const text = (review: Review) => renderTerminal(review, { color: false, width: 100, all: false });
    expect(text(last)).toContain('stranded-unevictable: waived until 2030-01-31');
    expect(text(after)).toContain('the waiver ended on 2030-01-31 and counts no more');
  });

  it('may name one scenario and one invariant, and silences no other', async () => {
    const other = withWaivers(keepsReview(), await waivers(`${WAIVER}  scenario: S2\n`));
    expect(states(other)).toEqual([['base', false]]);
    const own = withWaivers(keepsReview(), await waivers(`${WAIVER}  scenario: S1\n  invariant: I-strand\n`));
    expect(states(own)).toEqual([['base', true]]);
  });

  it.each([
    [
      '- rule: no-such\n  reason: x\n  expires: 2030-01-31\n',
      "1: expected a rule: stranded-unevictable, shm-unlock, found 'no-such'",
    ],
    [`${WAIVER}  scenario: S9\n`, "4: expected a scenario of stranded-unevictable: S1, S2, found 'S9'"],
    [`${WAIVER}- rule: shm-unlock\n  expires: 2030-01-31\n`, '4: expected a waiver with reason, found none'],
    [`${WAIVER}  expiry: never\n`, "4: expected one of rule, scenario, invariant, reason, expires, found 'expiry'"],
    ['- rule: shm-unlock\n  reason: x\n  expires: 2030-02-31\n', "3: expected a day as YYYY-MM-DD, found '2030-02-31'"],
    ['rule: shm-unlock\n', '1: expected a list of waivers, each beginning with "- rule:", found something else'],
    ['- rule: [a\n', 'waivers.yaml:'],
  ])('is refused with file and line: %j', async (text, message) => {
    await expect(waivers(text)).rejects.toThrow(message);
  });

  it('is none in an empty file, and a file that is not there is refused', async () => {
    expect(await waivers('')).toEqual([]);
    await expect(readWaivers(join(dir, 'gone'), RULES, '2026-11-21')).rejects.toThrow(
      'gone: expected a file of waivers, found no such file',
    );
  });
});

describe('the day that waivers are compared with', () => {
  it('is the clock, or SOURCE_DATE_EPOCH where that is set', () => {
    expect(today({}, new Date('2026-11-21T23:59:59Z'))).toBe('2026-11-21');
    expect(today({ SOURCE_DATE_EPOCH: '0' }, new Date('2026-11-21T23:59:59Z'))).toBe('1970-01-01');
  });
});

const opened = {
  before: { verdict: 'holds', states: 9, violated: [] },
  after: { verdict: 'violated', states: 9, violated: ['I-strand'] },
} as const;
const closed = { before: opened.after, after: opened.before } as const;

function seriesReview(change: Partial<Review>): Review {
  const posted = ['patch-1', 'patch-2', 'patch-3'].map((id) => patch({ id, kind: 'posted', verdict: 'keeps' }));
  return keepsReview({ patches: posted, traces: {}, ...change });
}

describe('a series', () => {
  const one = [{ version: 1, subject: 's', patches: ['patch-1', 'patch-2', 'patch-3'], missing: [] }];

  it('is judged by what is violated once its last patch is in', () => {
    const transient = seriesReview({
      series: one,
      checks: [check('S1', 'patch-1', opened), check('S1', 'patch-3', closed)],
    });
    expect(findingsOf(transient).map(({ state, closedBy }) => [state, closedBy])).toEqual([['transient', 'patch-3']]);
    expect(exitCode(transient, 'opens')).toBe(0);
    const again = seriesReview({ series: one, checks: [...transient.checks, check('S2', 'patch-2', opened)] });
    expect(exitCode(again, 'opens')).toBe(1);
  });

  it('is told once of what each of its patches leaves violated', () => {
    const kept = { before: opened.after, after: opened.after };
    const review = seriesReview({
      series: one,
      checks: ['patch-1', 'patch-2', 'patch-3'].map((id) => check('S1', id, kept)),
    });
    expect(findingsOf(review).map(({ state, patch: of }) => [state, of?.id])).toEqual([['base', 'patch-1']]);
  });

  it('that replaces another is judged alone, and says what changed: v2 had this, v3 closes it', () => {
    const versions = [
      { version: 2, subject: 's', patches: ['patch-1'], missing: [] },
      { version: 3, subject: 's', patches: ['patch-2'], missing: [], rerolls: 0 },
    ];
    const holds = { before: opened.before, after: opened.before };
    const better = seriesReview({
      series: versions,
      checks: [check('S1', 'patch-1', opened), check('S1', 'patch-2', holds)],
    });
    expect(findingsOf(better).map(({ history, replaced }) => [history, replaced])).toEqual([
      ['v2 had this, v3 closes it', true],
    ]);
    expect(exitCode(better, 'opens')).toBe(0);
    const same = seriesReview({
      series: versions,
      checks: [check('S1', 'patch-1', opened), check('S1', 'patch-2', opened)],
    });
    expect(findingsOf(same).map(({ history, replaced }) => [history, replaced])).toEqual([
      ['v2 had this too', undefined],
    ]);
    expect(exitCode(same, 'opens')).toBe(1);
  });
});

describe('settings', () => {
  const env = (change: Record<string, string> = {}) => ({ XDG_CONFIG_HOME: join(dir, 'xdg'), ...change });

  it('come from git config before the file of the user, and never from the folder under review', () => {
    mkdirSync(join(dir, 'repo'), { recursive: true });
    mkdirSync(join(dir, 'xdg/relore'), { recursive: true });
    execFileSync('git', ['init', '-q'], { cwd: join(dir, 'repo') });
    execFileSync('git', ['config', 'relore.failOn', 'violated'], { cwd: join(dir, 'repo') });
    write('repo/.relore.yaml', 'fail-on: never\n');
    const file = write('xdg/relore/config.yaml', 'only: new\nfail-on: never\n');
    expect(readSettings(join(dir, 'repo'), env()).filter(({ name }) => name === 'only' || name === 'fail-on')).toEqual([
      { name: 'fail-on', value: 'violated', file: 'git config' },
      { name: 'only', value: 'new', file, line: 1 },
    ]);
  });

  it('with a name that is none are refused, with file and line', () => {
    const file = write('bad.yaml', 'only: new\nfailon: never\n');
    expect(() => readSettings(dir, env({ RELORE_CONFIG: file }))).toThrow(
      /bad\.yaml:2: expected one of fail-on, .*, found 'failon'$/,
    );
    expect(() => readSettings(dir, env({ RELORE_CONFIG: join(dir, 'gone') }))).toThrow(
      'expected a settings file (RELORE_CONFIG), found none',
    );
  });

  it('know a CI system by CI', () => {
    expect([{}, { CI: '' }, { CI: 'false' }, { CI: 'true' }, { CI: '1' }].map(isCi)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('an output file', () => {
  it('is refused when the device is full or the folder is not there, and replaced as a whole otherwise', async () => {
    const file = write('old.txt', 'old');
    await expect(emit('new', '/dev/full')).rejects.toThrow(
      '/dev/full: expected a file that can be written, found ENOSPC',
    );
    await expect(emit('x', join(dir, 'gone/out'))).rejects.toThrow('expected a file that can be written, found ENOENT');
    await emit('new', file);
    expect(readFileSync(file, 'utf8')).toBe('new');
  });
});

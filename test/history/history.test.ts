import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyFile, historyText, readHistory, sourcesHash } from '../../src/history/file.ts';
import { openJudge } from '../../src/history/matrix.ts';
import { propertiesOf, verdictOfProperty } from '../../src/history/properties.ts';
import { selectHistory, stepOf, traceAt, verdictAt } from '../../src/history/select.ts';
import { spanWords } from '../../src/history/words.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import type { History, HistoryRace } from '../../src/types.ts';

const RULES = join(import.meta.dirname, '..', '..', 'rules');
const folder = mkdtempSync(join(tmpdir(), 'relore-history-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let history: History;
beforeAll(() => {
  history = JSON.parse(readFileSync(historyFile(RULES), 'utf8')) as History;
});

function race(id: string): HistoryRace {
  const found = history.races.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no race ${id}`);
  return found;
}

function trial(id: string): Record<string, string> {
  const found = history.trials.find((one) => one.id === id);
  const main = found?.cells.filter(({ property, model }) => property === 'I-strand' && model === 'sc') ?? [];
  return Object.fromEntries(main.map(({ scenario, verdict }) => [scenario, verdict]));
}

describe('the shipped history', () => {
  it('is of the rules as they are', () => {
    // When this fails: npx relore history --recompute
    expect(history.sources).toBe(sourcesHash(RULES));
    expect(historyText(readHistory(RULES))).toBe(readFileSync(historyFile(RULES), 'utf8'));
  });

  it('says what the engine says, cell by cell, in a sample of SC and TSO', async () => {
    const knowledge = await loadKnowledge(RULES);
    const judge = openJudge(knowledge, 2_000_000);
    let cells = 0;
    for (const [index, one] of history.races.entries()) {
      const rule = knowledge.rules.find(({ name }) => name === one.rule);
      const scenario = rule?.scenarios.find(({ name }) => name === one.scenario);
      if (rule === undefined || scenario === undefined) throw new Error(`no scenario ${one.id}`);
      const oldest = one.since === undefined ? 0 : stepOf(history, one.since);
      for (let step = oldest + ((index * 5) % 11); step < history.steps.length; step += 11) {
        const model = step % 2 === 0 ? 'sc' : 'tso';
        const cell = judge.cell(knowledge.stack.after(step), rule, scenario, model);
        const property = propertiesOf(rule, [cell]).find(({ name }) => name === one.property);
        const found = property === undefined ? { level: 'error' as const, name: one.property, words: '' } : property;
        expect(verdictOfProperty(cell, found).verdict, `${one.id} ${model} step ${step}`).toBe(
          verdictAt(one, model, step),
        );
        cells++;
      }
    }
    expect(cells).toBeGreaterThan(300);
  });

  it('covers every step of every race with runs that follow each other', () => {
    for (const one of history.races)
      for (const model of history.models) {
        const ends = one.runs[model].map(({ from, to }) => [from, to]);
        expect(ends[0]?.[0], one.id).toBe(0);
        expect(ends.at(-1)?.[1], one.id).toBe(history.steps.length - 1);
        for (const [index, run] of ends.entries())
          if (index > 0) expect(run[0], one.id).toBe((ends[index - 1]?.[1] ?? 0) + 1);
      }
  });

  it('has a schedule for every violated run, in the scenario it is of', () => {
    for (const one of history.races)
      for (const model of history.models)
        for (const run of one.runs[model].filter(({ verdict }) => verdict === 'violated')) {
          const trace = history.traces[traceAt(one, model, run.to) ?? ''];
          expect([trace?.rule, trace?.scenario], `${one.id} ${model}`).toEqual([one.rule, one.scenario]);
        }
  });
});

describe('the munlock stranding', () => {
  it('holds to v5.17 and is violated from v5.18', () => {
    expect(spanWords(race('stranded-unevictable/S1/I-strand'), 'sc', history.versions)).toBe(
      'holds to v5.17, violated from v5.18',
    );
    expect(spanWords(race('stranded-unevictable/S1/I-strand'), 'lkmm', history.versions)).toBe(
      'holds to v5.17, violated from v5.18',
    );
    expect(spanWords(race('stranded-unevictable/S2/I-strand'), 'tso', history.versions)).toBe(
      'holds to v5.17, violated from v5.18',
    );
  });

  it('is not closed by reverting 2262ace60713 alone, by either reading, and not by the order of munlock alone', () => {
    const open = { S1: 'violated', S2: 'violated', S1i: 'violated' };
    expect(trial('stranded-unevictable v5.18: revert 2262ace60713/1')).toEqual(open);
    expect(trial('stranded-unevictable v6.12: revert 2262ace60713/1')).toEqual(open);
    expect(trial('stranded-unevictable v6.12: revert 2262ace60713/2')).toEqual(open);
    expect(trial('stranded-unevictable v6.12: fix-1')).toEqual(open);
  });

  it('is closed by both orders together, with the barrier or without', () => {
    const closed = { S1: 'holds', S2: 'holds', S1i: 'holds' };
    expect(trial('stranded-unevictable v6.12: old-order + fix-1')).toEqual(closed);
    expect(trial('stranded-unevictable v6.12: revert 2262ace60713/2 + fix-1')).toEqual(closed);
    expect(trial('stranded-unevictable v5.18: fix-1')).toEqual(closed);
  });
});

describe('stated edges', () => {
  const stated = () => history.edges.filter(({ evidence }) => evidence.kind !== 'computed');

  it('are all there, each with what the model says', () => {
    expect(stated()).toHaveLength(102);
    expect(stated().every(({ check, place }) => check !== undefined && place !== undefined)).toBe(true);
  });

  it('agree where the stack reaches, but for those that are shown to differ', () => {
    const agree = stated().filter(({ check }) => check?.verdict === 'agrees');
    const differ = stated().filter(({ check }) => check?.verdict === 'differs');
    expect(agree.length).toBeGreaterThan(35);
    expect(differ.map(({ commit, kind, claims, race: of }) => [commit, kind, claims ?? '', of])).toEqual([
      ['3e8715fdc03e', 'claimed', 'closed', 'zap-private-copies/D1'],
      ['e0975b2aae0e', 'claimed', 'closed', 'fault-around-locked/F'],
      ['9a1ea439b16b', 'claimed', 'opened', 'migration-references/H1/asserts'],
      ['07ca76067308', 'claimed', 'opened', 'stranded-unevictable'],
      ['5abfd71d936a', 'closed', '', 'zap-against-migration/B6'],
      ['2e148f1e3d9a', 'unchanged', '', 'zap-against-migration/B6'],
    ]);
  });

  it('name the commits that are known to have opened and closed a race', () => {
    const found = (kind: string, commit: string, of: string) =>
      stated().find((edge) => edge.kind === kind && edge.commit === commit && edge.race === of)?.check?.verdict;
    expect(found('opened', '2fbb0c10d1e8', 'stranded-unevictable')).toBe('agrees');
    expect(found('opened', '70dea5346ea3', 'shm-unlock/S3')).toBe('agrees');
    expect(found('opened', 'aac453635549', 'zap-private-copies/D1')).toBe('agrees');
    expect(found('closed', '5abfd71d936a', 'zap-private-copies/D1')).toBe('agrees');
    expect(found('exposed', '9a1ea439b16b', 'migration-references/H1/asserts')).toBe('agrees');
    expect(found('closed', '9df41314390b', 'flags-of-new-page')).toBe('not-computed');
  });
});

describe('genealogies', () => {
  it('say of each argument what the model says', () => {
    const argued = (id: string) => {
      const one = history.genealogies.flatMap((each) => each.arguments).find((argument) => argument.id === id);
      return [one?.who, one?.stance, one?.verdict];
    };
    expect(argued('lru-barrier/4')).toEqual(['Yosry Ahmed', 'for', 'refuted']);
    expect(argued('lru-barrier/6')).toEqual(['Yosry Ahmed', 'for', 'confirmed']);
    expect(argued('munlock-order/4')).toEqual(['Yosry Ahmed', 'withdraws', 'confirmed']);
    expect(argued('munlock-lock/2')).toEqual(['Yin Fengwei', 'for', 'refuted']);
    expect(argued('munlock-lock/5')).toEqual(['Yin Fengwei', 'against', 'confirmed']);
    expect(argued('memcg-lru-lock/7')).toEqual(['Alex Shi', 'against', 'confirmed']);
    expect(argued('zap-skip/1')).toEqual(['Peter Xu', 'for', 'refuted']);
    expect(argued('wait-reference/4')).toEqual(['reports of 5.0-rc', 'against', 'not-modelled']);
  });
});

describe('a part of the history', () => {
  it('is that of a function by its name of any version', () => {
    const rules = new Set(selectHistory(history, { function: 'TestClearPageLRU' }).races.map(({ rule }) => rule));
    expect(rules.size).toBe(0);
    const munlock = selectHistory(history, { function: '__munlock_page' });
    expect(new Set(munlock.races.map(({ rule }) => rule))).toContain('stranded-unevictable');
    expect(munlock.races.every(({ functions }) => functions.includes('__munlock_page'))).toBe(true);
  });

  it('is that of a race, with its edges, trials, arguments and schedules, and no others', () => {
    const part = selectHistory(history, { race: 'shm-unlock/S3' });
    expect(part.races.map(({ id }) => id)).toEqual(['shm-unlock/S3/I-strand']);
    expect(new Set(part.edges.map(({ race: of }) => of.split('/')[0]))).toEqual(new Set(['shm-unlock']));
    expect(part.genealogies.map(({ id }) => id)).toEqual(['lru-barrier']);
    expect(new Set(Object.values(part.traces).map(({ rule }) => rule))).toEqual(new Set(['shm-unlock']));
  });

  it('is what a commit did, by any seven digits of it', () => {
    const part = selectHistory(history, { commit: '70dea53' });
    expect(part.edges.every(({ commit }) => commit === '70dea5346ea3')).toBe(true);
    expect(part.edges.map(({ race: of, kind }) => `${kind} ${of}`)).toContain('opened shm-unlock/S3/I-strand');
    expect(() => selectHistory(history, { commit: '0000000' })).toThrow(/expected a commit that an edge is of/);
  });

  it('is what happened since a release, and 5.9 is before 5.11', () => {
    const releases = new Set(selectHistory(history, { since: 'v5.11' }).edges.map(({ release }) => release));
    expect(releases.has('v5.0')).toBe(false);
    expect(releases.has('v5.8')).toBe(false);
    expect(releases.has('v5.11')).toBe(true);
    expect(releases.has('v6.13')).toBe(true);
    expect(() => selectHistory(history, { since: 'yesterday' })).toThrow(
      /expected a version like v5\.11, found yesterday/,
    );
  });

  it('is what is open in a version', () => {
    const open = (version: string) => selectHistory(history, { openIn: version }).races.map(({ id }) => id);
    expect(open('v5.17')).not.toContain('stranded-unevictable/S1/I-strand');
    expect(open('v5.18')).toContain('stranded-unevictable/S1/I-strand');
    expect(open('v5.17')).toContain('zap-private-copies/D1/I-private');
    expect(open('v5.18')).not.toContain('zap-private-copies/D1/I-private');
    expect(() => open('v9.9')).toThrow(/expected one of the versions v2\.6\.7, .*, found v9\.9/);
  });

  it('is refused for a race that nobody knows', () => {
    expect(() => selectHistory(history, { race: 'no-such' })).toThrow(
      /expected a rule, rule\/scenario or race: .*found no-such/,
    );
    expect(selectHistory(history, { race: 'iomap-private-reference' }).topics).toHaveLength(1);
  });
});

describe('a stale history', () => {
  it('is refused with the command that computes it, and prose of claims does not make it stale', () => {
    const dir = join(folder, 'rules');
    cpSync(RULES, dir, { recursive: true });
    const fresh = { ...history, sources: sourcesHash(dir) };
    writeFileSync(historyFile(dir), historyText(fresh));
    expect(readHistory(dir).sources).toBe(fresh.sources);
    writeFileSync(join(dir, 'claims', 'cues.md'), '# other cues\n');
    expect(readHistory(dir).sources).toBe(fresh.sources);
    const rule = join(dir, 'shm-unlock.md');
    writeFileSync(rule, `${readFileSync(rule, 'utf8')}\n`);
    expect(() => readHistory(dir)).toThrow(
      /`relore history --recompute --rules .*rules` computes it .* found that of other rules/,
    );
    rmSync(historyFile(dir));
    expect(() => readHistory(dir)).toThrow(
      /expected the computed history, which `relore history --recompute .*` writes, found none/,
    );
  });
});

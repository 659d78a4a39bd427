// Where a verdict changes: over the steps of the patch stack, or over the commits of a git repository.
import type { Knowledge } from '../knowledge.ts';
import type { KernelSource, MemoryModel, ReviewTrace, Rule, Scenario, Verdict } from '../types.ts';
import { openJudge } from './matrix.ts';
import { propertiesOf, verdictOfProperty, violationOf } from './properties.ts';
import { openTraceShelf } from './traces.ts';

/** A point that can be judged: a step of the stack or a commit. */
export interface Point {
  readonly name: string; // 'v5.17+3', or the id of a commit, 12 digits
  readonly commit: string; // 12 digits; '' for a step of no single commit
  readonly subject: string;
  readonly release: string; // of a step; '' for a commit
}

/** What was found at a point. */
export interface Seen {
  readonly verdict: Verdict;
  readonly why?: string; // of bounded and refused
  readonly trace?: ReviewTrace; // of violated
}

/** A verdict that ends: `before` is what the range begins with, `after` is the first that differs from it. */
export interface Turning {
  readonly at: Point; // the first with `after`
  readonly before: Seen;
  readonly after: Seen;
  readonly skipped: readonly (Point & { readonly why: string })[]; // just before `at`, not lowered: the change may be in one of them
}

/** The verdicts of one scenario over a range. */
export interface Bisected {
  readonly rule: string;
  readonly scenario: string;
  readonly words: string; // of the scenario
  readonly model: MemoryModel;
  readonly first: Seen; // at the ends of the range
  readonly last: Seen;
  readonly steps: number; // of the range, its beginning left out
  readonly judged: number; // points that were lowered and decided
  readonly turnings: readonly Turning[]; // oldest first; of a repository at most the one that was looked for
  readonly skipped: number; // points that could not be lowered
}

/** Judges one scenario at points, each once. */
export interface Eye {
  readonly rule: Rule;
  readonly scenario: Scenario;
  readonly model: MemoryModel;
  see(name: string, source: () => KernelSource): Seen;
}

/** An eye for `scenario` of `rule`: the main property. Searches stop at `states` distinct states. */
export function openEye(knowledge: Knowledge, rule: Rule, scenario: Scenario, model: MemoryModel, states: number): Eye {
  const judge = openJudge(knowledge, states);
  const seen = new Map<string, Seen>();
  const look = (name: string, source: KernelSource): Seen => {
    const cell = judge.cell(source, rule, scenario, model);
    const property = propertiesOf(rule, [cell])[0];
    if (cell.kind === 'refused' || property === undefined)
      return { verdict: 'refused', why: cell.kind === 'refused' ? cell.why : `no invariant ${rule.invariant}` };
    const violation = violationOf(cell, property);
    const shelf = openTraceShelf();
    const id = violation && shelf.add({ rule, scenario, model, program: cell.program, violation, code: name });
    const trace = id === undefined ? undefined : shelf.all()[id];
    return { ...verdictOfProperty(cell, property), ...(trace === undefined ? {} : { trace }) };
  };
  return {
    rule,
    scenario,
    model,
    see(name, source) {
      const known = seen.get(name) ?? look(name, source());
      seen.set(name, known);
      return known;
    },
  };
}

/** Judges every point of a short range and returns every turning. */
export function walk(eye: Eye, points: readonly Point[], source: (index: number) => KernelSource): Bisected {
  const all = points.map((point, index) => ({ point, seen: eye.see(point.name, () => source(index)) }));
  const turnings: Turning[] = [];
  let before: Seen | undefined;
  let skipped: Turning['skipped'][number][] = [];
  for (const { point, seen } of all) {
    if (seen.verdict === 'refused') {
      skipped.push({ ...point, why: seen.why ?? '' });
      continue;
    }
    if (before !== undefined && before.verdict !== seen.verdict)
      turnings.push({ at: point, before, after: seen, skipped });
    before = seen;
    skipped = [];
  }
  const lowered = all.filter(({ seen }) => seen.verdict !== 'refused');
  return {
    ...about(eye),
    first: all[0]?.seen ?? NOTHING,
    last: all.at(-1)?.seen ?? NOTHING,
    steps: points.length - 1,
    judged: lowered.length,
    turnings,
    skipped: all.length - lowered.length,
  };
}

const NOTHING: Seen = { verdict: 'refused', why: 'an empty range' };

/** The commits of a repository, as halving asks for them. */
export interface Commits {
  readonly first: Point; // the beginning of the range
  readonly last: Point;
  readonly count: number; // commits after the first, up to the last
  /** The commits that `bad` has and `good` do not, `bad` among them, the best to look at next first. */
  halves(good: readonly string[], bad: string): readonly string[];
  parent(commit: string): string | undefined;
  point(commit: string): Point;
  source(commit: string): KernelSource;
}

/**
 * Looks for one turning by halving, as git bisect does: the first commit whose verdict is not that of the beginning. Commits
 * that cannot be lowered are skipped; when only such are left before it, they are named. About log2(n) searches.
 */
export function halve(eye: Eye, commits: Commits): Bisected {
  const see = (commit: string): Seen => eye.see(commit, () => commits.source(commit));
  const [first, last] = [see(commits.first.name), see(commits.last.name)];
  const skipped = new Map<string, string>();
  let judged = 2;
  const whole = (turnings: readonly Turning[]): Bisected => ({
    ...about(eye),
    first,
    last,
    steps: commits.count,
    judged,
    turnings,
    skipped: skipped.size,
  });
  if (first.verdict === 'refused' || last.verdict === 'refused' || first.verdict === last.verdict) return whole([]);
  const good = [commits.first.name];
  let bad = commits.last.name;
  for (;;) {
    const candidates = commits.halves(good, bad).filter((commit) => commit !== bad);
    const next = candidates.find((commit) => !skipped.has(commit));
    if (next === undefined) return whole([turning(eye, commits, { first, bad, candidates, skipped })]);
    const seen = see(next);
    if (seen.verdict === 'refused') skipped.set(next, seen.why ?? '');
    else {
      judged++;
      if (seen.verdict === first.verdict) good.push(next);
      else bad = next;
    }
  }
}

function turning(
  eye: Eye,
  commits: Commits,
  found: {
    readonly first: Seen;
    readonly bad: string;
    readonly candidates: readonly string[];
    readonly skipped: ReadonlyMap<string, string>;
  },
): Turning {
  const parent = commits.parent(found.bad);
  const beside = parent === undefined ? found.first : eye.see(parent, () => commits.source(parent));
  return {
    at: commits.point(found.bad),
    before: beside.verdict === found.first.verdict ? beside : found.first,
    after: eye.see(found.bad, () => commits.source(found.bad)),
    skipped: found.candidates.map((commit) => ({ ...commits.point(commit), why: found.skipped.get(commit) ?? '' })),
  };
}

function about({ rule, scenario, model }: Eye): Pick<Bisected, 'rule' | 'scenario' | 'words' | 'model'> {
  return { rule: rule.name, scenario: scenario.name, words: scenario.words, model };
}

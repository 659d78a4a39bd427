import { openRepository } from '../c/git-tree.ts';
import { assert, InputError } from '../errors.ts';
import { type Bisected, type Commits, type Eye, halve, openEye, type Point, walk } from '../history/bisect.ts';
import { bisectText } from '../history/bisect-render.ts';
import { stepsOf, versionsOf } from '../history/compute.ts';
import { type Knowledge, loadKnowledge } from '../knowledge.ts';
import type { MemoryModel, Rule, Scenario } from '../types.ts';
import { EXIT } from './exit.ts';
import { runGit } from './git.ts';
import { emit, terminalWidth } from './output.ts';
import { shippedRules } from './package-root.ts';
import { checkFolder } from './source.ts';

/** Options of `relore bisect`. */
export interface BisectOptions {
  readonly model: readonly MemoryModel[];
  readonly bound: number; // distinct states of one search
  readonly tree?: string; // a git repository; absent: the patch stack
  readonly format: 'terminal' | 'json';
  readonly output?: string;
  readonly rules?: string;
}

/**
 * Prints where the verdicts of a rule (`stranded-unevictable`) or one scenario (`stranded-unevictable/S1`) change in `range`
 * (`v5.17..v6.12`). Exit 3 when an end of the range cannot be lowered. Throws InputError for a name or range that is unknown.
 */
export async function bisectCommand(what: string, range: string, options: BisectOptions): Promise<void> {
  const rulesDir = options.rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  const ends = endsOf(range);
  const knowledge = await loadKnowledge(rulesDir);
  const { rule, scenarios } = chosen(knowledge, what);
  const look = options.tree === undefined ? overStack(knowledge, ends) : overRepository(options.tree, ends);
  const eyes = scenarios.flatMap((scenario) =>
    options.model.map((model) => openEye(knowledge, rule, scenario, model, options.bound)),
  );
  const found = eyes.map(look);
  const text =
    options.format === 'json'
      ? `${JSON.stringify({ ...ends, found }, null, 1)}\n`
      : bisectText(found, ends, terminalWidth());
  await emit(text, options.output);
  const isUndecided = found.every(({ first, last }) => first.verdict === 'refused' || last.verdict === 'refused');
  process.exitCode =
    isUndecided && found.every(({ turnings }) => turnings.length === 0) ? EXIT.undecided : EXIT.nothing;
}

interface Ends {
  readonly from: string;
  readonly to: string;
}

function endsOf(range: string): Ends {
  const [, from, to] = /^(\S+?)\.\.(\S+)$/.exec(range) ?? [];
  if (from !== undefined && to !== undefined && !to.startsWith('.')) return { from, to };
  throw new InputError({ place: { file: range }, expected: 'a range like v5.17..v6.12', found: 'something else' });
}

function chosen({ rules }: Knowledge, what: string): { readonly rule: Rule; readonly scenarios: readonly Scenario[] } {
  const [name = '', scenario] = what.split('/');
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) {
    const expected = `a rule, or rule/scenario: ${rules.map((one) => one.name).join(', ')}`;
    throw new InputError({ place: { file: what }, expected, found: 'something else' });
  }
  const scenarios = rule.scenarios.filter((one) => scenario === undefined || one.name === scenario);
  if (scenarios.length > 0) return { rule, scenarios };
  const expected = `a scenario of ${name}: ${rule.scenarios.map((one) => one.name).join(', ')}`;
  throw new InputError({ place: { file: what }, expected, found: scenario ?? '' });
}

/** The stack is short: every step is judged, and every turning is told. */
function overStack(knowledge: Knowledge, { from, to }: Ends): (eye: Eye) => Bisected {
  const { stack } = knowledge;
  const steps = stepsOf(knowledge);
  const versions = versionsOf(knowledge);
  const indexOf = (name: string): number => {
    const version = versions.find((one) => one.name === name);
    if (version !== undefined) return version.step;
    const index = steps.findIndex(
      (step) => step.name === name || (/^[0-9a-f]{7,40}$/.test(name) && isSame(step.commit, name)),
    );
    if (index >= 0) return index;
    const expected = `a version of the patch stack (${stack.tags.join(', ')}) or a commit in it; --tree DIR looks into a repository`;
    throw new InputError({ place: { file: 'rules/kernel/series' }, expected, found: name });
  };
  const [first, last] = [indexOf(from), indexOf(to)];
  if (first >= last)
    throw new InputError({ place: { file: `${from}..${to}` }, expected: 'the older version first', found: from });
  const points = steps.slice(first, last + 1);
  return (eye) => walk(eye, points, (index) => stack.after(first + index));
}

function isSame(one: string, other: string): boolean {
  return one !== '' && (one.startsWith(other) || other.startsWith(one));
}

/** A repository is long: the verdicts of its ends are compared, and the change is looked for by halving. */
function overRepository(tree: string, { from, to }: Ends): (eye: Eye) => Bisected {
  const repository = openRepository(tree);
  if (repository === undefined)
    throw new InputError({ place: { file: tree }, expected: 'a git repository', found: 'none' });
  const idOf = (revision: string): string => {
    const id = repository.commit(revision);
    if (id !== undefined) return id;
    throw new InputError({ place: { file: tree }, expected: 'a revision that names a commit', found: revision });
  };
  const [first, last] = [idOf(from), idOf(to)];
  const list = (args: readonly string[]): string[] => {
    const ran = runGit(tree, ['rev-list', ...args, '--', ':(top)mm', ':(top)include']);
    assert(ran.status === 0, `expected git rev-list ${args.join(' ')} to answer in ${tree}`);
    return ran.out
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  };
  const all = list([last, `^${first}`]);
  if (all.length === 0)
    throw new InputError({
      place: { file: tree },
      expected: `a change of mm or include in ${from}..${to}`,
      found: 'none',
    });
  const point = (commit: string): Point => {
    const shown = runGit(tree, ['rev-list', '--max-count=1', '--pretty=oneline', commit]).out.toString('utf8');
    return { name: commit, commit: commit.slice(0, 12), subject: shown.slice(commit.length + 1).trim(), release: '' };
  };
  const commits: Commits = {
    first: point(first),
    // The newest of the range that touches the sources has the code of its end.
    last: point(all[0] ?? last),
    count: all.length,
    halves: (good, bad) =>
      list(['--bisect-all', bad, ...good.map((one) => `^${one}`)]).map((line) => line.split(' ')[0] ?? ''),
    parent: (commit) => repository.commit(`${commit}^`),
    point,
    source: (commit) => repository.at(commit),
  };
  return (eye) => halve(eye, commits);
}

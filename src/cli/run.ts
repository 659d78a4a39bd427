// What `review` and `replay` share: sources in, a Review out.

import { InputError } from '../errors.ts';
import type { MemoryModel, Review } from '../types.ts';
import { readGitRange } from './git-range.ts';
import { DEFAULT_STATES } from './limits.ts';
import { packageRoot, shippedRules } from './package-root.ts';
import { openProgress } from './progress.ts';
import { checkFolder, checkTree, joined, readSources } from './source.ts';
import type { Task } from './task.ts';

/** Options of a command that runs the checker, as commander hands them over. */
export interface RunOptions {
  readonly tree?: string;
  readonly base?: string; // revision of the repository of `tree`
  readonly kernel?: string;
  readonly model: readonly MemoryModel[];
  readonly bound: number; // distinct states of one search
  readonly rules?: string;
  readonly referee?: boolean; // also run the schedules that are told in prose
  readonly refresh?: boolean; // fetch again what stands on a server
}

/** Reads the sources and reviews the thread in them. Throws InputError for what cannot be used. */
export async function runReview(sources: readonly string[], options: RunOptions): Promise<Review> {
  return (await runReviewTask(sources, options)).review;
}

/** As runReview, with the task that was done: it has the bytes that were read. */
export async function runReviewTask(
  sources: readonly string[],
  options: RunOptions,
): Promise<{ readonly review: Review; readonly task: Task }> {
  await checkTreeOptions(options);
  const rulesDir = options.rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  const [first = '-', ...rest] = sources;
  const range = rest.length > 0 ? undefined : readGitRange(first, options.tree ?? process.cwd());
  const { bytes, name } =
    range === undefined ? joined(await readSources(sources, options)) : { bytes: range.bytes, name: first };
  const task: Task = {
    ...{ name, bytes, isRange: range !== undefined },
    options: {
      ...(range === undefined ? {} : { tree: range.tree, base: range.base }),
      rulesDir,
      models: options.model,
      states: options.bound,
      version: packageRoot().version,
      ...(options.tree === undefined || range !== undefined ? {} : { tree: options.tree }),
      ...(options.base === undefined ? {} : { base: options.base }),
      ...(options.kernel === undefined ? {} : { kernel: options.kernel }),
      ...(options.referee === true ? { referee: true as const } : {}),
    },
  };
  const progress = openProgress(process.stderr, process.env, Date.now);
  const review =
    progress === undefined
      ? await (await import('./task.ts')).runTask(task, {})
      : await (await import('./interactive.ts')).runInteractively(task, progress);
  return { review, task };
}

/** Throws InputError unless `--tree` is a kernel tree, or a directory at least when `--base` names a revision in it. */
export async function checkTreeOptions(options: { readonly tree?: string; readonly base?: string }): Promise<void> {
  const { tree, base } = options;
  if (tree === undefined && base !== undefined)
    throw new InputError({
      place: { file: '--base' },
      expected: 'the repository it is in, by --tree',
      found: 'no --tree',
    });
  if (tree === undefined) return;
  if (base === undefined) await checkTree(tree);
  else await checkFolder(tree, 'a git repository');
}

/** Returns the command line that prints a schedule of this review again, without `--trace`. */
export function replayCommandLine(sources: readonly string[], options: RunOptions): string {
  const words = [
    'relore replay',
    ...(sources.length === 0 ? ['-'] : sources.map(quoted)),
    ...(options.tree === undefined ? [] : [`--tree ${quoted(options.tree)}`]),
    ...(options.base === undefined ? [] : [`--base ${quoted(options.base)}`]),
    ...(options.kernel === undefined ? [] : [`--kernel ${quoted(options.kernel)}`]),
    ...(options.referee === true ? ['--referee'] : []),
    ...(options.model.join() === 'sc' ? [] : [`--model ${options.model.join()}`]),
    ...(options.bound === DEFAULT_STATES ? [] : [`--bound ${options.bound}`]),
    ...(options.rules === undefined ? [] : [`--rules ${quoted(options.rules)}`]),
  ];
  return words.join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

// `relore review A..B`: the commits of a checkout as a patch series, tried on the code of the commit they begin at.

import { realpathSync, statSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { runGit } from './git.ts';
import { UnknownBase } from './unknown-base.ts';

const MOST_COMMITS = 100; // patches of one series

/** A series out of a repository. */
export interface GitRange {
  readonly bytes: Uint8Array; // mbox of git format-patch, oldest commit first
  readonly tree: string; // the repository
  readonly base: string; // full id of the commit before the first
}

/**
 * Returns the series that `source` names in the repository of `folder`: `A..B`, or one commit. The base is the merge base
 * of A and B. Undefined when `source` is a file, or no revision of a repository here: then it is a source of another
 * kind. Throws UnknownBase for a shallow clone, InputError for a range of which one end is no commit, an empty one, and one of more than 100 commits.
 */
export function readGitRange(source: string, folder: string): GitRange | undefined {
  if (source === '-' || /\p{Cc}/u.test(source) || exists(source)) return undefined;
  const [, from, to] = /^([^.].*?)?\.\.\.?(.*)$/.exec(source) ?? [];
  const isRange = to !== undefined;
  if (!isRange && !/^[\w./@{}^~-]+$/.test(source)) return undefined;
  const root = repositoryOf(folder);
  if (root === undefined) return undefined;
  const [a, b] = isRange ? [from ?? '', to === '' ? 'HEAD' : to] : [`${source}^`, source];
  const end = commitOf(root, b);
  if (end === undefined) {
    if (isRange) throw noCommit(source, b);
    return undefined;
  }
  const start = commitOf(root, a === '' ? 'HEAD' : a);
  if (start === undefined) throw missingStart(root, source, a);
  return seriesOf(root, source, start, end);
}

function seriesOf(root: string, source: string, start: string, end: string): GitRange {
  const base = runGit(root, ['merge-base', start, end]).out.toString('latin1').trim();
  if (!isId(base)) {
    const why = `${source}: the two ends have no common commit in this repository${shallowWords(root)}`;
    throw new UnknownBase(why);
  }
  const count = Number(runGit(root, ['rev-list', '--count', '--no-merges', `${base}..${end}`]).out.toString('latin1'));
  if (count === 0) throw badRange(source, 'a range with commits', 'none');
  if (count > MOST_COMMITS) throw badRange(source, `a series of at most ${MOST_COMMITS} commits`, String(count));
  const made = runGit(root, [
    ...['format-patch', '--stdout', '--no-cover-letter', '--no-attach', '--no-thread', '--no-signature', '--no-base'],
    ...['--no-signoff', '--no-notes', '--no-to', '--no-cc', '--subject-prefix=PATCH', '--no-color', '--no-ext-diff'],
    ...[
      '--no-textconv',
      '--no-renames',
      '--full-index',
      '--unified=3',
      '-O/dev/null',
      '--diff-algorithm=myers',
      `${base}..${end}`,
    ],
  ]);
  if (made.status !== 0 || made.out.length === 0)
    throw badRange(source, 'commits that git can print as patches', made.err === '' ? 'an empty answer' : made.err);
  return { bytes: made.out, tree: root, base };
}

/**
 * In a shallow clone the start of a range is out of reach, after a forced push it is gone, and a new branch has none
 * (CI systems say forty zeros): that is no mistake of whoever runs it.
 */
function missingStart(root: string, source: string, start: string): Error {
  const shallow = shallowWords(root);
  if (shallow === '' && /^0+$/.test(start))
    return new UnknownBase(`${source}: a new branch, no commit was there before it`);
  if (shallow === '' && isId(start)) return new UnknownBase(`${source}: ${start} is not in this repository`);
  return shallow === ''
    ? noCommit(source, start)
    : new UnknownBase(`${source}: ${start} is not in this repository${shallow}`);
}

function shallowWords(root: string): string {
  const isShallow = runGit(root, ['rev-parse', '--is-shallow-repository']).out.toString('latin1').trim() === 'true';
  return isShallow ? ': it is a shallow clone, fetch more history (actions/checkout: fetch-depth: 0)' : '';
}

/** The top of the working tree, or the repository itself when it is bare. */
function repositoryOf(folder: string): string | undefined {
  const top = runGit(folder, ['rev-parse', '--show-toplevel']);
  if (top.status === 0) return top.out.toString('utf8').replace(/\n$/, '');
  return runGit(folder, ['rev-parse', '--git-dir']).status === 0 ? realpathSync(folder) : undefined;
}

function commitOf(root: string, revision: string): string | undefined {
  // A leading dash is no revision: git before 2.30 took it for an option behind --end-of-options.
  if (revision === '' || revision.startsWith('-')) return undefined;
  const id = runGit(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  const text = id.out.toString('latin1').trim();
  return isId(text) ? text : undefined;
}

function isId(text: string): boolean {
  return /^[0-9a-f]{40,64}$/.test(text);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function noCommit(source: string, revision: string): InputError {
  return badRange(source, 'a range of commits in this repository', `${revision} that names none`);
}

function badRange(source: string, expected: string, found: string): InputError {
  return new InputError({ place: { file: source }, expected, found });
}

// Kernel sources of a commit, read from a git repository without a checkout. git runs as a plumbing command without a
// shell; a revision is never an option to it, and nothing is fetched, written or executed from the repository.
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { InputError } from '../errors.ts';
import type { KernelSource, SourceFile } from '../types.ts';
import { isSourcePath, LARGEST_FILE, ROOTS, versionOf } from './tree.ts';

/** The commits of a repository as kernel sources. Files that two commits share are the same SourceFile. */
export interface Repository {
  /** The full id of the commit that `revision` names, or undefined when the repository does not have it. */
  commit(revision: string): string | undefined;
  /**
   * The sources of `revision`, named `6.12.0, commit 0123456789ab`. Throws InputError for a revision that is no commit
   * here, and for a commit without mm/.
   */
  at(revision: string): KernelSource;
  /** Whether the sources of `revision` can be read: it is a commit here, and has mm/. */
  has(revision: string): boolean;
  /** The first line of the message of a commit; undefined when the repository does not have it. */
  subject(revision: string): string | undefined;
  /** The earliest release, `v5.18`, whose tag contains a commit; undefined when no tag of a release does. */
  release(revision: string): string | undefined;
}

/**
 * Opens the repository that `dir` is or lies in: a checkout, a linked worktree or a bare repository.
 * Undefined when `dir` is in no repository, or git cannot be run.
 */
export function openRepository(dir: string): Repository | undefined {
  let root: string;
  try {
    root = realpathSync(dir);
  } catch {
    return undefined;
  }
  if (git(root, ['rev-parse', '--git-dir']).status !== 0) return undefined;
  const blobs = new Map<string, SourceFile>(); // by blob and path
  const sources = new Map<string, KernelSource>(); // by commit
  const commit = (revision: string): string | undefined => commitOf(root, revision);
  return {
    commit,
    has: (revision) => {
      const id = commit(revision);
      return id !== undefined && git(root, ['cat-file', '-e', `${id}:mm`]).status === 0;
    },
    subject(revision) {
      const id = commit(revision);
      if (id === undefined) return undefined;
      return git(root, ['log', '-1', '--no-show-signature', '--format=%s', id]).stdout.toString('utf8').trim();
    },
    release(revision) {
      const id = commit(revision);
      if (id === undefined) return undefined;
      const tags = git(root, ['tag', '--list', 'v[0-9]*', '--sort=version:refname', '--contains', id]).stdout;
      return tags
        .toString('utf8')
        .split('\n')
        .find((tag) => /^v\d+\.\d+(?:\.\d+)*$/.test(tag));
    },
    at(revision) {
      const id = commit(revision);
      if (id === undefined) {
        const expected = 'a revision that names a commit of this repository';
        throw new InputError({ place: { file: dir }, expected, found: shown(revision) });
      }
      const source = sources.get(id) ?? openCommit(root, dir, id, blobs);
      sources.set(id, source);
      return source;
    },
  };
}

/** Opens the sources of `revision` in the repository of `dir`. Throws InputError where there is none: see Repository. */
export function openGitTree(dir: string, revision: string): KernelSource {
  const repository = openRepository(dir);
  if (repository !== undefined) return repository.at(revision);
  throw new InputError({ place: { file: dir }, expected: 'a git repository to read a revision from', found: 'none' });
}

function commitOf(root: string, revision: string): string | undefined {
  // A leading dash is no revision either: git before 2.30 took it for an option behind --end-of-options.
  if (revision === '' || revision.startsWith('-') || /\p{Cc}/u.test(revision)) return undefined;
  const asked = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const id = git(root, asked).stdout.toString('latin1').trim();
  return /^[0-9a-f]{40,64}$/.test(id) ? id : undefined;
}

interface Entry {
  readonly blob: string;
  readonly size: number; // bytes
}

function openCommit(root: string, dir: string, id: string, blobs: Map<string, SourceFile>): KernelSource {
  const entries = listEntries(root, dir, id);
  const paths = [...entries.keys()].filter(isSourcePath).sort();
  if (!paths.some((path) => path.startsWith('mm/'))) {
    throw new InputError({
      place: { file: dir },
      expected: 'a commit with mm/',
      found: `${id.slice(0, 12)} without it`,
    });
  }
  const known = new Set(paths);
  const files = new Map<string, SourceFile>();
  const makefile = entries.get('Makefile');
  const version = makefile === undefined ? versionOf('') : versionOf(readBlobs(root, [makefile])[0] ?? '');
  return {
    kind: 'tree',
    name: `${version}, commit ${id.slice(0, 12)}`,
    paths,
    read(path) {
      if (!known.has(path)) return undefined;
      if (!files.has(path)) readFolder(root, folderOf(path), { paths, entries, files, blobs });
      const file = files.get(path);
      const size = entries.get(path)?.size ?? 0;
      if (file === undefined && size > LARGEST_FILE)
        throw new InputError({ place: { file: path }, expected: 'a C file of at most 8 MB', found: `${size} bytes` });
      return file;
    },
    stamp: (path) => (known.has(path) ? entries.get(path)?.blob : undefined),
  };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** Reads the files of a folder by one process: names of mm/ are looked for in many headers. */
function readFolder(
  root: string,
  folder: string,
  tree: {
    readonly paths: readonly string[];
    readonly entries: ReadonlyMap<string, Entry>;
    readonly files: Map<string, SourceFile>;
    readonly blobs: Map<string, SourceFile>;
  },
): void {
  const wanted: { readonly path: string; readonly entry: Entry }[] = [];
  for (const path of tree.paths) {
    const entry = tree.entries.get(path);
    if (folderOf(path) !== folder || entry === undefined || entry.size > LARGEST_FILE) continue;
    const shared = tree.blobs.get(`${entry.blob} ${path}`);
    if (shared === undefined) wanted.push({ path, entry });
    else tree.files.set(path, shared);
  }
  const texts = readBlobs(
    root,
    wanted.map(({ entry }) => entry),
  );
  for (const [index, { path, entry }] of wanted.entries()) {
    const text = texts[index];
    if (text === undefined) continue;
    const file = { path, text };
    tree.files.set(path, file);
    tree.blobs.set(`${entry.blob} ${path}`, file);
  }
}

/** The regular files of a commit below the folders that are read, and the Makefile. Links and submodules are not files. */
function listEntries(root: string, dir: string, id: string): Map<string, Entry> {
  const listed = git(root, ['ls-tree', '-r', '-z', '-l', '--full-tree', id, '--', 'Makefile', ...ROOTS]);
  if (listed.status !== 0) throw unreadable(dir, listed.stderr);
  const entries = new Map<string, Entry>();
  for (const line of listed.stdout.toString('utf8').split('\0')) {
    const [, blob, size, path] = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(line) ?? [];
    if (blob !== undefined && path !== undefined) entries.set(path, { blob, size: Number(size) });
  }
  return entries;
}

/** The texts of blobs, in the order asked for; undefined for one that the repository lacks. */
function readBlobs(root: string, entries: readonly Entry[]): (string | undefined)[] {
  if (entries.length === 0) return [];
  const input = entries.map(({ blob }) => `${blob}\n`).join('');
  const { stdout } = git(root, ['cat-file', '--batch'], input);
  let at = 0;
  return entries.map(({ blob }) => {
    const end = stdout.indexOf(0x0a, at);
    const header = stdout.toString('latin1', at, end < 0 ? stdout.length : end);
    at = end < 0 ? stdout.length : end + 1;
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(header)?.[1];
    if (size === undefined || !header.startsWith(blob)) return undefined;
    const text = stdout.toString('utf8', at, at + Number(size));
    at += Number(size) + 1;
    return text;
  });
}

const MOST_OUTPUT = 1 << 29; // bytes

interface Ran {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function git(root: string, args: readonly string[], input = ''): Ran {
  // No lazy fetch of a partial clone, and no program that the configuration of the repository names.
  const safe = [
    '-c',
    'protocol.allow=never',
    '-c',
    'core.fsmonitor=false',
    '--no-optional-locks',
    '--no-replace-objects',
  ];
  const run = spawnSync('git', [...safe, ...args], {
    cwd: root,
    env: environment(),
    input,
    maxBuffer: MOST_OUTPUT,
    timeout: 60_000,
  });
  return { status: run.status, stdout: run.stdout ?? Buffer.alloc(0), stderr: run.stderr?.toString('utf8') ?? '' };
}

/** The environment without GIT_DIR and its kin: in a hook they name another repository. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' };
}

function unreadable(dir: string, stderr: string): InputError {
  const said = shown(stderr.split('\n').find((line) => line.trim() !== '') ?? 'no answer from git');
  return new InputError({ place: { file: dir }, expected: 'a repository that git can read', found: said });
}

function shown(text: string): string {
  return text.replace(/\p{Cc}/gu, '?').slice(0, 200);
}

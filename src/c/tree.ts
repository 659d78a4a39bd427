// Kernel sources on disk and in memory. Only the folders that the front end reads are looked at, and nothing outside
// the tree is followed: a symbolic link is not a file.
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { InputError } from '../errors.ts';
import type { KernelSource, SourceFile } from '../types.ts';

/** The folders that kernel sources are read from, with the folders directly below them. */
export const ROOTS = [
  'mm',
  'include/linux',
  'include/asm-generic',
  'include/vdso',
  'include/uapi/asm-generic',
  'include/uapi/linux',
  'arch/x86/include/asm',
];
/** The most bytes of one C file. */
export const LARGEST_FILE = 8 << 20;

/**
 * Returns the C files of an unpacked kernel source or checkout: those of ROOTS, with the folders directly below them.
 * Files are read when asked for and kept. The name is the version of the Makefile, `6.12.117`.
 * Throws InputError when `dir` has no mm/, and from `read` for a file of more than 8 MB.
 */
export function openTree(dir: string): KernelSource {
  const root = realRoot(dir);
  const paths = listSources(root);
  const known = new Set(paths);
  const cache = new Map<string, SourceFile>();
  return {
    kind: 'tree',
    name: versionOf(readMakefile(root)),
    paths,
    read(path) {
      if (!known.has(path)) return undefined;
      const file = cache.get(path) ?? readSource(root, path);
      cache.set(path, file);
      return file;
    },
    stamp: (path) => (known.has(path) ? stampOf(join(root, path)) : undefined),
  };
}

/**
 * Returns `source` with `files` laid over it. A file with an empty text is taken away: that is how a deleted file
 * stands among the files of an applied patch.
 */
export function withFiles(source: KernelSource, files: readonly SourceFile[]): KernelSource {
  if (files.length === 0) return source;
  const overlay = new Map(files.map((file) => [file.path, file]));
  const paths = new Set(source.paths);
  for (const file of files) {
    if (file.text === '') paths.delete(file.path);
    else paths.add(file.path);
  }
  return {
    kind: source.kind,
    name: source.name,
    paths: [...paths].sort(),
    read(path) {
      const laid = overlay.get(path);
      if (laid === undefined) return source.read(path);
      return laid.text === '' ? undefined : laid;
    },
  };
}

/** True for a path in the folders that a tree is read from; other files of a patch do not bear on a verdict. */
export function isReadFrom(path: string): boolean {
  return ROOTS.some((root) => path.startsWith(`${root}/`)) && /\.[ch]$/.test(path);
}

/** True for a path that a tree lists: a C file in one of the folders that are read, or in a folder directly below. */
export function isSourcePath(path: string): boolean {
  const root = ROOTS.find((one) => path.startsWith(`${one}/`));
  return root !== undefined && isReadFrom(path) && path.slice(root.length + 1).split('/').length <= 2;
}

function realRoot(dir: string): string {
  try {
    const root = realpathSync(dir);
    if (statSync(join(root, 'mm')).isDirectory()) return root;
  } catch {
    // Falls through to the error below, which says what was expected.
  }
  throw new InputError({ place: { file: dir }, expected: 'a kernel source tree with mm/', found: 'no folder mm/' });
}

function listSources(root: string): string[] {
  const paths: string[] = [];
  for (const folder of ROOTS) {
    if (!isInside(root, folder)) continue;
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isFile()) paths.push(path);
      if (!entry.isDirectory()) continue;
      for (const below of readdirSync(join(root, path), { withFileTypes: true })) {
        if (below.isFile()) paths.push(`${path}/${below.name}`);
      }
    }
  }
  return paths.filter(isReadFrom).sort();
}

/** False for a folder that is absent, or that a link puts elsewhere. */
function isInside(root: string, folder: string): boolean {
  try {
    return realpathSync(join(root, folder)).startsWith(root + sep) && statSync(join(root, folder)).isDirectory();
  } catch {
    return false;
  }
}

function readSource(root: string, path: string): SourceFile {
  const full = join(root, path);
  const size = statSync(full).size;
  if (size > LARGEST_FILE) {
    throw new InputError({ place: { file: path }, expected: 'a C file of at most 8 MB', found: `${size} bytes` });
  }
  return { path, text: readFileSync(full, 'utf8') };
}

/** As git and make have it: a file with the same inode, size and times has the same content. */
function stampOf(path: string): string | undefined {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return ino === undefined ? undefined : [dev, ino, size, mtimeMs, ctimeMs].join(' ');
}

function readMakefile(root: string): string {
  try {
    return readFileSync(join(root, 'Makefile'), 'utf8');
  } catch {
    return '';
  }
}

/** Returns the version that the text of a Makefile names, `6.12.117`, or `of unknown version`. */
export function versionOf(text: string): string {
  const makefile = text.slice(0, 4096);
  const value = (key: string) => new RegExp(`^${key}[ \\t]*=[ \\t]*(\\S*)`, 'm').exec(makefile)?.[1] ?? '';
  const numbers = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map(value).filter((number) => number !== '');
  if (numbers.length === 0) return 'of unknown version';
  return numbers.join('.') + value('EXTRAVERSION');
}

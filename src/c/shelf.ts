// Which files of a source have a name in them, in the order in which names of mm/ are best looked for, and the answers
// that follow. A source that differs from an earlier one in a few files asks that one for every name that is in none of
// the files that differ: a review lowers dozens of variants of one source.
import type { KernelSource, SourceFile } from '../types.ts';

/** The files of one source, and what was answered about them. */
export interface Shelf {
  readonly source: KernelSource;
  readonly order: readonly string[];
  readonly reads: readonly SourceFile[]; // in the order in which they were read
  /** The files that contain `name`, in search order, read as they are asked for. */
  filesWith(name: string): Iterable<SourceFile>;
  has(path: string): boolean;
  /**
   * The answer of `find` under `key`, kept. `find` gets filesWith(name); its answer may depend on nothing else.
   */
  answer<T>(key: string, name: string, find: (files: Iterable<SourceFile>) => T | undefined): T | undefined;
  /** The answer of `find` in a header that pastes names together (##): such a name stands in no file as a whole. */
  generated<T>(name: string, find: (file: SourceFile) => T | undefined): T | undefined;
}

// Headers that most names of mm come from, so that a tree of 2,500 files is rarely read as a whole.
const FIRST = [
  'mm/internal.h',
  'mm/swap.h',
  'include/linux/mm_types.h',
  'include/linux/page-flags.h',
  'include/linux/mm_inline.h',
  'include/linux/memcontrol.h',
  'include/linux/mmzone.h',
  'include/linux/pagemap.h',
  'include/linux/pagevec.h',
  'include/linux/mm.h',
  'include/linux/swap.h',
  'include/linux/page_ref.h',
  'include/linux/types.h',
];
const MOST_CHANGED = 24; // files; a source that differs in more starts afresh

/** Opens the shelf of `source`, as a variant of one in `shelves` when it has nearly the same files. */
export function openShelf(source: KernelSource, shelves: Shelf[]): Shelf {
  for (const root of shelves) {
    const variant = openVariant(source, root);
    if (variant !== undefined) return variant;
  }
  const shelf = openRoot(source);
  shelves.push(shelf);
  return shelf;
}

function searchOrder(paths: readonly string[]): string[] {
  const rank = (path: string): number => {
    const first = FIRST.indexOf(path);
    if (first >= 0) return first;
    if (path.startsWith('mm/')) return path.endsWith('.h') ? 100 : 101;
    if (path.startsWith('include/linux/')) return 102;
    if (path.startsWith('include/')) return 103;
    return 104;
  };
  const ranked = paths.filter((path) => /\.(?:[ch]|md)$/.test(path)).map((path) => ({ path, rank: rank(path) }));
  return ranked.sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1)).map(({ path }) => path);
}

/** Paths that contain a name: the ones found so far, and how far the search went. */
interface Bearers {
  readonly files: SourceFile[];
  next: number; // index into the order
}

function openRoot(source: KernelSource): Shelf {
  const order = searchOrder(source.paths);
  const present = new Set(source.paths);
  const reads: SourceFile[] = [];
  const texts: (SourceFile | undefined)[] = [];
  const bearers = new Map<string, Bearers>();
  const answers = new Map<string, unknown>();

  const fileAt = (index: number): SourceFile | undefined => {
    if (index < texts.length) return texts[index];
    const file = source.read(order[index] ?? '');
    texts.push(file);
    if (file !== undefined) reads.push(file);
    return file;
  };

  function* filesWith(name: string): Generator<SourceFile> {
    let known = bearers.get(name);
    if (known === undefined) {
      known = { files: [], next: 0 };
      bearers.set(name, known);
    }
    for (let at = 0; ; at++) {
      while (at >= known.files.length && known.next < order.length) {
        const file = fileAt(known.next++);
        if (file?.text.includes(name) === true) known.files.push(file);
      }
      const file = known.files[at];
      if (file === undefined) return;
      yield file;
    }
  }

  return {
    source,
    order,
    reads,
    filesWith,
    has: (path) => present.has(path),
    answer<T>(key: string, name: string, find: (files: Iterable<SourceFile>) => T | undefined): T | undefined {
      return kept(answers, key, () => find(filesWith(name)));
    },
    generated<T>(name: string, find: (file: SourceFile) => T | undefined): T | undefined {
      return kept(answers, `g ${name}`, () => firstHeader(filesWith('##'), find));
    },
  };
}

function firstHeader<T>(files: Iterable<SourceFile>, find: (file: SourceFile) => T | undefined): T | undefined {
  for (const file of files) {
    const found = file.path.endsWith('.h') ? find(file) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function kept<T>(answers: Map<string, unknown>, key: string, make: () => T): T {
  if (answers.has(key)) return answers.get(key) as T;
  const made = make();
  answers.set(key, made);
  return made;
}

/** A shelf over nearly the files of `root`, or undefined when too many differ. */
function openVariant(source: KernelSource, root: Shelf): Shelf | undefined {
  const changed = new Map<
    string,
    { readonly before: SourceFile | undefined; readonly after: SourceFile | undefined }
  >();
  const paths = new Set(source.paths);
  for (const path of source.paths)
    if (!root.has(path)) changed.set(path, { before: undefined, after: source.read(path) });
  for (const path of root.order)
    if (!paths.has(path)) changed.set(path, { before: root.source.read(path), after: undefined });
  if (changed.size > MOST_CHANGED) return undefined;
  let compared = 0;
  const compare = (): void => {
    for (; compared < root.reads.length; compared++) {
      const before = root.reads[compared];
      if (before === undefined || changed.has(before.path)) continue;
      const after = source.read(before.path);
      if (after !== before) changed.set(before.path, { before, after });
    }
  };
  compare();
  if (changed.size > MOST_CHANGED) return undefined;

  const added = source.paths.some((path) => !root.has(path));
  const order = added ? searchOrder(source.paths) : root.order;
  const rank = new Map(order.map((path, index) => [path, index]));
  const answers = new Map<string, unknown>();
  const concerns = (name: string): boolean => {
    for (const { before, after } of changed.values()) {
      if (before?.text.includes(name) === true || after?.text.includes(name) === true) return true;
    }
    return false;
  };

  /** The files of the root that did not change, with the changed ones in their places. */
  function* filesWith(name: string): Generator<SourceFile> {
    const own = [...changed.values()].flatMap(({ after }) => (after?.text.includes(name) === true ? [after] : []));
    own.sort((a, b) => (rank.get(a.path) ?? 0) - (rank.get(b.path) ?? 0));
    let next = 0;
    for (const file of root.filesWith(name)) {
      for (; next < own.length && (rank.get(own[next]?.path ?? '') ?? 0) <= (rank.get(file.path) ?? 0); next++)
        yield own[next] as SourceFile;
      if (source.read(file.path) === file) yield file;
    }
    for (; next < own.length; next++) yield own[next] as SourceFile;
  }

  /** Asks until no file is found to differ any more: an answer may read files that were not compared before. */
  const settled = <T>(name: string, ask: () => T | undefined, own: () => T | undefined): T | undefined => {
    for (;;) {
      const before = changed.size;
      const found = concerns(name) ? own() : ask();
      compare();
      if (changed.size === before) return found;
    }
  };

  return {
    source,
    order,
    reads: [],
    filesWith,
    has: (path) => paths.has(path),
    answer<T>(key: string, name: string, find: (files: Iterable<SourceFile>) => T | undefined): T | undefined {
      return kept(answers, key, () =>
        settled(
          name,
          () => root.answer(key, name, find),
          () => find(filesWith(name)),
        ),
      );
    },
    generated<T>(name: string, find: (file: SourceFile) => T | undefined): T | undefined {
      return kept(answers, `g ${name}`, () =>
        settled(
          '##',
          () => root.generated(name, find),
          () => firstHeader(filesWith('##'), find),
        ),
      );
    },
  };
}

// Which files of a source have a name in them, in the order in which names of mm/ are best looked for, and the answers
// that follow. A source that differs from an earlier one in a few files asks that one for every name that is in none of
// the files that differ: a review lowers dozens of variants of one source.
import type { KernelSource, SourceFile } from '../types.ts';

/** A part of the search order: the headers that are looked into first with all of mm/, or what comes behind. */
export type Part = 'mm' | 'rest';

/** Asks for the files that contain the name in question. */
export type Files = (part?: Part) => Iterable<SourceFile>;

/** The files of one source, and what was answered about them. */
export interface Shelf {
  readonly source: KernelSource;
  readonly order: readonly string[];
  readonly reads: readonly SourceFile[]; // in the order in which they were read
  /** The files that contain `name`, in search order, read as they are asked for: all, those up to mm/, or those behind. */
  filesWith(name: string, part?: Part): Iterable<SourceFile>;
  has(path: string): boolean;
  /**
   * The answer of `find` under `key`, kept. `find` gets filesWith(name); its answer may depend on nothing else.
   */
  answer<T>(key: string, name: string, find: (files: Files) => T | undefined): T | undefined;
  /** The answer of `find` in a header that pastes names together (##): such a name stands in no file as a whole. */
  generated<T>(name: string, find: (file: SourceFile) => T | undefined): T | undefined;
}

const MOST_CHANGED = 24; // files; a source that differs in more starts afresh

/**
 * Opens the shelf of `source`, as a variant of one in `shelves` when it has nearly the same files. `first`: paths that
 * are looked into before all others, in this order.
 */
export function openShelf(source: KernelSource, shelves: Shelf[], first: readonly string[]): Shelf {
  for (const root of shelves) {
    const variant = openVariant(source, root, first);
    if (variant !== undefined) return variant;
  }
  const shelf = openRoot(source, first);
  shelves.push(shelf);
  return shelf;
}

/** `first`, then the headers of mm/, its .c files, include/linux, the rest of include/, and what is left. */
function searchOrder(paths: readonly string[], first: readonly string[]): string[] {
  const ranks = new Map(first.map((path, i) => [path, i]));
  const rank = (path: string): number => {
    const known = ranks.get(path);
    if (known !== undefined) return known;
    if (path.startsWith('mm/')) return first.length + (path.endsWith('.h') ? 0 : 1);
    if (path.startsWith('include/linux/')) return first.length + 2;
    return first.length + (path.startsWith('include/') ? 3 : 4);
  };
  const ranked = paths.filter((path) => /\.(?:[ch]|md)$/.test(path)).map((path) => ({ path, rank: rank(path) }));
  return ranked.sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1)).map(({ path }) => path);
}

/** Paths that contain a name: the ones found so far, and how far the search went. */
interface Bearers {
  readonly files: { readonly file: SourceFile; readonly index: number }[];
  next: number; // index into the order
}

function openRoot(source: KernelSource, first: readonly string[]): Shelf {
  const order = searchOrder(source.paths, first);
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

  const split = endOfMm(order, first);

  function* filesWith(name: string, part?: Part): Generator<SourceFile> {
    let known = bearers.get(name);
    if (known === undefined) {
      known = { files: [], next: 0 };
      bearers.set(name, known);
    }
    const end = part === 'mm' ? split : order.length;
    for (let at = 0; ; at++) {
      while (at >= known.files.length && known.next < end) {
        const index = known.next++;
        const file = fileAt(index);
        if (file?.text.includes(name) === true) known.files.push({ file, index });
      }
      const found = known.files[at];
      if (found === undefined || found.index >= end) return;
      if (part !== 'rest' || found.index >= split) yield found.file;
    }
  }

  return {
    source,
    order,
    reads,
    filesWith,
    has: (path) => present.has(path),
    answer<T>(key: string, name: string, find: (files: Files) => T | undefined): T | undefined {
      return kept(answers, key, () => find((part) => filesWith(name, part)));
    },
    generated<T>(name: string, find: (file: SourceFile) => T | undefined): T | undefined {
      return kept(answers, `g ${name}`, () => firstHeader(name, filesWith('##'), find));
    },
  };
}

function firstHeader<T>(
  name: string,
  files: Iterable<SourceFile>,
  find: (file: SourceFile) => T | undefined,
): T | undefined {
  for (const file of files) {
    const found = file.path.endsWith('.h') && mayPaste(file, name) ? find(file) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const pasted = new WeakMap<SourceFile, readonly string[]>();

/**
 * Whether the pastes of a header have a part in common with `name`: `folio_test_##lname` with folio_test_lru.
 * Misses: a name that is pasted from arguments alone, which no header of mm does.
 */
function mayPaste(file: SourceFile, name: string): boolean {
  let parts = pasted.get(file);
  if (parts === undefined) {
    const words = new Set<string>();
    for (let at = file.text.indexOf('##'); at >= 0; at = file.text.indexOf('##', at + 2)) {
      const before = /(\w*)\s*$/.exec(file.text.slice(Math.max(0, at - 80), at))?.[1] ?? '';
      const after = /^##\s*(\w*)/.exec(file.text.slice(at, at + 80))?.[1] ?? '';
      for (const word of [before, after]) if (word.length >= 4) words.add(word);
    }
    parts = [...words];
    pasted.set(file, parts);
  }
  return parts.some((part) => name.includes(part));
}

function kept<T>(answers: Map<string, unknown>, key: string, make: () => T): T {
  if (answers.has(key)) return answers.get(key) as T;
  const made = make();
  answers.set(key, made);
  return made;
}

/** A shelf over nearly the files of `root`, or undefined when too many differ. */
function openVariant(source: KernelSource, root: Shelf, first: readonly string[]): Shelf | undefined {
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
  const order = added ? searchOrder(source.paths, first) : root.order;
  const rank = new Map(order.map((path, index) => [path, index]));
  const split = endOfMm(order, first);
  const answers = new Map<string, unknown>();
  const concerns = (name: string): boolean => {
    for (const { before, after } of changed.values()) {
      if (before?.text.includes(name) === true || after?.text.includes(name) === true) return true;
    }
    return false;
  };

  /** The files of the root that did not change, with the changed ones in their places. */
  function* filesWith(name: string, part?: Part): Generator<SourceFile> {
    const place = (file: SourceFile): number => rank.get(file.path) ?? 0;
    const isWanted = (file: SourceFile): boolean => part === undefined || place(file) < split === (part === 'mm');
    const own = [...changed.values()].flatMap(({ after }) =>
      after?.text.includes(name) === true && isWanted(after) ? [after] : [],
    );
    own.sort((a, b) => place(a) - place(b));
    for (const file of root.filesWith(name, part)) {
      for (let next = own[0]; next !== undefined && place(next) <= place(file); next = own[0]) {
        yield next;
        own.shift();
      }
      if (source.read(file.path) === file) yield file;
    }
    yield* own;
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
    answer<T>(key: string, name: string, find: (files: Files) => T | undefined): T | undefined {
      return kept(answers, key, () =>
        settled(
          name,
          () => root.answer(key, name, find),
          () => find((part) => filesWith(name, part)),
        ),
      );
    },
    generated<T>(name: string, find: (file: SourceFile) => T | undefined): T | undefined {
      return kept(answers, `g ${name}`, () =>
        settled(
          '##',
          () => root.generated(name, find),
          () => firstHeader(name, filesWith('##'), find),
        ),
      );
    },
  };
}

/** Index of the first path behind the headers that are looked into first and mm/. */
function endOfMm(order: readonly string[], first: readonly string[]): number {
  const end = order.findIndex((path) => !path.startsWith('mm/') && !first.includes(path));
  return end < 0 ? order.length : end;
}

// Where the names of a kernel source are defined: functions, macros, structs, typedefs, enumerators. Files are read and
// indexed only when a name is looked up. Sources that differ in a few files share their answers.
import type { KernelSource, SourceFile } from '../types.ts';
import type { Definition, FileIndex } from './file-index.ts';
import { indexFile } from './file-index.ts';
import type { Config, Macro } from './preprocess.ts';
import { openShelf } from './shelf.ts';
import type { Shelf } from './shelf.ts';

/** What the sources of one run share: indexed files, and the answers of the first source of each kind. */
export interface IndexCache {
  readonly files: WeakMap<SourceFile, FileIndex>;
  readonly shelves: Shelf[];
  readonly opened: WeakMap<KernelSource, Definitions>;
}

/** An empty cache. */
export function newIndexCache(): IndexCache {
  return { files: new WeakMap(), shelves: [], opened: new WeakMap() };
}

/** The lookups of one source. */
export interface Definitions {
  readonly source: KernelSource;
  /** The function `name` as seen from `near` (a static one of that file first). */
  function(name: string, near: string): Definition | Ambiguous | undefined;
  /** The macro `name` as seen from `near`: its own, or one of a header. `near` '' sees every file. */
  macro(name: string, near: string): FoundMacro | undefined;
  struct(name: string): Definition | undefined;
  typedef(name: string): Definition | undefined;
  /** The enum that has an enumerator `name`. */
  enumOf(name: string): Definition | undefined;
  /** The file as it stands, with its line origins. */
  file(path: string): SourceFile | undefined;
  has(path: string): boolean;
  /** Whether `near` or a header declares a variable `name` at its top level. */
  declares(name: string, near: string): boolean;
}

/** A macro and the file that defines it. */
export interface FoundMacro {
  readonly macro: Macro;
  readonly file: string;
}

/** Several .c files define a function of this name and none of them is the caller's. */
export interface Ambiguous {
  readonly kind: 'ambiguous';
  readonly files: readonly string[];
}

/** Opens the lookups over `source`. Nothing is read before the first question. `defined`: see preprocess(). */
export function openDefinitions(source: KernelSource, config: Config, cache: IndexCache, defined?: (name: string) => boolean): Definitions {
  const known = defined === undefined ? cache.opened.get(source) : undefined;
  if (known !== undefined) return known;
  const indexOf = (file: SourceFile): FileIndex => {
    let index = cache.files.get(file);
    if (index === undefined) {
      index = indexFile(file, config, defined);
      cache.files.set(file, index);
    }
    return index;
  };
  const shelf = openShelf(source, cache.shelves);
  const definitions = lookups(source, shelf, indexOf);
  if (defined === undefined) cache.opened.set(source, definitions);
  return definitions;
}

function lookups(source: KernelSource, shelf: Shelf, indexOf: (file: SourceFile) => FileIndex): Definitions {
  const near = (path: string): FileIndex | undefined => {
    const file = path === '' ? undefined : source.read(path);
    return file === undefined ? undefined : indexOf(file);
  };
  const word = (name: string, before: string, after: string): RegExp => new RegExp(`${before}\\b${name}\\b${after}`, 'm');
  /** The first file, in search order, whose text has the shape of a definition of `name` and whose index has it. */
  const first = <T>(kind: string, name: string, shape: RegExp, pick: (index: FileIndex, file: SourceFile) => T | undefined): T | undefined =>
    shelf.answer(`${kind} ${name}`, name, (files) => {
      for (const file of files) {
        const found = shape.test(file.text) ? pick(indexOf(file), file) : undefined;
        if (found !== undefined) return found;
      }
      return undefined;
    });

  const findFunction = (name: string): Definition | Ambiguous | undefined => {
    const shape = new RegExp(`^[A-Za-z_][^\\n;]*\\b${name}\\s*\\(|^${name}\\s*\\(`, 'm');
    const written = shelf.answer(`f ${name}`, name, (files) => {
      const inC: Definition[] = [];
      for (const file of files) {
        const definition = shape.test(file.text) ? indexOf(file).functions.get(name) : undefined;
        if (definition === undefined) continue;
        if (file.path.endsWith('.h') && inC.length === 0) return definition;
        if (file.path.endsWith('.c')) inC.push(definition);
      }
      const publicOnes = inC.filter((definition) => !/^\s*static\b/.test(definition.text));
      const candidates = publicOnes.length > 0 ? publicOnes : inC;
      if (candidates.length > 1) return { kind: 'ambiguous' as const, files: candidates.map((one) => one.file) };
      return candidates[0];
    });
    return written ?? shelf.generated(name, (file) => indexOf(file).functions.get(name));
  };

  const findMacro = (name: string, anywhere: boolean): FoundMacro | undefined =>
    first(anywhere ? 'M' : 'm', name, word(name, '^[ \\t]*#[ \\t]*define[ \\t]+', ''), (index, file) => {
      const macro = anywhere || file.path.endsWith('.h') ? index.macros.get(name) : undefined;
      return macro === undefined ? undefined : { macro, file: file.path };
    });

  return {
    source,
    function: (name, path) => near(path)?.functions.get(name) ?? findFunction(name),
    macro(name, path) {
      const local = near(path)?.macros.get(name);
      if (local !== undefined) return { macro: local, file: path };
      return findMacro(name, path === '');
    },
    struct: (name) => first('s', name, word(name, '(?:struct|union)\\s[^;{}]*', '[^;{}]*\\{'), (index) => index.structs.get(name)),
    typedef: (name) => first('t', name, word(name, '', '[^;{}]*;'), (index) => index.typedefs.get(name)),
    enumOf: (name) => {
      const shape = word(name, '', '\\s*[,=}]');
      const member = new RegExp(`[{,]\\s*${name}\\s*(?=[,=}])`);
      return first('e', name, shape, (index) => index.enums.find((one) => member.test(one.text)));
    },
    file: (path) => source.read(path),
    has: (path) => shelf.has(path),
    declares(name, path) {
      const shape = new RegExp(`^(?:\\w[\\w \\t*]*[\\s*]${name}[ \\t]*(?:\\[[^\\]\\n]*\\])*[ \\t]*(?:=|;|,|__\\w+)|DE(?:FINE|CLARE)_PER_CPU[^\\n]*\\b${name}\\b)`, 'm');
      if (shape.test(source.read(path)?.text ?? '')) return true;
      return shelf.answer(`v ${name}`, name, (files) => {
        for (const file of files) if (file.path.endsWith('.h') && shape.test(file.text)) return true;
        return undefined;
      }) ?? false;
    },
  };
}

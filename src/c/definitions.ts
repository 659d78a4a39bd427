// Where the names of a kernel source are defined: functions, macros, structs, typedefs, enumerators. Files are read and
// indexed only when a name is looked up. Sources that differ in a few files share their answers.
import type { KernelSource, SourceFile } from '../types.ts';
import type { Definition, FileIndex } from './file-index.ts';
import { indexFile } from './file-index.ts';
import type { Config, Macro } from './preprocess.ts';
import type { Shelf } from './shelf.ts';
import { openShelf } from './shelf.ts';

/** What the kernel's own layout says about where names are defined. */
export interface Whereabouts {
  readonly first: readonly string[]; // files that are looked into before all others, in this order
  readonly built: ReadonlyMap<string, string>; // file -> the option it is built with, or `!` and the one it is built without
}

/** What the sources of one run share: indexed files, and the answers of the first source of each kind. */
export interface IndexCache {
  readonly whereabouts: Whereabouts;
  readonly files: WeakMap<SourceFile, FileIndex>;
  readonly shelves: Shelf[];
  readonly opened: WeakMap<KernelSource, Definitions>;
}

const NOWHERE: Whereabouts = { first: [], built: new Map() };

/** An empty cache. */
export function newIndexCache(whereabouts = NOWHERE): IndexCache {
  return { whereabouts, files: new WeakMap(), shelves: [], opened: new WeakMap() };
}

/** The lookups of one source. */
export interface Definitions {
  readonly source: KernelSource;
  /** The function `name` as seen from `near` (a static one of that file first). */
  function(name: string, near: string): Definition | Ambiguous | undefined;
  /** The macro `name` as seen from `near`: its own, or one of a header. `near` '' sees every file. */
  macro(name: string, near: string): FoundMacro | undefined;
  /** A macro of `near` itself, which wins over any function and enumerator. */
  ownMacro(name: string, near: string): FoundMacro | undefined;
  /** What gives `name` a value: a macro or an enum, whichever file comes first; within one file the enum. */
  constant(
    name: string,
    near: string,
  ): ({ readonly kind: 'macro' } & FoundMacro) | { readonly kind: 'enum' } | undefined;
  /** The struct or union `name`, or the macro that stands for its tag. */
  struct(name: string): Definition | Macro | undefined;
  /** The typedef `name`, or the macro that stands for the type. */
  typedef(name: string): Definition | Macro | undefined;
  /** The enum that has an enumerator `name`. */
  enumOf(name: string): Definition | undefined;
  /** The file as it stands, with its line origins. */
  file(path: string): SourceFile | undefined;
  /** The struct of the per-CPU variable `name` that the file `near` defines. */
  perCpuStruct(name: string, near: string): string | undefined;
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
export function openDefinitions(
  source: KernelSource,
  config: Config,
  cache: IndexCache,
  defined?: (name: string) => boolean,
): Definitions {
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
  const { first, built } = cache.whereabouts;
  const shelf = openShelf(source, cache.shelves, first);
  const isBuilt = (path: string): boolean => {
    const option = built.get(path);
    if (option === undefined) return true;
    return option.startsWith('!') ? !config.has(option.slice(1)) : config.has(option);
  };
  const definitions = lookups(source, shelf, indexOf, (file) => cache.files.has(file), isBuilt);
  if (defined === undefined) cache.opened.set(source, definitions);
  return definitions;
}

const FLAGS = 'include/linux/page-flags.h';
const FLAG_FUNCTION = /^(?:__)?(?:folio_(?:test|set|clear)_|(?:Test)?(?:Set|Clear)?Page[A-Z])/;
const SMALL = 2_000; // characters; such a file is indexed as fast as it is searched for the shape of a definition

function lookups(
  source: KernelSource,
  shelf: Shelf,
  indexOf: (file: SourceFile) => FileIndex,
  isIndexed: (file: SourceFile) => boolean,
  isBuilt: (path: string) => boolean,
): Definitions {
  const near = (path: string): FileIndex | undefined => {
    const file = path === '' ? undefined : source.read(path);
    return file === undefined ? undefined : indexOf(file);
  };
  /** The first file, in search order, that has a definition of `name`; large files are indexed only if they look so. */
  const first = <T>(
    kind: string,
    name: string,
    shape: (name: string) => RegExp,
    pick: (index: FileIndex, file: SourceFile) => T | undefined,
  ): T | undefined =>
    shelf.answer(`${kind} ${name}`, name, (files) => {
      let like: RegExp | undefined;
      for (const file of files()) {
        if (!isIndexed(file) && file.text.length > SMALL) {
          like ??= shape(name);
          if (!like.test(file.text)) continue;
        }
        const found = pick(indexOf(file), file);
        if (found !== undefined) return found;
      }
      return undefined;
    });

  const functionIn = (file: SourceFile, name: string, like: () => RegExp): Definition | undefined =>
    isIndexed(file) || like().test(file.text) ? indexOf(file).functions.get(name) : undefined;

  const findFunction = (name: string): Definition | Ambiguous | undefined => {
    const written = shelf.answer(`f ${name}`, name, (files) => {
      let shape: RegExp | undefined;
      const like = (): RegExp => (shape ??= new RegExp(`^[A-Za-z_][^\\n;]*\\b${name}\\s*\\(|^${name}\\s*\\(`, 'm'));
      const inC: Definition[] = [];
      for (const file of files('mm')) {
        const definition = functionIn(file, name, like);
        if (definition === undefined) continue;
        if (file.path.endsWith('.h') && inC.length === 0) return definition;
        if (file.path.endsWith('.c') && isBuilt(file.path)) inC.push(definition);
      }
      // All .c files are in mm/, and one of them wins over a header that comes later.
      if (inC.length === 0) {
        for (const file of files('rest')) {
          const definition = functionIn(file, name, like);
          if (definition !== undefined) return definition;
        }
      }
      const publicOnes = inC.filter(isPublic);
      const candidates = publicOnes.length > 0 ? publicOnes : inC;
      if (candidates.length > 1) return { kind: 'ambiguous' as const, files: candidates.map((one) => one.file) };
      return candidates[0];
    });
    return written ?? shelf.generated(name, (file) => indexOf(file).functions.get(name));
  };

  /** A function that the flag families of page-flags.h generate: their names stand in no file as a whole. */
  const findFlagFunction = (name: string): Definition | undefined => {
    const file = FLAG_FUNCTION.test(name) ? source.read(FLAGS) : undefined;
    const definition = file === undefined ? undefined : indexOf(file).functions.get(name);
    return definition?.generated === true ? definition : undefined;
  };

  const findMacro = (name: string, anywhere: boolean): FoundMacro | undefined =>
    first(anywhere ? 'M' : 'm', name, macroShape, (index, file) => {
      const macro = anywhere || file.path.endsWith('.h') ? index.macros.get(name) : undefined;
      return macro === undefined ? undefined : { macro, file: file.path };
    });

  return {
    source,
    function: (name, path) => near(path)?.functions.get(name) ?? findFlagFunction(name) ?? findFunction(name),
    macro(name, path) {
      const local = near(path)?.macros.get(name);
      if (local !== undefined) return { macro: local, file: path };
      return findMacro(name, path === '');
    },
    ownMacro(name, path) {
      const macro = near(path)?.macros.get(name);
      return macro === undefined ? undefined : { macro, file: path };
    },
    constant(name, path) {
      const own = near(path)?.macros.get(name);
      if (own !== undefined) return { kind: 'macro', macro: own, file: path };
      const anywhere = path === '';
      return first(anywhere ? 'C' : 'c', name, constantShape, (index, file) => {
        if (enumIn(index, name) !== undefined) return { kind: 'enum' as const };
        const macro = anywhere || file.path.endsWith('.h') ? index.macros.get(name) : undefined;
        return macro === undefined ? undefined : { kind: 'macro' as const, macro, file: file.path };
      });
    },
    struct: (name) => first('s', name, structOrMacro, (index) => index.structs.get(name) ?? typeMacro(index, name)),
    typedef: (name) => first('t', name, typedefOrMacro, (index) => index.typedefs.get(name) ?? typeMacro(index, name)),
    enumOf: (name) => first('e', name, enumShape, (index) => enumIn(index, name)),
    file: (path) => source.read(path),
    has: (path) => shelf.has(path),
    perCpuStruct(name, path) {
      const text = source.read(path)?.text ?? '';
      if (!text.includes('DEFINE_PER_CPU')) return undefined;
      const shape = new RegExp(`\\bDEFINE_PER_CPU(?:_\\w+)?\\(\\s*(?:struct\\s+)?(\\w+)\\s*,\\s*${name}\\s*\\)`);
      return shape.exec(text)?.[1];
    },
    declares(name, path) {
      const shape = new RegExp(
        `^(?:(?:\\w[\\w \\t*]*[\\s*]|\\}[ \\t]*)${name}[ \\t]*(?:\\[[^\\]\\n]*\\])*[ \\t]*(?:=|;|,|__\\w+)|DE(?:FINE|CLARE)_PER_CPU[^\\n]*\\b${name}\\b)`,
        'm',
      );
      if (shape.test(source.read(path)?.text ?? '')) return true;
      return (
        shelf.answer(`v ${name}`, name, (files) => {
          for (const file of files()) if (file.path.endsWith('.h') && shape.test(file.text)) return true;
          return undefined;
        }) ?? false
      );
    },
  };
}

/** The enum of a file that has an enumerator `name`: a word behind { or , and before , or = or }. */
function enumIn(index: FileIndex, name: string): Definition | undefined {
  for (const one of index.enums) {
    for (let at = one.text.indexOf(name); at >= 0; at = one.text.indexOf(name, at + 1)) {
      if ('{,'.includes(solid(one.text, at - 1, -1)) && ',=}'.includes(solid(one.text, at + name.length, 1)))
        return one;
    }
  }
  return undefined;
}

/** The first character that is no blank, from `at` on in steps of `by`. Comments are long runs of blanks here. */
function solid(text: string, at: number, by: 1 | -1): string {
  let i = at;
  while (i > 0 && i < text.length && text.charCodeAt(i) <= 0x20) i += by;
  return text[i] ?? '.';
}

/** The macro `name` when it may stand for a type: `#define pgoff_t unsigned long`. */
function typeMacro(index: FileIndex, name: string): Macro | undefined {
  const macro = index.macros.get(name);
  const isType =
    macro !== undefined && macro.params === undefined && macro.body !== name && /^[A-Za-z_][\w\s]*$/.test(macro.body);
  return isType ? macro : undefined;
}

/** Whether a lookup gave a macro. */
export function isMacro(found: Definition | Macro): found is Macro {
  return 'body' in found;
}

function isPublic(definition: Definition): boolean {
  return !/^\s*static\b/.test(definition.text);
}

// What a file must look like to be indexed for a name. Each is true of every definition that the index finds.

function macroShape(name: string): RegExp {
  return new RegExp(`^[ \\t]*#[ \\t]*define[ \\t]+${name}\\b`, 'm');
}

function structShape(name: string): RegExp {
  const attribute = '__\\w+\\s*(?:\\((?:[^()]|\\([^()]*\\))*\\)\\s*)?';
  return new RegExp(`\\b(?:struct|union)\\s+(?:${attribute})*${name}\\b\\s*(?:${attribute})*(?:/\\*[^*]*\\*/\\s*)?\\{`);
}

function typedefShape(name: string): RegExp {
  return new RegExp(`\\btypedef\\s[^;{}]*\\b${name}\\b|\\}[^;{}]*\\b${name}\\s*;`);
}

function enumShape(name: string): RegExp {
  return new RegExp(`^[ \\t]*${name}[ \\t]*(?:[,=}/]|$)|\\benum\\b[^;{}]*\\{[^}]*\\b${name}\\b`, 'm');
}

function structOrMacro(name: string): RegExp {
  return new RegExp(`${macroShape(name).source}|${structShape(name).source}`, 'm');
}

function typedefOrMacro(name: string): RegExp {
  return new RegExp(`${macroShape(name).source}|${typedefShape(name).source}`, 'm');
}

function constantShape(name: string): RegExp {
  return new RegExp(`${macroShape(name).source}|${enumShape(name).source}`, 'm');
}

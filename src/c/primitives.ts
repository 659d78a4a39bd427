// Reads rules/primitives.h: rows are C (see definitions.ts), the pragmas are here.
import { InputError } from '../errors.ts';
import type { KernelSource } from '../types.ts';
import type { Whereabouts } from './definitions.ts';

/** What the pragmas of the primitives table say. */
export interface Primitives {
  readonly source: KernelSource; // the rows themselves
  readonly ignored: readonly RegExp[];
  readonly absent: ReadonlySet<string>; // without effect where the source has no such function
  readonly accessorFiles: readonly RegExp[];
  readonly bits: readonly { readonly struct: string; readonly field: string; readonly enumerator: string }[];
  readonly assumptions: readonly { readonly names: readonly string[]; readonly words: string }[];
  readonly whereabouts: Whereabouts;
}

/**
 * Parses the primitives table. `file` is its path, for messages and for the places of its rows.
 * Throws InputError with the line for a pragma that is not known.
 */
export function parsePrimitives(text: string, file: string): Primitives {
  const ignored: RegExp[] = [];
  const absent = new Set<string>();
  const accessorFiles: RegExp[] = [pattern(file)];
  const bits: { struct: string; field: string; enumerator: string }[] = [];
  const assumptions: { names: string[]; words: string }[] = [];
  const first: string[] = [];
  const built = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const match = /^#pragma\s+relore\s+(\S+)\s+(.*)$/.exec(line);
    if (match === null) continue;
    const rest = (match[2] ?? '').trim();
    const words = rest.split(/\s+/);
    switch (match[1]) {
      case 'ignore':
        ignored.push(...words.map(pattern));
        break;
      case 'absent':
        for (const word of words) absent.add(word);
        break;
      case 'accessors':
        accessorFiles.push(...words.map(pattern));
        break;
      case 'bits': {
        const [place = '', enumerator = ''] = words;
        const [struct = '', field = ''] = place.split('.');
        if (field === '' || enumerator === '') throw bad(file, index + 1, '`bits STRUCT.FIELD ENUMERATOR`', rest);
        bits.push({ struct, field, enumerator });
        break;
      }
      case 'assume': {
        const colon = rest.indexOf(':');
        if (colon < 0) throw bad(file, index + 1, '`assume NAMES: sentence`', rest);
        assumptions.push({ names: rest.slice(0, colon).trim().split(/\s+/), words: rest.slice(colon + 1).trim() });
        break;
      }
      case 'first':
        first.push(...words);
        break;
      case 'built': {
        const [condition = '', ...paths] = words;
        if (!/^!?CONFIG_\w+$/.test(condition) || paths.length === 0)
          throw bad(file, index + 1, '`built CONFIG_OPTION FILES` or `built !CONFIG_OPTION FILES`', rest);
        for (const path of paths) built.set(path, condition);
        break;
      }
      default:
        throw bad(file, index + 1, 'a pragma ignore, absent, accessors, bits, assume, first or built', match[1] ?? '');
    }
  }
  const whole = { path: file, text };
  const source: KernelSource = {
    kind: 'model',
    name: file,
    paths: [file],
    read: (path) => (path === file ? whole : undefined),
  };
  return { source, ignored, absent, accessorFiles, bits, assumptions, whereabouts: { first, built } };
}

function bad(file: string, line: number, expected: string, found: string): InputError {
  return new InputError({ place: { file, line }, expected, found: `\`${found}\`` });
}

/** A whole-name pattern in which `*` is any run of characters. */
function pattern(words: string): RegExp {
  return new RegExp(`^${words.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`);
}

import type { Macro } from './preprocess.ts';
import { blankComments, skipQuoted } from './preprocess.ts';

const MAX_EXPANSION = 200_000; // characters; more is hostile text
const IDENT = /[A-Za-z_]\w*/y;

/**
 * The body of a function-like macro with `args` substituted, `#` and `##` applied (ISO C 6.10.3.1-3, without the
 * prescan of arguments: names that come from arguments are expanded on the rescan by the caller).
 * Returns undefined when the number of arguments does not fit or the result is unreasonably large.
 */
export function substitute(macro: Macro, args: readonly string[]): string | undefined {
  const params = macro.params ?? [];
  const variadic = params[params.length - 1] === '...' || params[params.length - 1]?.endsWith('...') === true;
  if (variadic ? args.length < params.length - 1 : args.length !== params.length) return undefined;
  const bound = new Map<string, string>();
  for (const [i, param] of params.entries()) {
    if (param === '...') bound.set('__VA_ARGS__', args.slice(i).join(', '));
    else if (param.endsWith('...')) bound.set(param.slice(0, -3), args.slice(i).join(', '));
    else bound.set(param, (args[i] ?? '').trim());
  }
  let out = '';
  const body = macro.body.replace(/,\s*##\s*__VA_ARGS__/g, () =>
    bound.get('__VA_ARGS__') === '' ? '' : ', __VA_ARGS__',
  );
  for (let i = 0; i < body.length && out.length < MAX_EXPANSION; ) {
    const c = body[i] ?? '';
    if (c === '"' || c === "'") {
      const end = skipQuoted(body, i);
      out += body.slice(i, end);
      i = end;
    } else if (c === '#' && body[i + 1] === '#') {
      out = out.trimEnd();
      i += 2;
      while (body[i] === ' ' || body[i] === '\t') i++;
    } else if (c === '#') {
      i++;
      while (body[i] === ' ') i++;
      IDENT.lastIndex = i;
      const name = IDENT.exec(body)?.[0] ?? '';
      out += JSON.stringify(bound.get(name) ?? name);
      i += name.length;
    } else if (/[A-Za-z_]/.test(c)) {
      IDENT.lastIndex = i;
      const name = IDENT.exec(body)?.[0] ?? c;
      out += bound.get(name) ?? name;
      i += name.length;
    } else if (/[0-9]/.test(c)) {
      const number = /[0-9]\w*/y;
      number.lastIndex = i;
      const word = number.exec(body)?.[0] ?? c;
      out += word;
      i += word.length;
    } else {
      out += c;
      i++;
    }
  }
  return out.length >= MAX_EXPANSION ? undefined : out;
}

/** The arguments of a call whose `(` is at `open`, with the offset behind its `)`. Undefined when it never closes. */
export function readArguments(
  text: string,
  open: number,
): { readonly args: string[]; readonly end: number } | undefined {
  const args: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open; i < text.length; ) {
    const c = text[i] ?? '';
    if (c === '"' || c === "'") {
      i = skipQuoted(text, i);
      continue;
    }
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') {
      depth--;
      if (depth === 0) {
        const last = text.slice(from, i);
        if (args.length > 0 || last.trim() !== '') args.push(last);
        return { args, end: i + 1 };
      }
    } else if (c === ',' && depth === 1) {
      args.push(text.slice(from, i));
      from = i + 1;
    }
    i++;
  }
  return undefined;
}

/** What one macro call at the top level of a header defines: `PAGEFLAG(Lru, lru, PF_HEAD)`. */
export interface GeneratedText {
  readonly text: string;
  readonly line: number; // 1-based, of the call
}

/**
 * Expands the calls at the top level of `text` whose macros define functions (page-flags.h writes its families so).
 * Only macros with a function body, or that expand to such, are followed; all other names stay for the lowering.
 * Linear in the text plus the size of what is generated.
 */
export function expandGenerators(text: string, macros: ReadonlyMap<string, Macro>): GeneratedText[] {
  const generators = generatorNames(macros);
  if (generators.size === 0) return [];
  const found: GeneratedText[] = [];
  let line = 1;
  let counted = 0;
  let depth = 0;
  const name = /[A-Za-z_]\w*|[{}"']/g;
  for (let match = name.exec(text); match !== null; match = name.exec(text)) {
    const word = match[0];
    if (word === '"' || word === "'") {
      name.lastIndex = skipQuoted(text, match.index);
    } else if (word === '{') {
      depth++;
    } else if (word === '}') {
      depth--;
    } else if (depth === 0 && generators.has(word) && text[name.lastIndex] === '(') {
      const call = readArguments(text, name.lastIndex);
      if (call === undefined) break;
      const expansion = expandAll(text.slice(match.index, call.end), macros, generators, 0);
      for (; counted < match.index; counted++) if (text.charCodeAt(counted) === 0x0a) line++;
      if (expansion !== undefined) found.push({ text: expansion, line });
      name.lastIndex = call.end;
    }
  }
  return found;
}

/** Macros whose expansion defines a function: their body has `static ... {`, or names such a macro. */
function generatorNames(macros: ReadonlyMap<string, Macro>): Set<string> {
  const names = new Set<string>();
  for (const macro of macros.values()) {
    if (macro.params !== undefined && /\bstatic\b[^;]*\{/.test(macro.body)) names.add(macro.name);
  }
  for (let grew = names.size > 0; grew; ) {
    grew = false;
    for (const macro of macros.values()) {
      if (macro.params === undefined || names.has(macro.name)) continue;
      const first = /^([A-Za-z_]\w*)\s*\(/.exec(macro.body)?.[1];
      if (first !== undefined && names.has(first)) {
        names.add(macro.name);
        grew = true;
      }
    }
  }
  return names;
}

function expandAll(
  text: string,
  macros: ReadonlyMap<string, Macro>,
  generators: ReadonlySet<string>,
  depth: number,
): string | undefined {
  if (depth > 16) return undefined;
  let out = '';
  let from = 0;
  const name = /[A-Za-z_]\w*/g;
  for (let match = name.exec(text); match !== null; match = name.exec(text)) {
    const macro = generators.has(match[0]) ? macros.get(match[0]) : undefined;
    if (macro === undefined) continue;
    const open = text.indexOf('(', name.lastIndex);
    if (open < 0 || text.slice(name.lastIndex, open).trim() !== '') continue;
    const call = readArguments(text, open);
    if (call === undefined) return undefined;
    const body = substitute(
      macro,
      call.args.map((arg) => blankComments(arg)),
    );
    const inner = body === undefined ? undefined : expandAll(body, macros, generators, depth + 1);
    if (inner === undefined) return undefined;
    out += text.slice(from, match.index) + inner;
    if (out.length > MAX_EXPANSION) return undefined;
    from = name.lastIndex = call.end;
  }
  return out + text.slice(from);
}

// Finds function definitions without a parser, by brace matching on masked text: enough to know which function a
// line is in and to hand one function to the parser.
import { blankDirectives, DIRECTIVE, keptByText, lineAt, lineStarts, maskText } from './mask.ts';

/** A definition at the top level of a file. Offsets are string offsets into the text that was searched. */
export interface Definition {
  readonly name: string;
  readonly start: number; // first character of the return type or of #define
  readonly bodyStart: number; // the opening brace; of a macro: after the parameter list
  readonly end: number; // after the closing brace; of a macro: the end of its last line
  readonly line: number; // 1-based, of the name
}

// Words that take parentheses in a function header without being the function's name.
const ATTRIBUTES = new Set(
  `__attribute__ __printf __scanf __aligned __section __releases __acquires __must_hold __cond_acquires __cond_lock
  __alloc_size __realloc_size __malloc __counted_by __no_sanitize __assume_aligned __diagnose_as __guarded_by
  __must_hold_shared __acquires_shared __releases_shared __bitwise __target __typeof__ typeof __free
  if while for switch return sizeof`.split(/\s+/),
);

// In characters. Keeps the search for the name linear on text that never ends a declaration.
const LONGEST_HEADER = 4096;

/**
 * Returns every function definition of a C file in the order of the text, those of all #if arms included.
 * A system call is named as its table entry: SYSCALL_DEFINE2(mlock, ...) is sys_mlock. Linear.
 * Misses: a definition whose braces a macro supplies.
 */
export const findFunctions: (text: string) => readonly Definition[] = keptByText(64, (text) => {
  const masked = maskText(text);
  const first = matchBraces(masked, false);
  // A file whose #if arms do not balance: trust the closing brace in column 1, as kernel style has it.
  const found = first.balanced ? first : matchBraces(masked, true);
  const starts = lineStarts(text);
  return found.definitions
    .map(({ nameAt, ...definition }) => ({ ...definition, line: lineAt(starts, nameAt) }))
    .sort((a, b) => a.start - b.start);
});

/** Returns every function-like macro of a C file, in the order of the text. Linear. */
export function findMacros(text: string): Definition[] {
  const masked = maskText(text);
  const starts = lineStarts(text);
  const found: Definition[] = [];
  for (const match of masked.matchAll(DIRECTIVE)) {
    const head = /^([ \t]*#[ \t]*define[ \t]+)(\w+)\([^()]*\)/.exec(match[0]);
    if (head === null) continue;
    const name = head[2] ?? '';
    const line = lineAt(starts, match.index + (head[1] ?? '').length);
    found.push({
      name,
      start: match.index,
      bodyStart: match.index + head[0].length,
      end: match.index + match[0].length,
      line,
    });
  }
  return found;
}

/** Returns the definition that `offset` lies in. `definitions` as findFunctions gives them. */
export function definitionAt(definitions: readonly Definition[], offset: number): Definition | undefined {
  let found: Definition | undefined;
  for (const definition of definitions) {
    if (definition.start > offset) break;
    if (offset < definition.end) found = definition;
  }
  return found;
}

interface Open {
  readonly name: string;
  readonly nameAt: number;
  readonly start: number;
  readonly bodyStart: number;
}

interface State {
  readonly depth: number;
  readonly parens: number;
  readonly header: number; // where the text of the next header starts
  readonly assigned: boolean;
  readonly open: readonly Open[]; // more than one when #if arms each open a function that one brace closes
}

interface Arm {
  readonly before: State;
  readonly fresh: boolean; // no half a header stands before the #if
  carried: readonly Open[]; // functions that earlier arms opened and did not close
}

interface Directive {
  readonly line: string;
  readonly code: string; // the whole masked file
  readonly start: number;
}

const TOP: State = { depth: 0, parens: 0, header: 0, assigned: false, open: [] };

interface Matched {
  readonly definitions: (Open & { readonly end: number })[];
  readonly balanced: boolean;
}

/** With `columns`, a `}` in column 1 returns to depth 0 whatever was counted. */
function matchBraces(masked: string, columns: boolean): Matched {
  const code = blankDirectives(masked);
  const definitions: (Open & { end: number })[] = [];
  const arms: Arm[] = [];
  let state = TOP;
  for (const match of masked.matchAll(/^[ \t]*#(?:\\\r\n|\\[\s\S]|[^\\\n])*|[{}();=]/gm)) {
    const at = match.index;
    switch (match[0]) {
      case '{':
        state = openBrace(state, code, at);
        break;
      case '}': {
        const top = columns && (at === 0 || masked[at - 1] === '\n');
        const depth = top ? 0 : Math.max(0, state.depth - 1);
        if (depth > 0 || (state.parens > 0 && !top)) {
          state = { ...state, depth };
          break;
        }
        for (const open of state.open) definitions.push({ ...open, end: at + 1 });
        state = { ...TOP, header: at + 1 };
        break;
      }
      case '(':
        if (state.depth === 0) state = { ...state, parens: state.parens + 1 };
        break;
      case ')':
        if (state.depth === 0) state = { ...state, parens: Math.max(0, state.parens - 1) };
        break;
      case ';':
        if (state.depth === 0 && state.parens === 0) state = { ...TOP, header: at + 1 };
        break;
      case '=':
        if (state.depth === 0 && state.parens === 0) state = { ...state, assigned: true };
        break;
      default:
        state = conditional({ line: match[0], code, start: at }, state, arms);
    }
  }
  return { definitions, balanced: state.depth === 0 && state.parens === 0 };
}

function openBrace(state: State, code: string, at: number): State {
  if (state.depth > 0 || state.parens > 0 || state.assigned) return { ...state, depth: state.depth + 1 };
  const from = Math.max(state.header, at - LONGEST_HEADER);
  const header = code.slice(from, at);
  const found = headerName(header);
  if (found === undefined) return { ...state, depth: 1 };
  const open = { name: found.name, nameAt: from + found.at, start: from + header.search(/\S/), bodyStart: at };
  return { ...state, depth: 1, open: [...state.open, open] };
}

/** Each arm of a conditional starts from the state before it; the last arm's end is the state after it. */
function conditional(directive: Directive, state: State, arms: Arm[]): State {
  const word = /#\s*(\w+)/.exec(directive.line)?.[1] ?? '';
  const arm = arms.at(-1);
  if (word === 'if' || word === 'ifdef' || word === 'ifndef') {
    // Nesting deeper than a person writes is data of a stranger: the state is kept, the stack is not.
    if (arms.length >= 1000) return state;
    const between = directive.code.slice(Math.max(state.header, directive.start - LONGEST_HEADER), directive.start);
    arms.push({ before: state, fresh: between.trim() === '', carried: [] });
    return state;
  }
  if (arm === undefined) return state;
  const begun = state.open.filter((open) => !arm.before.open.includes(open));
  if (word === 'else' || word === 'elif') {
    arm.carried = [...arm.carried, ...begun];
    return arm.fresh ? { ...arm.before, header: directive.start } : arm.before;
  }
  if (word !== 'endif') return state;
  arms.pop();
  return arm.carried.length > 0 && state.depth > 0 ? { ...state, open: [...arm.carried, ...state.open] } : state;
}

/** Returns the name in `static int __must_check name(args) __releases(lock)`: the group behind which only attributes stand. */
export function headerName(header: string): { readonly name: string; readonly at: number } | undefined {
  const groups = parenGroups(header);
  for (const group of groups) {
    if (ATTRIBUTES.has(group.word)) continue;
    const tail = header.slice(group.close + 1).replace(/\([^()]*(?:\([^()]*\)[^()]*)*\)/g, ' ');
    if (!/^[\s]*(?:(?:__\w+|noinline\w*)\s*)*$/.test(tail)) continue;
    const call = /^(COMPAT_)?SYSCALL_DEFINE\d$/.exec(group.word);
    if (call === null) return { name: group.word, at: group.at };
    const first = /^\s*(\w+)/.exec(header.slice(group.open + 1))?.[1];
    if (first === undefined) return undefined;
    return { name: `${call[1] === undefined ? '' : 'compat_'}sys_${first}`, at: group.at };
  }
  return undefined;
}

interface Group {
  readonly word: string;
  readonly at: number;
  readonly open: number;
  readonly close: number;
}

/** The `word(...)` groups of a header that stand outside other parentheses. */
function parenGroups(header: string): Group[] {
  const groups: Group[] = [];
  let depth = 0;
  let word: { readonly text: string; readonly at: number } | undefined;
  let open = 0;
  for (const match of header.matchAll(/[A-Za-z_]\w*|[^\s]/g)) {
    const text = match[0];
    if (text === '(') {
      if (depth === 0) open = match.index;
      depth += 1;
    } else if (text === ')') {
      depth -= 1;
      if (depth === 0 && word !== undefined) groups.push({ word: word.text, at: word.at, open, close: match.index });
      if (depth === 0) word = undefined;
    } else if (depth === 0) {
      word = /^[A-Za-z_]/.test(text) ? { text, at: match.index } : undefined;
    }
  }
  return groups;
}

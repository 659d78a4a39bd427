// Macros at their use: the body is parsed once and lowered with the arguments bound by name, so an argument that the
// body uses twice is evaluated twice, as in C. A body that pastes, or uses a parameter as more than a value, is text.
import type { CExpr } from './ast.ts';
import { convertBlock } from './convert.ts';
import { convertExpression } from './convert-expression.ts';
import { convertDeclaration } from './convert-type.ts';
import { lowerExpr } from './expression.ts';
import { parse } from './grammar.ts';
import { substitute } from './macro.ts';
import type { Macro } from './preprocess.ts';
import { SyntaxRefusal } from './reader.ts';
import type { Binding, Frame, Session, Value } from './session.ts';
import { refuse, writtenAs } from './session.ts';

const MAX_DEPTH = 32; // calls and macros inside each other
const MAX_BODY = 65_536; // characters

/** A macro and the file that defines it. */
export interface FoundMacro {
  readonly macro: Macro;
  readonly file: string;
}

/** What a use of a macro stands for: nothing, or an expression to lower in a frame of its own. */
export type Expansion =
  | { readonly kind: 'empty' }
  | { readonly kind: 'expression'; readonly frame: Frame; readonly body: CExpr };

/** Expands a use of a macro at offset `start` of its text. Refuses a body that is neither an expression nor statements. */
export function expandMacro(
  session: Session,
  frame: Frame,
  found: FoundMacro,
  args: readonly CExpr[],
  start: number,
): Expansion {
  const { macro } = found;
  if (frame.depth > MAX_DEPTH) return refuse(session, frame, macro.name, `expected at most ${MAX_DEPTH} nested calls`);
  if (macro.body.length > MAX_BODY)
    return refuse(session, frame, macro.name, `expected a macro of at most ${MAX_BODY} characters`);
  const body = macroBody(session, macro);
  if (body === 'empty') return { kind: 'empty' };
  const params = macro.params ?? [];
  const variadic = params[params.length - 1]?.endsWith('...') === true;
  const fixed = variadic ? params.slice(0, -1) : params;
  if (variadic ? args.length < fixed.length : args.length !== params.length) {
    return refuse(
      session,
      frame,
      macro.name,
      `expected ${fixed.length}${variadic ? ' or more' : ''} arguments, found ${args.length}`,
    );
  }
  if (body === 'text') return expandText(session, frame, found, args, start);
  const names = new Map<string, Binding>();
  for (const [i, param] of fixed.entries()) {
    const arg = args[i];
    if (arg !== undefined) names.set(param, { kind: 'alias', expr: arg, frame });
  }
  const inner: Frame = {
    ...macroFrame(frame, macro, start),
    file: found.file,
    slice: (from, to) => macro.body.slice(from, to),
    scope: { names, outer: frame.scope, parameters: true },
  };
  return { kind: 'expression', frame: inner, body };
}

/** Expands a macro whose text is an initialiser: braces, or one more such macro. */
export function expandInitialiser(
  session: Session,
  frame: Frame,
  { macro }: FoundMacro,
  args: readonly CExpr[],
  start: number,
): { readonly frame: Frame; readonly body: CExpr } {
  if (frame.depth > MAX_DEPTH) return refuse(session, frame, macro.name, `expected at most ${MAX_DEPTH} nested calls`);
  const text =
    macro.params === undefined
      ? macro.body
      : substitute(
          macro,
          args.map((arg) => argumentText(frame, arg)),
        );
  const body = text === undefined ? undefined : parsedInitialiser(session, text);
  if (text === undefined || body === undefined)
    return refuse(session, frame, macro.name, 'expected a macro that reads as an initialiser');
  const inner: Frame = {
    ...macroFrame(frame, macro, start),
    slice: (from, to) => text.slice(from, to),
    scope: { names: new Map(), outer: frame.scope },
  };
  return { frame: inner, body };
}

const INITIALISER = 'int x = ';

function parsedInitialiser(session: Session, text: string): CExpr | undefined {
  const key = `init ${text}`;
  const cached = session.parsed.macros.get(key);
  if (cached !== undefined) return cached === 'text' ? undefined : cached;
  const parsed = parse(`${INITIALISER}${text};`, -INITIALISER.length, 1);
  const node = parsed.root.namedChildren[0];
  let body: CExpr | undefined;
  if (node?.type === 'declaration' && !parsed.root.hasError && parsed.root.namedChildCount === 1)
    body = orRefused(() => convertDeclaration(parsed, node)[0]?.init);
  session.parsed.macros.set(key, body ?? 'text');
  return body;
}

/** Lowers a use of a macro to its value. */
export function lowerMacro(
  session: Session,
  frame: Frame,
  found: FoundMacro,
  args: readonly CExpr[],
  start: number,
): Value {
  const expansion = expandMacro(session, frame, found, args, start);
  return expansion.kind === 'empty' ? { kind: 'void' } : lowerExpr(session, expansion.frame, expansion.body);
}

/** The frame of a macro's body: break, goto and return in it are those of the function around it. */
export function macroFrame(frame: Frame, macro: Macro, start: number): Frame {
  return {
    ...frame,
    name: macro.name,
    key: `${frame.key}/${macro.name}@${start}`,
    macro: macro.name,
    accessor: true,
    caller: frame,
    depth: frame.depth + 1,
  };
}

/** A macro whose body pastes, or uses a parameter as a type or a field: substitute text, parse, lower where it stands. */
export function expandText(
  session: Session,
  frame: Frame,
  found: FoundMacro,
  args: readonly CExpr[],
  start: number,
): Expansion {
  const { macro } = found;
  const text =
    macro.params === undefined
      ? macro.body
      : substitute(
          macro,
          args.map((arg) => argumentText(frame, arg)),
        );
  const body = text === undefined ? undefined : parsedBody(session, text, macro.line);
  if (text === undefined || body === undefined) {
    return refuse(
      session,
      frame,
      macro.name,
      `expected a macro that reads as an expression or as statements; a row \`#define ${macro.name}(...)\` in rules/primitives.h would admit it`,
    );
  }
  const inner: Frame = {
    ...macroFrame(frame, macro, start),
    slice: (from, to) => text.slice(from, to),
    scope: { names: new Map(), outer: frame.scope },
  };
  return { kind: 'expression', frame: inner, body };
}

/** An argument as its author wrote it, also when it came through the parameters of other macros. */
function argumentText(frame: Frame, arg: CExpr): string {
  const { expr, owner } = writtenAs(frame, arg);
  return owner.slice(expr.start, expr.end);
}

/** The parsed body of a macro, cached by its text: an expression, or 'text' when it must be substituted as text. */
export function macroBody(session: Session, macro: Macro): CExpr | 'text' | 'empty' {
  if (macro.body === '') return 'empty';
  if (macro.body.length > MAX_BODY) return 'text';
  const key = `${macro.params?.join() ?? ''})${macro.body}`;
  const cached = session.parsed.macros.get(key);
  if (cached !== undefined) return cached;
  const rest = macro.params?.find((param) => param.endsWith('...'))?.slice(0, -3);
  const hasRest =
    /__VA_ARGS__/.test(macro.body) ||
    (rest !== undefined && rest !== '' && new RegExp(`\\b${rest}\\b`).test(macro.body));
  const parsed = hasRest || macro.body.includes('#') ? undefined : parsedBody(session, macro.body, macro.line);
  const body = parsed === undefined || usesAsToken(parsed, new Set(macro.params)) ? 'text' : parsed;
  session.parsed.macros.set(key, body);
  return body;
}

/** Whether a parameter stands where C has no value: as a field, a label, a declared name or a type. */
function usesAsToken(body: CExpr, params: ReadonlySet<string>): boolean {
  if (params.size === 0) return false;
  const inside = (node: unknown): boolean => {
    if (node === null || typeof node !== 'object') return false;
    if (Array.isArray(node)) return node.some(inside);
    const { kind, name, label, member, words } = node as Record<string, unknown>;
    if (kind !== 'name' && typeof name === 'string' && params.has(name)) return true;
    if (typeof label === 'string' && params.has(label)) return true;
    if (typeof member === 'string' && member.split(/\W+/).some((word) => params.has(word))) return true;
    if (Array.isArray(words) && words.some((word) => params.has(String(word)))) return true;
    return Object.values(node).some((value) => typeof value === 'object' && inside(value));
  };
  return inside(body);
}

/** Text as one expression, or as statements that give no value. Undefined when it is neither. Cached by the text. */
function parsedBody(session: Session, text: string, line: number): CExpr | undefined {
  const key = `text ${text}`;
  const cached = session.parsed.macros.get(key);
  if (cached !== undefined) return cached === 'text' ? undefined : cached;
  const body = parseExpression(text, line) ?? parseStatements(text, line);
  session.parsed.macros.set(key, body ?? 'text');
  return body;
}

/** Text as one expression. Undefined when it is none. */
export function textExpression(session: Session, text: string): CExpr | undefined {
  const read = parsedBody(session, text, 1);
  return read?.kind === 'block' && read.bare === true ? undefined : read;
}

const EXPRESSION = 'void f(void){(';
const STATEMENTS = 'void f(void){';

function parseExpression(text: string, line: number): CExpr | undefined {
  if (/^\s*(?:do|if|while|for|switch|return|goto|break|continue)\b/.test(text)) return undefined;
  const parsed = parse(`${EXPRESSION}${text});}`, -EXPRESSION.length, line);
  const body = parsed.root.namedChildren[0]?.childForFieldName('body');
  const statement = body?.namedChildren[0];
  if (
    parsed.root.hasError ||
    parsed.root.namedChildCount !== 1 ||
    body?.namedChildCount !== 1 ||
    statement?.type !== 'expression_statement'
  )
    return undefined;
  const node = statement.namedChildren[0];
  return node === null || node === undefined ? undefined : orRefused(() => convertExpression(parsed, node));
}

function parseStatements(text: string, line: number): CExpr | undefined {
  const parsed = parse(`${STATEMENTS}${text};}`, -STATEMENTS.length, line);
  const body = parsed.root.namedChildren[0]?.childForFieldName('body');
  if (parsed.root.hasError || parsed.root.namedChildCount !== 1 || body === null || body === undefined)
    return undefined;
  return orRefused(() => ({
    start: 0,
    end: text.length,
    line,
    kind: 'block',
    body: convertBlock(parsed, body),
    bare: true,
  }));
}

function orRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxRefusal) return undefined;
    throw error;
  }
}

// Iteration macros: the macro's own text says what loop it is, with the statement behind it as the body.
// Scoped guards: a lock that the end of a block gives back.
import type { CStmt } from './ast.ts';
import { resolveCallee } from './callee.ts';
import { convertBlock } from './convert.ts';
import { parse } from './grammar.ts';
import { substitute } from './macro.ts';
import type { FoundMacro } from './macro-call.ts';
import { macroFrame } from './macro-call.ts';
import { SyntaxRefusal } from './reader.ts';
import type { Frame, Session } from './session.ts';
import { refuse } from './session.ts';

const MAX_DEPTH = 32; // macros inside each other
const BODY = '__relore_loop_body__';
const HEAD = 'void f(void){';

/** A loop whose body is `BODY;`, in the frame that it is lowered in. */
export interface Loop {
  readonly frame: Frame;
  readonly template: CStmt;
}

/** Whether a statement is the place of the body in a template. */
export function isLoopBody(stmt: CStmt): boolean {
  return stmt.kind === 'expr' && stmt.expr?.kind === 'name' && stmt.expr.name === BODY;
}

/** The loop that an iteration macro stands for. Refuses a macro that is not known, or whose text is no loop. */
export function expandLoop(session: Session, frame: Frame, stmt: CStmt & { readonly kind: 'iterate' }): Loop {
  const { macro: name, args } = stmt;
  const found = loopMacro(session, frame, name);
  if (frame.depth > MAX_DEPTH) refuse(session, frame, name, `expected at most ${MAX_DEPTH} nested calls`);
  const text = substitute(found.macro, args);
  if (text === undefined)
    return refuse(session, frame, name, `expected ${found.macro.params?.length ?? 0} arguments, found ${args.length}`);
  const template = templateOf(session, text);
  if (template === undefined)
    return refuse(session, frame, name, 'expected an iteration macro that reads as the head of a loop');
  const inner: Frame = {
    ...macroFrame(frame, found.macro, stmt.start),
    slice: (from, to) => text.slice(from, to),
    scope: { names: new Map(), outer: frame.scope },
  };
  return { frame: inner, template };
}

function loopMacro(session: Session, frame: Frame, name: string): FoundMacro {
  const callee = resolveCallee(session, frame, name);
  if (callee.kind !== 'macro')
    return refuse(
      session,
      frame,
      `${name}()`,
      `expected an iteration macro; a row \`#define ${name}(...) for (...)\` in rules/primitives.h or in the scenario would admit it`,
    );
  if (callee.layer === 'scenario') session.used.declared.set(name, `${name}(...) is ${callee.macro.body}`);
  if (callee.layer === 'primitives') session.used.rows.add(name);
  return callee;
}

function templateOf(session: Session, text: string): CStmt | undefined {
  const known = session.parsed.loops.get(text);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const parsed = parse(`${HEAD}${text} ${BODY};}`, -HEAD.length, 1);
  const block = parsed.root.namedChildren[0]?.childForFieldName('body');
  let read: CStmt[] = [];
  try {
    read =
      parsed.root.hasError || parsed.root.namedChildCount !== 1 || block === null || block === undefined
        ? []
        : convertBlock(parsed, block);
  } catch (error) {
    if (!(error instanceof SyntaxRefusal)) throw error;
  }
  const [only] = read;
  const isLoop = read.length === 1 && only !== undefined && ['for', 'while', 'iterate', 'if'].includes(only.kind);
  const template = isLoop ? only : undefined;
  session.parsed.loops.set(text, template ?? 'none');
  return template;
}

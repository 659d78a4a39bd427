// What the lowering of one scenario shares: the layers of definitions, types, memory, and the inline instance
// (frame) that is being lowered. The lowering itself is in statement.ts, expression.ts and call.ts.
import type { CodePoint, Expr, Place, Refusal, SourceFile } from '../types.ts';
import type { CExpr, CFunction, CStmt } from './ast.ts';
import type { Callee } from './callee.ts';
import type { BitRange, CType } from './ctype.ts';
import type { Definitions } from './definitions.ts';
import type { Emitter, Label } from './emit.ts';
import type { Layouts } from './layout.ts';
import type { Memory, MemoryObject, Touch } from './memory.ts';
import type { Config } from './preprocess.ts';

/** Thrown inside the lowering, caught where it starts and returned as a Refusal value. */
export class LoweringRefusal extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.what}: ${refusal.why}`);
    this.refusal = refusal;
  }
}

/**
 * Thrown when the address of a local goes where registers cannot follow, and caught by lowerBodyOf: the body is lowered
 * once more with that local in private memory.
 */
export class EscapedLocal extends Error {
  readonly key: string;

  constructor(key: string) {
    super(`the address of ${key} is kept`);
    this.key = key;
  }
}

/**
 * What costs steps, and is left out where no process of the scenario can tell: grace periods, work for another CPU,
 * interrupts, tasks that share a CPU, who takes a semaphore for writing.
 */
export type Need = 'rcu' | 'local-locks' | 'interrupts' | 'tasks' | 'writers';

/** Thrown when a process needs what was left out so far; the scenario is lowered once more with it. */
export class NeedsMore extends Error {
  readonly need: Need;

  constructor(need: Need) {
    super(`the scenario needs ${need}`);
    this.need = need;
  }
}

/** Starts the lowering of the scenario again unless it is done with `need` already. */
export function demand(session: Session, need: Need): void {
  if (!session.needs.has(need)) throw new NeedsMore(need);
}

/** A local variable: registers by byte offset (a scalar has one at 0), or private memory for an array. */
export interface Local {
  readonly name: string;
  readonly type: CType;
  readonly registers: Map<number, number>;
  readonly address: number | undefined; // of private memory
  readonly key?: string; // of one that can be put into private memory: its function and name
}

/** What an expression is worth: a scalar, the address of a local, or nothing. */
export type Value =
  | { readonly kind: 'scalar'; readonly expr: Expr; readonly type: CType }
  | { readonly kind: 'reference'; readonly local: Local; readonly offset: number; readonly type: CType } // type: the pointer's
  | { readonly kind: 'aggregate'; readonly place: Lvalue; readonly type: CType } // a struct by value, not yet read
  | { readonly kind: 'void' };

export type Lvalue =
  | {
      readonly kind: 'memory';
      readonly address: Expr;
      readonly type: CType;
      readonly touch: Touch | undefined;
      readonly bits?: BitRange;
    }
  | {
      readonly kind: 'local';
      readonly local: Local;
      readonly offset: number;
      readonly type: CType;
      readonly bits?: BitRange;
    };

export type Binding =
  | { readonly kind: 'local'; readonly local: Local }
  | { readonly kind: 'value'; readonly value: Value } // a parameter that is never assigned
  | { readonly kind: 'alias'; readonly expr: CExpr; readonly frame: Frame }; // a macro parameter, by name

export interface Scope {
  readonly names: Map<string, Binding>;
  readonly outer: Scope | undefined;
  readonly parameters?: true; // of a macro: not seen from the macros that its body uses
  readonly leave?: (() => void)[]; // guards that the end of the scope gives back, in order of taking
}

/** The labels of one inline instance. A jump back to a label that was dead makes its body be lowered once more. */
export interface Jumps {
  readonly named: Map<string, Label>; // goto labels
  readonly labels: Label[]; // all that a later jump may go back to
  readonly forced: Set<string>; // keys of labels that are known to be reached
}

/** Where break and continue go, and the scope whose guards stay held there. */
export interface Target {
  readonly onBreak: Label;
  readonly onContinue: Label | undefined;
  readonly scope: Scope;
}

/** One inline instance of a function, a macro, or the outermost process body. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly key: string; // tells the instances of macros inside one function apart
  readonly macro: string | undefined; // the macro whose body this is
  readonly accessor: boolean; // its lines are not shown: flag functions, primitives, macros
  readonly caller: Frame | undefined;
  readonly depth: number;
  readonly slice: (start: number, end: number) => string; // the source text between two offsets
  readonly firstLine: number; // 1-based line of the file that is line 1 of the text
  scope: Scope;
  readonly jumps: Jumps; // of the function, also inside its macros
  readonly loops: Target[];
  readonly result: { readonly label: Label; register: number | undefined; readonly type: CType } | undefined;
  readonly body?: { readonly frame: Frame; readonly stmt: CStmt }; // of an iteration macro: what it repeats
  site: { readonly line: number; readonly text: string };
}

/** What a body stood on. */
export interface Used {
  readonly functions: Map<string, Place>; // every function that was inlined
  readonly rows: Set<string>;
  readonly declared: Map<string, string>; // by the scenario
}

/** One lowered process or invariant body shares this with the others of its scenario. */
export interface Session {
  readonly scenario: Definitions; // the rule's own text: objects, #defines
  readonly primitives: Definitions; // rules/primitives.h
  tree: Definitions; // of the source; notes what the body that is lowered asks
  readonly ignored: readonly RegExp[]; // callees that have no effect
  readonly absent: ReadonlySet<string>; // the same, where the source has no such function
  readonly accessorFiles: readonly RegExp[];
  readonly layouts: Layouts;
  readonly memory: Memory;
  readonly touches: Touch[];
  readonly functionIds: Map<string, number>;
  readonly functionNames: Map<number, string>;
  readonly parsed: ParseCache;
  used: Used;
  readonly wrapped: Map<string, CType | 'none'>; // the scalar that a struct wraps, by struct
  readonly points: WeakMap<object, CodePoint>; // by the site of a frame
  callees: Map<string, Callee>; // by file and name
  readonly config: Config; // that the source is read with
  readonly limits: { depth: number; work: number }; // nesting right now, expressions lowered so far
  escaped: Set<string>; // keys of locals that stand in private memory
  processes: readonly string[]; // as in the program
  cpus: readonly string[]; // each by the first process on it
  cpuOf: ReadonlyMap<string, number>; // process -> index into cpus
  onCpu: Expr | undefined; // the CPU that a piece of work runs for; undefined: the one of the process
  needs: ReadonlySet<Need>; // what some process of the scenario makes necessary in all of them
  processName: string;
  emitter: Emitter;
}

/** Converted functions and macro bodies, by their text; shared by the sources of one run. */
export interface ParseCache {
  readonly functions: Map<string, CFunction>;
  readonly macros: Map<string, CExpr | 'text'>; // by parameters and body
  readonly loops: Map<string, CStmt | 'none'>; // iteration macros, by their text at a use
}

/** The line of the file on which a node of the text of `frame` stands. */
export function lineOf(frame: Frame, node: { readonly line: number }): number {
  return frame.firstLine + node.line - 1;
}

/** Refuses to lower, naming what was met and where. */
export function refuse(session: Session, frame: Frame, what: string, why: string): never {
  // The text of a macro has no line of its own: the site is the one of its use.
  throw new LoweringRefusal({ what, why, place: placeOf(session, functionFrame(frame), frame.site.line) });
}

/** Refuses a use of a local's address that registers do not give, or puts the local into private memory. */
export function putInMemory(session: Session, frame: Frame, local: Local, why: string): never {
  if (local.key !== undefined && !session.escaped.has(local.key)) throw new EscapedLocal(local.key);
  return refuse(session, frame, local.name, why);
}

/** The key of a local of `frame`. */
export function localKey(frame: Frame, name: string): string {
  const owner = functionFrame(frame);
  return `${owner.file} ${owner.name} ${name}`;
}

/** A line of a frame's file, as a line of the file before edits. */
export function placeOf(session: Session, frame: Frame, line: number): Place {
  return originOf(session.tree.file(frame.file), frame.file, line);
}

/** Line `line` of a file, as a line of it before edits. */
export function originOf(source: SourceFile | undefined, file: string, line: number): Place {
  const origin = source?.origin?.[line - 1];
  if (origin === undefined) return { file, line };
  return origin > 0 ? { file, line: origin } : { file, line: -origin, added: true };
}

/** Where the instruction that is emitted next stands, innermost shown line first. */
export function codePoint(session: Session, frame: Frame): CodePoint {
  let shown = frame;
  while (shown.accessor && shown.caller !== undefined) shown = shown.caller;
  // A site belongs to one instance of a frame, whose callers stand still while it is lowered.
  const known = session.points.get(shown.site);
  if (known !== undefined) return known;
  const frames = [{ ...placeOf(session, shown, shown.site.line), function: shown.name }];
  const point = {
    frames: shown.caller === undefined ? frames : [...frames, ...codePoint(session, shown.caller).frames],
    text: shown.site.text,
  };
  session.points.set(shown.site, point);
  return point;
}

/** The id that stands for a function in a register; the same name gives the same id. */
export function functionId(session: Pick<Session, 'functionIds' | 'functionNames'>, name: string): number {
  const known = session.functionIds.get(name);
  if (known !== undefined) return known;
  const id = 0x40000000 + session.functionIds.size * 16;
  session.functionIds.set(name, id);
  session.functionNames.set(id, name);
  return id;
}

/** Looks a name up in the scopes of a frame. The text of a macro sees its own parameters and the locals around its use. */
export function lookup(frame: Frame, name: string): Binding | undefined {
  let inOuterMacro = false;
  for (let scope: Scope | undefined = frame.scope; scope !== undefined; scope = scope.outer) {
    const binding = scope.parameters === true && inOuterMacro ? undefined : scope.names.get(name);
    if (binding !== undefined) return binding;
    if (scope.parameters === true) inOuterMacro = true;
  }
  return undefined;
}

const MOST_ALIASES = 32; // macros that hand a parameter on

/** An argument as its author wrote it, also when it came through the parameters of macros, and the frame of its text. */
export function writtenAs(frame: Frame, expr: CExpr): { readonly expr: CExpr; readonly owner: Frame } {
  let at = expr;
  let owner = frame;
  for (let i = 0; i < MOST_ALIASES && at.kind === 'name'; i++) {
    const binding = lookup(owner, at.name);
    if (binding?.kind !== 'alias') break;
    at = binding.expr;
    owner = binding.frame;
  }
  return { expr: at, owner };
}

/** The function whose text, or the text of whose macros, `frame` lowers. */
export function functionFrame(frame: Frame): Frame {
  let at = frame;
  while (at.macro !== undefined && at.caller !== undefined) at = at.caller;
  return at;
}

/** An object of the scenario as the text of `frame` sees it: kernel text sees only what its own files declare. */
export function objectNamed(session: Session, frame: Frame, name: string): MemoryObject | undefined {
  const object = session.memory.objects.find((one) => one.name === name);
  if (object === undefined || !session.tree.has(frame.file)) return object;
  return session.tree.declares(name, frame.file) ? object : undefined;
}

/** Whether the text of `frame` stands inside the expansion of `macro`, which does not expand again there (C11 6.10.3.4). */
export function isExpanding(frame: Frame, macro: string): boolean {
  for (let at: Frame | undefined = frame; at?.macro !== undefined; at = at.caller) if (at.macro === macro) return true;
  return false;
}

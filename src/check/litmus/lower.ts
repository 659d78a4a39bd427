// The statements of one process become instructions.
import type { BinaryOp, Expr, Instruction } from '../../types.ts';
import type { CExpr, CProcess, CStatement } from './ast.ts';
import { type Builder, constant, refuse, register, words } from './builder.ts';
import { macroOf } from './macros.ts';

/** A process's code, and its registers by name. */
export interface LoweredProcess {
  readonly code: readonly Instruction[];
  readonly registers: ReadonlyMap<string, number>;
  readonly count: number; // of registers
}

/** What a process is lowered with. */
export interface Surroundings {
  readonly file: string;
  readonly addressOf: (name: string) => number; // of a global
  readonly locks: Set<number>;
  /** Registers with a value at the start, and those that the condition asks for: they exist even when no statement names them. */
  readonly initial: readonly { readonly name: string; readonly value: number; readonly line: number }[];
  readonly wanted: readonly string[];
}

/** Lowers one process. Throws Unsupported for what is not modelled, with the line. */
export function lowerProcess(process: CProcess, around: Surroundings): LoweredProcess {
  const assigned = new Set<string>();
  for (const statement of process.body) namesAssigned(statement, assigned);
  const parameters = new Map<string, number>();
  const registers = new Map<string, number>();
  const code: Instruction[] = [];
  let count = 0;
  const named = (name: string): number => {
    let reg = registers.get(name);
    if (reg === undefined) {
      reg = count++;
      registers.set(name, reg);
    }
    return reg;
  };
  const builder: Builder = {
    file: around.file,
    process: process.index,
    code,
    registers,
    parameters,
    locks: around.locks,
    emit: (draft, line, text) => {
      const at = { frames: [{ file: around.file, line, function: `P${process.index}` }], text };
      code.push({ ...draft, at });
      return code.length - 1;
    },
    fresh: () => count++,
    lower: (expr) => lowerExpr(builder, expr, named),
    address: (lvalue) => lowerAddress(builder, lvalue, named),
  };
  const start = (name: string, value: number, line: number): void => {
    builder.emit({ op: 'set', dst: named(name), value: constant(value) }, line, name);
  };
  for (const { name } of process.parameters) {
    // a parameter that is assigned to, or asked for, is a register that starts with the address
    if (assigned.has(name) || around.wanted.includes(name)) start(name, around.addressOf(name), process.line);
    else parameters.set(name, around.addressOf(name));
  }
  for (const { name, value, line } of around.initial) start(name, value, line);
  for (const name of around.wanted) named(name);
  const loops: Loop[] = [];
  for (const statement of process.body) lowerStatement(builder, statement, named, loops);
  const end = builder.emit({ op: 'end' }, process.line, `end of P${process.index}`);
  for (const [pc, instruction] of code.entries())
    if (instruction.op === 'jump' && instruction.to === RETURN) code[pc] = { ...instruction, to: end };
  return { code, registers, count };
}

const RETURN = -1;

interface Loop {
  readonly breaks: number[];
  readonly continues: number[];
}

type Named = (name: string) => number;

function namesAssigned(statement: CStatement, into: Set<string>): void {
  switch (statement.kind) {
    case 'declare':
      into.add(statement.name);
      return;
    case 'assign':
      if (statement.to.kind === 'name') into.add(statement.to.name);
      return;
    case 'if':
      namesAssigned(statement.then, into);
      if (statement.else !== undefined) namesAssigned(statement.else, into);
      return;
    case 'while':
      namesAssigned(statement.body, into);
      return;
    case 'block':
      for (const inner of statement.body) namesAssigned(inner, into);
      return;
    case 'call':
    case 'leave':
      return;
    default:
      statement satisfies never;
  }
}

function lowerStatement(builder: Builder, statement: CStatement, named: Named, loops: Loop[]): void {
  const { line } = statement;
  switch (statement.kind) {
    case 'declare': {
      const dst = named(statement.name);
      if (statement.value !== undefined) assign(builder, dst, statement.value, line);
      return;
    }
    case 'assign':
      if (statement.to.kind === 'name') {
        assign(builder, named(statement.to.name), statement.value, line);
        return;
      }
      plainStore(builder, statement.to, statement.value, line);
      return;
    case 'call': {
      const { call } = statement;
      if (call.kind !== 'call') refuse(builder, line, words(call), 'expected an assignment or a call');
      oneAccess(builder, call);
      if (call.kind === 'call') lowerCall(builder, call);
      return;
    }
    case 'if':
      lowerIf(builder, statement, named, loops);
      return;
    case 'while':
      lowerWhile(builder, statement, named, loops);
      return;
    case 'block':
      for (const inner of statement.body) lowerStatement(builder, inner, named, loops);
      return;
    case 'leave': {
      const loop = loops.at(-1);
      if (statement.how === 'return') {
        builder.emit({ op: 'jump', to: RETURN }, line, 'return');
        return;
      }
      if (loop === undefined) refuse(builder, line, statement.how, `expected ${statement.how} inside a loop`);
      const jump = builder.emit({ op: 'jump', to: 0 }, line, statement.how);
      (statement.how === 'break' ? loop.breaks : loop.continues).push(jump);
      return;
    }
    default:
      statement satisfies never;
  }
}

function assign(builder: Builder, dst: number, value: CExpr, line: number): void {
  oneAccess(builder, value);
  const lowered = builder.lower(value);
  builder.emit({ op: 'set', dst, value: lowered }, line, words(value));
}

function plainStore(builder: Builder, to: CExpr, value: CExpr, line: number): void {
  oneAccess(builder, value);
  const text = `${words(to)} = ${words(value)}`;
  const address = builder.address(to);
  builder.emit({ op: 'store', address, value: builder.lower(value), order: 'plain' }, line, text);
}

/** Evaluates a condition and branches on it; returns the index of the branch, whose targets are patched later. */
function branch(builder: Builder, cond: CExpr): number {
  oneAccess(builder, cond);
  const value = builder.lower(cond);
  return builder.emit({ op: 'branch', cond: value, then: 0, else: 0 }, cond.line, words(cond));
}

function patch(builder: Builder, pc: number, targets: { then?: number; else?: number; to?: number }): void {
  builder.code[pc] = { ...builder.code[pc]!, ...targets };
}

function lowerIf(builder: Builder, statement: Extract<CStatement, { kind: 'if' }>, named: Named, loops: Loop[]): void {
  const at = branch(builder, statement.cond);
  patch(builder, at, { then: builder.code.length });
  lowerStatement(builder, statement.then, named, loops);
  if (statement.else === undefined) {
    patch(builder, at, { else: builder.code.length });
    return;
  }
  const over = builder.emit({ op: 'jump', to: 0 }, statement.line, 'else');
  patch(builder, at, { else: builder.code.length });
  lowerStatement(builder, statement.else, named, loops);
  patch(builder, over, { to: builder.code.length });
}

function lowerWhile(
  builder: Builder,
  statement: Extract<CStatement, { kind: 'while' }>,
  named: Named,
  loops: Loop[],
): void {
  const loop: Loop = { breaks: [], continues: [] };
  const head = builder.code.length;
  let exit = -1;
  let again = head;
  if (!statement.first) {
    exit = branch(builder, statement.cond);
    patch(builder, exit, { then: builder.code.length });
  }
  loops.push(loop);
  lowerStatement(builder, statement.body, named, loops);
  loops.pop();
  if (statement.first) {
    again = builder.code.length;
    exit = branch(builder, statement.cond);
    patch(builder, exit, { then: head, else: builder.code.length });
  } else {
    builder.emit({ op: 'jump', to: head }, statement.line, 'while');
    patch(builder, exit, { else: builder.code.length });
  }
  for (const pc of loop.breaks) patch(builder, pc, { to: builder.code.length });
  for (const pc of loop.continues) patch(builder, pc, { to: again });
}

/**
 * C leaves the order of accesses inside one expression open, and so does herd: only reads without order of their own may stand
 * side by side.
 */
function oneAccess(builder: Builder, expr: CExpr): void {
  const found: ('load' | 'other')[] = [];
  accesses(expr, found, 0);
  if (found.length > 1 && found.includes('other'))
    refuse(builder, expr.line, words(expr), 'expected one access with order in an expression, found several');
}

function accesses(expr: CExpr, into: ('load' | 'other')[], depth: number): void {
  switch (expr.kind) {
    case 'number':
    case 'name':
      return;
    case 'deref':
    case 'index':
      into.push('load');
      accesses(expr.kind === 'deref' ? expr.arg : expr.index, into, depth + 1);
      return;
    case 'address':
      return;
    case 'unary':
      accesses(expr.arg, into, depth + 1);
      return;
    case 'binary':
      accesses(expr.left, into, depth + 1);
      accesses(expr.right, into, depth + 1);
      return;
    case 'select':
      for (const part of [expr.cond, expr.then, expr.else]) accesses(part, into, depth + 1);
      return;
    case 'call': {
      const macro = macroOf(expr.name);
      const isStore = depth === 0 && expr.args.length === 2 && macro?.access === 'other' && STORES.has(expr.name);
      if (macro !== undefined && macro.access !== 'none' && !isStore) into.push(macro.access);
      for (const arg of expr.args) {
        // READ_ONCE(*x) reads x once, not twice
        const inner = arg.kind === 'deref' ? arg.arg : arg.kind === 'index' ? arg.index : arg;
        accesses(inner, into, depth + 1);
      }
      return;
    }
    default:
      expr satisfies never;
  }
}
const STORES = new Set(['WRITE_ONCE', 'smp_store_release', 'rcu_assign_pointer', 'atomic_set', 'atomic_set_release']);

function lowerCall(builder: Builder, call: Extract<CExpr, { kind: 'call' }>): Expr | undefined {
  const macro = macroOf(call.name);
  if (macro === undefined)
    return refuse(builder, call.line, words(call), 'expected a macro of linux-kernel.def (6.12) or a bit operation');
  if (call.args.length !== macro.arguments)
    refuse(
      builder,
      call.line,
      words(call),
      `expected ${macro.arguments} arguments of ${call.name}, found ${call.args.length}`,
    );
  return macro.lower(builder, call);
}

const OPERATORS = new Set<string>([
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
]);

function lowerExpr(builder: Builder, expr: CExpr, named: Named): Expr {
  switch (expr.kind) {
    case 'number':
      return constant(expr.value);
    case 'name': {
      const address = builder.parameters.get(expr.name);
      return address === undefined ? register(named(expr.name)) : constant(address);
    }
    case 'deref':
    case 'index': {
      const dst = builder.fresh();
      builder.emit(
        { op: 'load', dst, address: lowerAddress(builder, expr, named), order: 'plain' },
        expr.line,
        words(expr),
      );
      return register(dst);
    }
    case 'address':
      return lowerAddress(builder, expr.arg, named);
    case 'unary':
      return { kind: 'unary', op: expr.op, arg: lowerExpr(builder, expr.arg, named) };
    case 'binary':
      return lowerBinary(builder, expr, named);
    case 'select': {
      const inner: ('load' | 'other')[] = [];
      accesses(expr.then, inner, 1);
      accesses(expr.else, inner, 1);
      if (inner.length > 0) refuse(builder, expr.line, words(expr), 'expected ?: between values without an access');
      const [cond, then, other] = [expr.cond, expr.then, expr.else].map((part) => lowerExpr(builder, part, named)) as [
        Expr,
        Expr,
        Expr,
      ];
      return { kind: 'select', cond, then, else: other };
    }
    case 'call':
      return lowerCall(builder, expr) ?? refuse(builder, expr.line, words(expr), 'expected a call with a value');
    default:
      return expr satisfies never;
  }
}

function lowerBinary(builder: Builder, expr: Extract<CExpr, { kind: 'binary' }>, named: Named): Expr {
  const left = lowerExpr(builder, expr.left, named);
  if (expr.op === '&&' || expr.op === '||') {
    const inner: ('load' | 'other')[] = [];
    accesses(expr.right, inner, 1);
    if (inner.length > 0)
      refuse(builder, expr.line, words(expr), `expected ${expr.op} with a right side that accesses nothing`);
    const right = truth(lowerExpr(builder, expr.right, named));
    return { kind: 'binary', op: expr.op === '&&' ? '&' : '|', left: truth(left), right };
  }
  if (!OPERATORS.has(expr.op)) refuse(builder, expr.line, words(expr), `expected an operator of C, found ${expr.op}`);
  return { kind: 'binary', op: expr.op as BinaryOp, left, right: lowerExpr(builder, expr.right, named) };
}

function truth(expr: Expr): Expr {
  return { kind: 'binary', op: '!=', left: expr, right: constant(0) };
}

/** Bytes of an element of an array. */
export const ELEMENT = 4;

/** The address of an lvalue: *p, a[1]. */
function lowerAddress(builder: Builder, lvalue: CExpr, named: Named): Expr {
  switch (lvalue.kind) {
    case 'deref':
      return lowerExpr(builder, lvalue.arg, named);
    case 'index': {
      const base = lowerExpr(builder, lvalue.array, named);
      const index = lowerExpr(builder, lvalue.index, named);
      if (base.kind === 'const' && index.kind === 'const') return constant(base.value + ELEMENT * index.value);
      const offset: Expr = { kind: 'binary', op: '*', left: index, right: constant(ELEMENT) };
      return { kind: 'binary', op: '+', left: base, right: offset };
    }
    default:
      return refuse(builder, lvalue.line, words(lvalue), 'expected an object in memory: *x or x[1]');
  }
}

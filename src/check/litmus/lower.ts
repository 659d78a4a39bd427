// The statements of one process become instructions.
import type { Instruction } from '../../types.ts';
import { oneAccess } from './accesses.ts';
import type { CExpr, CProcess, CStatement } from './ast.ts';
import { type Builder, constant, refuse, words } from './builder.ts';
import { lowerAddress, lowerCall, lowerExpr } from './expression.ts';

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
  readonly objectOf: (name: string) => number | undefined; // the address of what the test names as an object
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
    named,
    objectOf: (name) =>
      parameters.get(name) ?? (registers.has(name) || assigned.has(name) ? undefined : around.objectOf(name)),
    lower: (expr) => lowerExpr(builder, expr),
    address: (lvalue) => lowerAddress(builder, lvalue),
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
  for (const statement of process.body) lowerStatement(builder, statement, loops);
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

function lowerStatement(builder: Builder, statement: CStatement, loops: Loop[]): void {
  const { line } = statement;
  switch (statement.kind) {
    case 'declare': {
      const dst = builder.named(statement.name);
      if (statement.value !== undefined) assign(builder, dst, statement.value, line);
      return;
    }
    case 'assign':
      if (statement.to.kind === 'name') {
        assign(builder, builder.named(statement.to.name), statement.value, line);
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
      lowerIf(builder, statement, loops);
      return;
    case 'while':
      lowerWhile(builder, statement, loops);
      return;
    case 'block':
      for (const inner of statement.body) lowerStatement(builder, inner, loops);
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

function lowerIf(builder: Builder, statement: Extract<CStatement, { kind: 'if' }>, loops: Loop[]): void {
  const at = branch(builder, statement.cond);
  patch(builder, at, { then: builder.code.length });
  lowerStatement(builder, statement.then, loops);
  if (statement.else === undefined) {
    patch(builder, at, { else: builder.code.length });
    return;
  }
  const over = builder.emit({ op: 'jump', to: 0 }, statement.line, 'else');
  patch(builder, at, { else: builder.code.length });
  lowerStatement(builder, statement.else, loops);
  patch(builder, over, { to: builder.code.length });
}

function lowerWhile(builder: Builder, statement: Extract<CStatement, { kind: 'while' }>, loops: Loop[]): void {
  const loop: Loop = { breaks: [], continues: [] };
  const head = builder.code.length;
  let exit = -1;
  let again = head;
  if (!statement.first) {
    exit = branch(builder, statement.cond);
    patch(builder, exit, { then: builder.code.length });
  }
  loops.push(loop);
  lowerStatement(builder, statement.body, loops);
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

// Collects the instructions of one process: fresh registers, labels, and whether the next instruction can be reached.
import type { CodePoint, Expr, Instruction } from '../types.ts';
import { propagateCopies, renumber } from './copies.ts';

/** An instruction without its place. */
export type Bare = Instruction extends infer I ? (I extends Instruction ? Omit<I, 'at'> : never) : never;

/** A jump target before addresses are known. */
export interface Label {
  readonly key: string; // where it stands in its function, for labels that a later jump may go back to; '' for others
  at: number; // index into the code; -1 until placed
  used: boolean; // some emitted jump goes there
  dead: boolean; // it was placed where nothing arrived, so the text behind it was left out
}

type Draft =
  | { readonly kind: 'plain'; readonly ins: Instruction }
  | { readonly kind: 'branch'; readonly at: CodePoint; readonly cond: Expr; readonly then: Label; readonly else: Label }
  | { readonly kind: 'jump'; readonly at: CodePoint; readonly to: Label };

export interface Emitter {
  readonly drafts: Draft[];
  registers: number;
  live: boolean; // the next instruction can be reached
}

export function newEmitter(): Emitter {
  return { drafts: [], registers: 0, live: true };
}

export function freshRegister(emitter: Emitter): number {
  return emitter.registers++;
}

/** A label that is not placed yet. */
export function newLabel(key = ''): Label {
  return { key, at: -1, used: false, dead: false };
}

/** Appends an instruction; nothing when it cannot be reached. */
export function emit(emitter: Emitter, at: CodePoint, bare: Bare): void {
  if (!emitter.live) return;
  emitter.drafts.push({ kind: 'plain', ins: { ...bare, at } as Instruction });
  if (bare.op === 'stop' || bare.op === 'end') emitter.live = false;
}

/** Jumps to `to`; what follows is dead until a label is placed. */
export function jump(emitter: Emitter, at: CodePoint, to: Label): void {
  if (!emitter.live) return;
  emitter.drafts.push({ kind: 'jump', at, to });
  to.used = true;
  emitter.live = false;
}

/** Branches on `cond`; a constant condition becomes a jump, so the other side is never lowered. */
export function branch(emitter: Emitter, at: CodePoint, cond: Expr, then: Label, otherwise: Label): void {
  if (!emitter.live) return;
  if (cond.kind === 'const') {
    jump(emitter, at, cond.value !== 0 ? then : otherwise);
    return;
  }
  emitter.drafts.push({ kind: 'branch', at, cond, then, else: otherwise });
  then.used = true;
  otherwise.used = true;
  emitter.live = false;
}

/** Puts a label here. What follows is reachable when something jumps to it, falls into it, or `force` says so. */
export function place(emitter: Emitter, label: Label, force = false): void {
  label.at = emitter.drafts.length;
  if (label.used || force) emitter.live = true;
  label.dead = !emitter.live;
}

const READING = new Set<Instruction['op']>(['set', 'load', 'branch', 'jump', 'end']);

/** Whether the code so far only reads memory and computes, with no register below `first`. */
export function onlyReads({ drafts }: Emitter, first: number): boolean {
  return drafts.every((draft) => {
    if (draft.kind === 'jump') return true;
    const ins = draft.kind === 'plain' ? draft.ins : ({ op: 'branch', ...draft, then: 0, else: 0 } as Instruction);
    const registers = [...readsOf(ins), ...('dst' in ins && ins.dst !== undefined ? [ins.dst] : [])];
    return READING.has(ins.op) && registers.every((reg) => reg >= first);
  });
}

const MAX_ROUNDS = 20; // of the clean-up; each one makes the code shorter or a jump longer

/**
 * The finished code: jumps resolved, copies propagated, empty jumps threaded, unreachable and unused instructions
 * dropped, registers numbered. `result` is a register whose last value is wanted at the end; it becomes register 0.
 */
export function finish(
  emitter: Emitter,
  end: CodePoint,
  result?: number,
): { readonly code: Instruction[]; readonly registers: number } {
  if (emitter.live || emitter.drafts.length === 0) {
    emitter.live = true;
    emit(emitter, end, { op: 'end' });
  }
  // A label at the very end (a dead one) still needs an address.
  emitter.drafts.push({ kind: 'plain', ins: { op: 'end', at: end } });
  let code: Instruction[] = emitter.drafts.map((draft) => {
    if (draft.kind === 'plain') return draft.ins;
    if (draft.kind === 'jump') return { op: 'jump', at: draft.at, to: draft.to.at };
    return { op: 'branch', at: draft.at, cond: draft.cond, then: draft.then.at, else: draft.else.at };
  });
  code = dropUnused(dropUnreachable(thread(code)), result);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = code;
    code = dropUnused(dropUnreachable(thread(propagateCopies(before))), result);
    if (code.length === before.length && code.every((ins, at) => ins === before[at])) break;
  }
  return renumber(code, result);
}

/** Jumps to jumps go to the last target; a branch with equal targets becomes a jump. */
function thread(code: readonly Instruction[]): Instruction[] {
  const target = (start: number): number => {
    let at = start;
    for (let hops = 0; hops < 1000; hops++) {
      const ins = code[at];
      if (ins?.op !== 'jump' || ins.to === at) return at;
      at = ins.to;
    }
    return at;
  };
  return code.map((ins) => {
    if (ins.op === 'jump') {
      const to = target(ins.to);
      return to === ins.to ? ins : { ...ins, to };
    }
    if (ins.op !== 'branch') return ins;
    const then = target(ins.then);
    const otherwise = target(ins.else);
    if (then === otherwise) return { op: 'jump', at: ins.at, to: then };
    return then === ins.then && otherwise === ins.else ? ins : { ...ins, then, else: otherwise };
  });
}

/** Keeps what can be reached from 0, and drops jumps to the next instruction. */
function dropUnreachable(code: readonly Instruction[]): Instruction[] {
  const reached = new Uint8Array(code.length);
  const queue = [0];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const ins = code[at];
    if (ins === undefined || reached[at] === 1) continue;
    reached[at] = 1;
    if (ins.op === 'jump') queue.push(ins.to);
    else if (ins.op === 'branch') queue.push(ins.then, ins.else);
    else if (ins.op !== 'end' && ins.op !== 'stop') queue.push(at + 1);
  }
  const keep = code.map((ins, at) => {
    if (reached[at] !== 1) return false;
    if (ins.op !== 'jump') return true;
    for (let next = at + 1; next < ins.to; next++) if (reached[next] === 1) return true;
    return ins.to <= at;
  });
  return compact(code, keep);
}

/** Drops assignments and unordered loads whose result nobody reads. Acquire loads order what follows: they stay. */
function dropUnused(code: readonly Instruction[], result: number | undefined): Instruction[] {
  const read = new Set<number>(result === undefined ? [] : [result]);
  for (const ins of code) for (const reg of readsOf(ins)) read.add(reg);
  return compact(
    code,
    code.map((ins) => {
      if (ins.op === 'set') return read.has(ins.dst);
      if (ins.op === 'load') return read.has(ins.dst) || ins.order === 'acquire';
      if (ins.op === 'assert') return ins.cond.kind !== 'const' || ins.cond.value === 0;
      return true;
    }),
  );
}

function compact(code: readonly Instruction[], keep: readonly boolean[]): Instruction[] {
  const moved = new Int32Array(code.length + 1);
  let count = 0;
  for (let at = 0; at < code.length; at++) {
    moved[at] = count;
    if (keep[at] === true) count++;
  }
  moved[code.length] = count;
  const out: Instruction[] = [];
  for (const [at, ins] of code.entries()) {
    if (keep[at] !== true) continue;
    if (ins.op === 'jump' && moved[ins.to] !== ins.to) out.push({ ...ins, to: moved[ins.to] ?? 0 });
    else if (ins.op === 'branch' && (moved[ins.then] !== ins.then || moved[ins.else] !== ins.else)) {
      out.push({ ...ins, then: moved[ins.then] ?? 0, else: moved[ins.else] ?? 0 });
    } else out.push(ins);
  }
  return out;
}

/** Registers an instruction reads. */
export function readsOf(ins: Instruction): Set<number> {
  const regs = new Set<number>();
  const add = (expr: Expr | undefined): void => {
    if (expr === undefined || expr.kind === 'const') return;
    if (expr.kind === 'reg') regs.add(expr.reg);
    else if (expr.kind === 'unary') add(expr.arg);
    else if (expr.kind === 'binary') {
      add(expr.left);
      add(expr.right);
    } else {
      add(expr.cond);
      add(expr.then);
      add(expr.else);
    }
  };
  if ('address' in ins) add(ins.address);
  if ('value' in ins && typeof ins.value !== 'number') add(ins.value);
  if ('operand' in ins) add(ins.operand);
  if ('cond' in ins) add(ins.cond);
  if (ins.op === 'cmpxchg') {
    add(ins.expected);
    add(ins.desired);
  }
  if (ins.op === 'add-unless') add(ins.unless);
  if ('domain' in ins) add(ins.domain);
  if ('index' in ins) add(ins.index);
  return regs;
}

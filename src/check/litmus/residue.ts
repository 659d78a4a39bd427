// What one instruction leaves: nothing when all of it is known, an assignment when no one else sees it, else itself with what is
// known put in.
import type { Expr, Instruction, Program } from '../../types.ts';
import type { Reach } from '../lkmm/values.ts';
import { constant, register } from './builder.ts';
import { type Known, meet, type Part, type Way } from './parts.ts';
import { NoLitmus } from './print.ts';
import type { Sharing } from './sharing.ts';
import { simplified } from './simplify.ts';

const MOST_TARGETS = 8; // of a pointer

/** A process that is unfolded, and what it has come to. */
export interface Walk {
  readonly program: Program;
  readonly process: number;
  readonly reach: Reach[number];
  readonly joins: Int32Array;
  readonly localOf: ReadonlyMap<number, number>; // cell of this process alone -> its register
  readonly sharing: Sharing;
  readonly scratch: number; // a register
  steps: number;
  parts: number;
}

/** One instruction: computed when everything in it is known, else left with what is known put in. False when no execution runs it. */
export function step(walk: Walk, known: Known, instruction: Instruction, pc: number, parts: Part[]): boolean {
  if (instruction.op === 'set') {
    set(walk, known, instruction, instruction.dst, instruction.value, parts);
    return true;
  }
  if (instruction.op === 'assert' || instruction.op === 'assert-held') return true;
  const { cells, address } = cellsOf(walk, known, instruction, pc);
  if (address === undefined) {
    access(walk, known, instruction, cells[0], undefined, parts);
    return true;
  }
  if (cells.length === 0) return false;
  // one way for each object that the pointer may name
  const ways = cells.map((cell): Way => {
    const way: Way = { known: [...known], parts: [], ended: false };
    access(walk, way.known, instruction, cell, address, way.parts);
    return way;
  });
  meet(known, ways, instruction);
  let chain: readonly Part[] = ways.at(-1)!.parts;
  for (let k = ways.length - 2; k >= 0; k--) {
    const right = constant(walk.program.cells[cells[k]!]!.address);
    const cond: Expr = { kind: 'binary', op: '==', left: address, right };
    chain = [{ kind: 'if', cond, at: instruction.at, then: ways[k]!.parts, else: chain }];
  }
  parts.push(...chain);
  return true;
}

/** An access to `cell`, or an instruction without one. */
function access(
  walk: Walk,
  known: Known,
  instruction: Instruction,
  cell: number | undefined,
  address: Expr | undefined,
  parts: Part[],
): void {
  const local = cell === undefined ? undefined : walk.localOf.get(cell);
  if (local !== undefined) {
    onRegister(walk, known, instruction, local, parts);
    return;
  }
  const { program, sharing } = walk;
  if (
    instruction.op === 'load' &&
    instruction.order !== 'acquire' &&
    sharing.fixed[cell!] === true &&
    address === undefined
  ) {
    set(
      walk,
      known,
      instruction,
      instruction.dst,
      constant(masked(program.cells[cell!]!.init, instruction.mask)),
      parts,
    );
    return;
  }
  walk.parts++;
  const left = Object.fromEntries(
    Object.entries(instruction).map(([key, part]) => [
      key,
      isExpr(part) && key !== 'address' ? simplified(part, known) : part,
    ]),
  ) as unknown as Instruction;
  parts.push({ kind: 'step', instruction: left, cell, ...(address === undefined ? {} : { address }) });
  if ('dst' in instruction && instruction.dst !== undefined) known[instruction.dst] = undefined;
}

/** An assignment: only known when its value is, else a statement. */
function set(walk: Walk, known: Known, { at }: Instruction, dst: number, value: Expr, parts: Part[]): void {
  const now = simplified(value, known);
  known[dst] = now.kind === 'const' ? now.value : undefined;
  if (now.kind === 'const') return;
  walk.parts++;
  parts.push({ kind: 'step', instruction: { op: 'set', dst, value: now, at }, cell: undefined });
}

/** An access to a cell that no other process sees, as an assignment between registers. A full barrier stays one. */
function onRegister(walk: Walk, known: Known, instruction: Instruction, local: number, parts: Part[]): void {
  const { at } = instruction;
  const assign = (dst: number, value: Expr): void => set(walk, known, instruction, dst, value, parts);
  const mask = (value: Expr, bits: number | undefined): Expr =>
    bits === undefined || bits === 0 ? value : { kind: 'binary', op: '&', left: value, right: constant(bits) };
  switch (instruction.op) {
    case 'load':
      assign(instruction.dst, mask(register(local), instruction.mask));
      return;
    case 'store':
      assign(local, instruction.value);
      return;
    case 'rmw': {
      const { fn, operand, order, dst } = instruction;
      const barrier: Part = { kind: 'step', instruction: { op: 'fence', fence: 'mb', at }, cell: undefined };
      if (order === 'mb') parts.push(barrier);
      assign(walk.scratch, register(local));
      assign(local, updated(fn, register(walk.scratch), operand));
      if (dst !== undefined) assign(dst, mask(register(walk.scratch), instruction.mask));
      if (order === 'mb') parts.push(barrier);
      return;
    }
    default:
      throw new NoLitmus(at, `expected a load, a store or an update of memory of its own, found ${instruction.op}`);
  }
}

function updated(fn: Extract<Instruction, { op: 'rmw' }>['fn'], old: Expr, operand: Expr): Expr {
  switch (fn) {
    case 'xchg':
      return operand;
    case 'add':
      return { kind: 'binary', op: '+', left: old, right: operand };
    case 'or':
      return { kind: 'binary', op: '|', left: old, right: operand };
    case 'and':
      return { kind: 'binary', op: '&', left: old, right: operand };
    case 'andnot':
      return { kind: 'binary', op: '&', left: old, right: { kind: 'unary', op: '~', arg: operand } };
    case 'xor':
      return { kind: 'binary', op: '^', left: old, right: operand };
    default:
      return fn satisfies never;
  }
}

/** The cells an instruction may access; `address` when it depends on what was read which one. */
function cellsOf(
  walk: Walk,
  known: Known,
  instruction: Instruction,
  pc: number,
): { readonly cells: readonly number[]; readonly address?: Expr } {
  const expr =
    'address' in instruction ? instruction.address : 'domain' in instruction ? instruction.domain : undefined;
  if (expr === undefined) return { cells: [] };
  const address = simplified(expr, known);
  if (address.kind === 'const') {
    const cell = walk.program.cells.findIndex((one) => one.address === (address.value | 0));
    if (cell < 0) throw new NoLitmus(instruction.at, `expected the address of an object, found ${address.value}`);
    return { cells: [cell] };
  }
  const cells = walk.reach[pc];
  if (cells === undefined || cells.length > MOST_TARGETS)
    throw new NoLitmus(instruction.at, `expected a pointer to one of at most ${MOST_TARGETS} objects`);
  return { cells, address };
}

function masked(value: number, mask: number | undefined): number {
  return mask === undefined || mask === 0 ? value | 0 : value & mask;
}

function isExpr(part: unknown): part is Expr {
  return typeof part === 'object' && part !== null && 'kind' in part;
}

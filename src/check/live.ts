// Which registers are still read after an instruction.
import type { Expr, Instruction } from '../types.ts';
import { operands, successors, written } from './program.ts';

const known = new WeakMap<readonly Instruction[], (readonly number[])[]>();

/**
 * For each instruction the registers that are live before it, ascending. Kept for code that is asked about again.
 * Linear in straight code; once more for each level of loops.
 */
export function liveRegisters(code: readonly Instruction[], registers: number): readonly (readonly number[])[] {
  const before = known.get(code);
  if (before !== undefined) return before;
  const words = Math.max(1, (registers + 31) >>> 5);
  const live = new Int32Array((code.length + 1) * words);
  const uses = usesOf(code, words);
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = code.length - 1; pc >= 0; pc--) if (update(code[pc]!, pc, live, uses, words)) changed = true;
  }
  const lists = code.map((_, pc) => listOf(live, pc * words, words));
  known.set(code, lists);
  return lists;
}

/** Live before = used here, or live after and not written here. True when that grew. */
function update(instruction: Instruction, pc: number, live: Int32Array, uses: Int32Array, words: number): boolean {
  const killed = written(instruction) ?? -1;
  const next = successors(instruction, pc);
  let changed = false;
  for (let word = 0; word < words; word++) {
    let bits = 0;
    for (const to of next) bits |= live[to * words + word]!;
    if (killed >>> 5 === word) bits &= ~(1 << (killed & 31));
    bits |= uses[pc * words + word]!;
    if (bits === live[pc * words + word]) continue;
    live[pc * words + word] = bits;
    changed = true;
  }
  return changed;
}

function usesOf(code: readonly Instruction[], words: number): Int32Array {
  const uses = new Int32Array(code.length * words);
  const open: Expr[] = [];
  for (let pc = 0; pc < code.length; pc++) {
    open.push(...operands(code[pc]!));
    for (let expr = open.pop(); expr !== undefined; expr = open.pop()) {
      if (expr.kind === 'reg') uses[pc * words + (expr.reg >>> 5)]! |= 1 << (expr.reg & 31);
      else if (expr.kind === 'unary') open.push(expr.arg);
      else if (expr.kind === 'binary') open.push(expr.left, expr.right);
      else if (expr.kind === 'select') open.push(expr.cond, expr.then, expr.else);
    }
  }
  return uses;
}

function listOf(live: Int32Array, at: number, words: number): readonly number[] {
  const list: number[] = [];
  for (let word = 0; word < words; word++) {
    for (let bits = live[at + word]!; bits !== 0; bits &= bits - 1)
      list.push(word * 32 + 31 - Math.clz32(bits & -bits));
  }
  return list;
}

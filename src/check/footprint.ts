// Which bits of a word an access reads and writes. Two accesses of different processes can be told apart by their order
// only when one writes bits that the other reads or writes: under SC and TSO the bit decides, not the word.
import type { Instruction } from '../types.ts';

/** Bits of one word. */
export interface Bits {
  readonly reads: number;
  readonly writes: number;
}

export const NO_BITS: Bits = { reads: 0, writes: 0 };
const WHOLE_WORD: Bits = { reads: -1, writes: -1 };

/** A mask as the contract means it: 0 or absent is the whole word. */
export function wordMask(mask: number | undefined): number {
  return mask === undefined || mask === 0 ? -1 : mask | 0;
}

/** True when the order of the two accesses to one word can matter. */
export function conflicts(a: Bits, b: Bits): boolean {
  return (a.writes & (b.reads | b.writes)) !== 0 || (a.reads & b.writes) !== 0;
}

/**
 * Bits of its word that an instruction reads and writes. `maybeOne`: bits of the operand of an RMW that may be 1;
 * `surelyOne`: those that must be.
 */
export function bitsOf(instruction: Instruction, maybeOne: number, surelyOne: number): Bits {
  switch (instruction.op) {
    case 'assert-held':
    case 'is-locked':
      return { reads: -1, writes: 0 };
    case 'load':
      return { reads: wordMask(instruction.mask), writes: 0 };
    case 'store':
      return { reads: instruction.expects === undefined ? 0 : -1, writes: -1 };
    case 'rmw': {
      const reads = instruction.dst === undefined ? 0 : wordMask(instruction.mask);
      return { reads, writes: rmwWrites(instruction.fn, maybeOne, surelyOne) };
    }
    case 'try-bits':
      return { reads: instruction.mask, writes: instruction.mask };
    case 'await':
      return { reads: instruction.mask, writes: instruction.take ? instruction.mask : 0 };
    case 'free':
    case 'cmpxchg':
    case 'add-unless':
    case 'lock':
    case 'trylock':
    case 'unlock':
      return WHOLE_WORD;
    default:
      return NO_BITS;
  }
}

function rmwWrites(fn: Extract<Instruction, { op: 'rmw' }>['fn'], maybeOne: number, surelyOne: number): number {
  switch (fn) {
    case 'or':
    case 'andnot':
    case 'xor':
      return maybeOne;
    case 'and':
      return ~surelyOne;
    case 'add':
    case 'xchg':
      return -1;
    default:
      return fn satisfies never;
  }
}

/** Adds bits of a slot to a footprint; true when some were new. */
export function include(into: Map<number, Bits>, slot: number, bits: Bits): boolean {
  const known = into.get(slot);
  if (known === undefined) {
    into.set(slot, bits);
    return true;
  }
  if (((bits.reads & ~known.reads) | (bits.writes & ~known.writes)) === 0) return false;
  into.set(slot, { reads: known.reads | bits.reads, writes: known.writes | bits.writes });
  return true;
}

// What is left of a process: nested statements, and what is known of its registers on the way.
import type { Expr, Instruction } from '../../types.ts';
import { constant } from './builder.ts';

/** A statement that is left. `cell` is what the instruction accesses. */
export type Part =
  | {
      readonly kind: 'step';
      readonly instruction: Instruction;
      readonly cell: number | undefined;
      readonly address?: Expr; // of the cell, when it depends on what was read
    }
  | {
      readonly kind: 'if';
      readonly cond: Expr;
      readonly at: Instruction['at'];
      readonly then: readonly Part[];
      readonly else: readonly Part[];
    }
  | { readonly kind: 'give-up'; readonly at: Instruction['at'] }; // executions that come here are left out

/** Values that are known, by register; undefined: whatever the register of that name holds at run time. */
export type Known = (number | undefined)[];

/** One of several ways to the same place, and what is known at its end. */
export interface Way {
  readonly known: Known;
  readonly parts: Part[];
  readonly ended: boolean;
}

/** What is known where `ways` meet; a register that they disagree on gets its value at the end of each. */
export function meet(known: Known, ways: readonly Way[], at: Instruction): void {
  for (const reg of known.keys()) {
    const values = ways.map((way) => way.known[reg]);
    const agreed = values.every((value) => value === values[0]);
    if (!agreed)
      for (const [k, way] of ways.entries()) {
        const value = values[k];
        if (value !== undefined) way.parts.push(assignment(reg, value, at));
      }
    known[reg] = agreed ? values[0] : undefined;
  }
}

function assignment(dst: number, value: number, { at }: Instruction): Part {
  return { kind: 'step', instruction: { op: 'set', dst, value: constant(value), at }, cell: undefined };
}

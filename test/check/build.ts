// Small programs for tests, written down in one line an instruction.
import type { Accessed } from '../../src/check/replay-step.ts';
import type { Cell, CodePoint, Expr, Instruction, Invariant, Process, Program, Trace } from '../../src/types.ts';

type Bare<T> = T extends unknown ? Omit<T, 'at'> : never;
export type Line = Bare<Instruction>;

export const c = (value: number): Expr => ({ kind: 'const', value });
export const r = (reg: number): Expr => ({ kind: 'reg', reg });
export const bin = (left: Expr, op: Extract<Expr, { kind: 'binary' }>['op'], right: Expr): Expr => ({
  kind: 'binary',
  op,
  left,
  right,
});
export const not = (arg: Expr): Expr => ({ kind: 'unary', op: '!', arg });

export function at(text: string, line: number): CodePoint {
  return { frames: [{ file: 'test.c', line, function: 'f' }], text };
}

export function codeOf(lines: readonly Line[]): readonly Instruction[] {
  return lines.map((line, pc) => ({ ...line, at: at(line.op, pc + 1) }));
}

export function registersIn(lines: readonly Line[]): number {
  let most = 0;
  JSON.stringify(lines, (key, value: unknown) => {
    if ((key === 'dst' || key === 'reg') && typeof value === 'number') most = Math.max(most, value + 1);
    return value;
  });
  return most;
}

export function process(index: number, lines: readonly Line[], label = `p${index}`): Process {
  return { name: `P${index}`, label, cpu: `cpu${index + 1}`, code: codeOf(lines), registers: registersIn(lines) };
}

export function cell(address: number, name: string, init = 0, more: Partial<Cell> = {}): Cell {
  const [object, field] = name.split('.') as [string, string];
  return { address, size: 4, object, field: field ?? '', init, kind: 'word', signed: true, ...more };
}

export function invariant(name: string, when: 'end' | 'always', lines: readonly Line[]): Invariant {
  return { name, when, level: 'error', words: name, code: codeOf(lines), registers: Math.max(1, registersIn(lines)) };
}

export function program(
  cells: readonly Cell[],
  processes: readonly (readonly Line[])[],
  invariants: readonly Invariant[] = [],
): Program {
  return {
    name: 'test',
    cells,
    processes: processes.map((lines, index) => process(index, lines)),
    invariants,
    observed: cells.flatMap((one, k) => (one.kind === 'lock' ? [] : [k])),
  };
}

export const NONE = { merge: false, deadRegisters: false, movers: false, persistent: false, symmetry: false } as const;

/** The accesses that a trace tells, as the replayer gives them. */
export function accessesOf({ steps }: Trace): readonly Accessed[] {
  return steps.flatMap(({ process, pc, cell, before, after, event }) =>
    cell === undefined || after === undefined || event.includes(' waits for ')
      ? []
      : [{ process, pc, cell, before, after }],
  );
}

/** False for an access that traces leave out: an assertion that a lock is held, which holds. */
export function isTold({ processes }: Program, { process, pc, before }: Accessed): boolean {
  return processes[process]!.code[pc]!.op !== 'assert-held' || before !== process + 1;
}

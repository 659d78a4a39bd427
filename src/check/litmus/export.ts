// A program as a C litmus test, so that herd7 can be asked the same question. Each statement names the source line it comes from.
import type { CodePoint, Invariant, Program, Refusal } from '../../types.ts';
import { flowOf } from '../lkmm/flow.ts';
import { evaluate } from '../lkmm/term.ts';
import { type Reach, reachOf, valuesOfCells } from '../lkmm/values.ts';
import { NoLitmus, statements, words } from './print.ts';

/** The text of a litmus test, or why a program has none. */
export type Exported =
  | { readonly kind: 'litmus'; readonly text: string; readonly notes: readonly string[] } // notes: what herd7 does not know
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const DEEPEST = 40; // nested branches
const MOST_COMBINATIONS = 512; // of final values
/**
 * Writes `program` as a litmus test, with the cell that each access reaches from `reach`, whose condition is that `invariant` fails at the end. Refused: loops, addresses that are not always the
 * same, waits, and final values that are not among a few. What the linux-kernel.def of 6.12 lacks (bit operations, add_unless) is written all
 * the same, for `relore check`, and noted.
 */
export function exportLitmus(program: Program, invariant: Invariant, reach: Reach = reachOf(program)): Exported {
  try {
    const notes = new Set<string>();
    const names = namesOf(program);
    const processes = program.processes.map((_, process) =>
      processText(program, process, names, reach[process]!, notes),
    );
    const condition = conditionOf(program, invariant, names);
    const head = [`C ${program.name.replace(/[^\w.+-]+/g, '-')}`, '', '(*', ` * ${invariant.name}: ${invariant.words}`];
    for (const note of [...notes].sort()) head.push(` * Not in linux-kernel.def of 6.12, so not for herd7: ${note}`);
    const init = program.cells.flatMap(({ init: value, kind }, cell) =>
      value === 0 || kind === 'lock' ? [] : [`\t${names[cell]!}=${value | 0};`],
    );
    const text = [...head, ' *)', '', '{', ...init, '}', '', ...processes, condition, ''].join('\n');
    return { kind: 'litmus', text, notes: [...notes].sort() };
  } catch (error) {
    if (!(error instanceof NoLitmus)) throw error;
    const place = error.at.frames[0];
    const refusal = { what: error.at.text, why: error.message };
    return { kind: 'refused', refusal: place === undefined ? refusal : { ...refusal, place } };
  }
}

/** A name for each cell, as C has it. */
function namesOf(program: Program): readonly string[] {
  const used = new Set<string>();
  return program.cells.map(({ object, field }) => {
    const base = `${object}_${field}`
      .replace(/\W+/g, '_')
      .replace(/_+$/, '')
      .replace(/^(?=\d)/, 'v');
    let name = base;
    for (let k = 2; used.has(name); k++) name = `${base}_${k}`;
    used.add(name);
    return name;
  });
}

function processText(
  program: Program,
  process: number,
  names: readonly string[],
  reach: Reach[number],
  notes: Set<string>,
): string {
  const { code, registers } = program.processes[process]!;
  const { joins, heads } = flowOf(code, registers, []);
  if (heads.includes(1)) throw new NoLitmus(code[heads.indexOf(1)]!.at, 'expected code without a loop');
  const used = new Set<number>();
  const nameAt = (pc: number): string => {
    const cells = reach[pc];
    if (cells?.length !== 1) throw new NoLitmus(code[pc]!.at, 'expected an address that is always the same');
    used.add(cells[0]!);
    return names[cells[0]!]!;
  };
  const lines: string[] = [];
  const block = (from: number, to: number, depth: number): void => {
    const indent = '\t'.repeat(depth);
    for (let pc = from; pc < to; ) {
      const instruction = code[pc]!;
      if (depth > DEEPEST) throw new NoLitmus(instruction.at, `expected branches nested at most ${DEEPEST} deep`);
      if (instruction.op === 'end' || instruction.op === 'stop') return;
      if (instruction.op === 'jump') {
        pc = instruction.to;
        continue;
      }
      if (instruction.op === 'branch') {
        const join = joins[pc]!;
        lines.push(`${indent}if (${words(instruction.cond)}) { ${comment(instruction.at)}`);
        block(instruction.then, join, depth + 1);
        if (instruction.else !== join) {
          lines.push(`${indent}} else {`);
          block(instruction.else, join, depth + 1);
        }
        lines.push(`${indent}}`);
        pc = join;
        continue;
      }
      for (const statement of statements(instruction, () => nameAt(pc), notes))
        lines.push(`${indent}${statement} ${comment(instruction.at)}`);
      pc++;
    }
  };
  block(0, code.length, 1);
  const parameters = [...used].sort((a, b) => a - b).map((cell) => `${typeOf(program, cell)} *${names[cell]!}`);
  const declared = Array.from({ length: registers }, (_, reg) => `\tint r${reg} = 0;`);
  return [`P${process}(${parameters.join(', ')})`, '{', ...declared, ...lines, '}', ''].join('\n');
}

function typeOf(program: Program, cell: number): string {
  return program.cells[cell]!.kind === 'lock' ? 'spinlock_t' : 'int';
}

function comment({ frames, text }: CodePoint): string {
  const place = frames[0] === undefined ? '' : `${frames[0].file}:${frames[0].line}: `;
  return `/* ${place}${text.replace(/\s+/g, ' ').replaceAll('*/', '* /')} */`;
}

/** exists: the final values for which the invariant fails, one conjunction each. */
function conditionOf(program: Program, invariant: Invariant, names: readonly string[]): string {
  const at = invariant.code[0]!.at;
  const cellAt = new Map(program.cells.map((cell, index) => [cell.address, index]));
  const asked = [
    ...new Set(
      invariant.code.flatMap((one) =>
        one.op === 'load' && one.address.kind === 'const' ? [cellAt.get(one.address.value | 0) ?? -1] : [],
      ),
    ),
  ];
  const values = valuesOfCells(program);
  const sets = asked.map((cell) => values[cell]);
  if (invariant.when !== 'end' || asked.includes(-1) || sets.some((set) => set === undefined))
    throw new NoLitmus(at, 'expected an invariant of the end over cells that take few values');
  let rows: readonly (readonly number[])[] = [[]];
  for (const set of sets) rows = rows.flatMap((row) => [...set!].sort((a, b) => a - b).map((one) => [...row, one]));
  if (rows.length > MOST_COMBINATIONS) throw new NoLitmus(at, `expected at most ${MOST_COMBINATIONS} final values`);
  const bad = rows.filter(
    (row) => !holds(invariant, new Map(asked.map((cell, k) => [program.cells[cell]!.address, row[k]!]))),
  );
  const terms = bad.map((row) => `(${row.map((value, k) => `${names[asked[k]!]!}=${value}`).join(' /\\ ')})`);
  return `exists (${terms.length === 0 ? 'false' : terms.join(' \\/ ')})`;
}

/** Whether an invariant of straight code holds for the values of the cells it reads, by address. */
function holds({ code, registers }: Invariant, values: ReadonlyMap<number, number>): boolean {
  const held = new Array<number>(registers).fill(0);
  for (let pc = 0; ; ) {
    const one = code[pc]!;
    if (one.op === 'end') return held[0] !== 0;
    if (one.op === 'set') held[one.dst] = evaluate(one.value, held) as number;
    else if (one.op === 'load' && one.address.kind === 'const') {
      const value = values.get(one.address.value | 0) ?? 0;
      held[one.dst] = one.mask === undefined || one.mask === 0 ? value : value & one.mask;
    } else if (one.op === 'branch' && Math.min(one.then, one.else) > pc) {
      pc = evaluate(one.cond, held) === 0 ? one.else : one.then;
      continue;
    } else if (one.op === 'jump' && one.to > pc) {
      pc = one.to;
      continue;
    } else throw new NoLitmus(one.at, 'expected an invariant without a loop or a pointer');
    pc++;
  }
}

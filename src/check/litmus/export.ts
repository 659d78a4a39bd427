// A program as a C litmus test, so that herd7 can be asked the same question. Each statement names the source line it comes from.
import type { CodePoint, Invariant, Program, Refusal } from '../../types.ts';
import { evaluate } from '../lkmm/term.ts';
import { type Reach, reachOf } from '../lkmm/values.ts';
import { withoutDead } from './dead.ts';
import { finalValuesOf } from './finals.ts';
import type { Part } from './parts.ts';
import { NoLitmus, statements, words } from './print.ts';
import { sharingOf } from './sharing.ts';
import { type Unfolded, unfold } from './unfold.ts';

/** The text of a litmus test, or why a program has none. */
export type Exported =
  | { readonly kind: 'litmus'; readonly text: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const MOST_COMBINATIONS = 4_096; // of final values

/**
 * Writes `program` as a litmus test that herd7 reads with the linux-kernel.def of 6.12; its condition is that `invariant` fails at the end.
 * `reach` says which cells an access names. Each statement names the source line it comes from. Memory that one process alone sees
 * becomes registers, memory that no one writes its value; loops whose end depends on what was read are unrolled, and executions that
 * go on, or wait for what does not come, are filtered out. Refused: addresses that depend on what was read, other processes started or
 * waited for, and final values that are not among a few.
 */
export function exportLitmus(program: Program, invariant: Invariant, reach: Reach = reachOf(program)): Exported {
  try {
    const names = namesOf(program);
    const asked = askedBy(program, invariant);
    const sharing = sharingOf(program, reach, asked);
    const unfolded = program.processes.map((_, process) => {
      const { parts, registers } = unfold(program, process, reach[process]!, sharing);
      return { parts: withoutDead(parts), registers };
    });
    const processes = unfolded.map((one, process) => processText(program, process, names, one));
    const finals = finalValuesOf(
      program,
      unfolded.map(({ parts }) => parts),
    );
    const condition = conditionOf(
      program,
      invariant,
      names,
      asked.map((cell) => ({ cell, values: finals[cell] })),
    );
    const flags = processes.flatMap(({ flag }, process) => (flag === undefined ? [] : [`${process}:${flag}=0`]));
    const choices = processes.flatMap((one) => one.choices);
    const used = new Set([...processes.flatMap(({ cells }) => cells), ...asked]);
    const init = program.cells.flatMap(({ init: value, kind }, cell) =>
      value === 0 || kind === 'lock' || !used.has(cell) ? [] : [`\t${names[cell]!}=${value | 0};`],
    );
    const text = [
      `C ${program.name.replace(/[^\w.+-]+/g, '-')}`,
      '',
      '(*',
      ` * ${invariant.name}: ${invariant.words}`,
      ...(flags.length === 0
        ? []
        : [' * Executions that wait for ever, or turn more often than is written out here, are filtered out.']),
      ' *)',
      '',
      '{',
      ...init,
      ...choices.map(({ name, values }) => `\t${name}=${values[0]! | 0};`),
      '}',
      '',
      ...processes.map((one) => one.text),
      ...chooser(processes.length, choices),
      ...(asked.length === 0 ? [] : [`locations [${asked.map((cell) => names[cell]!).join('; ')}]`]),
      ...(flags.length === 0 ? [] : [`filter (${flags.join(' /\\ ')})`]),
      condition,
      '',
    ].join('\n');
    return { kind: 'litmus', text };
  } catch (error) {
    if (!(error instanceof NoLitmus)) throw error;
    const place = error.at.frames[0];
    const refusal = { what: error.at.text, why: error.message };
    return { kind: 'refused', refusal: place === undefined ? refusal : { ...refusal, place } };
  }
}

/** Words that mean something else in herd's C. */
const RESERVED = new Set('lock unlock if else while int char long void struct volatile const'.split(' '));

/** A name for each cell, as C has it. */
function namesOf(program: Program): readonly string[] {
  const used = new Set<string>();
  return program.cells.map(({ object, field }) => {
    const base = `${object}_${field}`
      .replace(/\W+/g, '_')
      .replace(/_+$/, '')
      .replace(/^(?=\d|P\d|r\d)/, 'v');
    let name = RESERVED.has(base) ? `${base}_` : base;
    for (let k = 2; used.has(name); k++) name = `${base}_${k}`;
    used.add(name);
    return name;
  });
}

/** A choice of the program: a word that a process of its own writes, and that is read where the program chooses. */
interface Choice {
  readonly name: string;
  readonly values: readonly number[]; // the first is there from the start
}

interface ProcessText {
  readonly text: string;
  readonly choices: readonly Choice[];
  readonly cells: readonly number[]; // that it accesses
  readonly flag: string | undefined; // 1 at the end of an execution that is left out
}

function processText(
  program: Program,
  process: number,
  names: readonly string[],
  unfolded: Pick<Unfolded, 'parts' | 'registers'>,
): ProcessText {
  const { parts, registers } = unfolded;
  const flag = `r${registers}`;
  const scratch = `r${registers + 1}`;
  const cells = new Set<number>();
  const choices: Choice[] = [];
  const lines: string[] = [];
  const write = (block: readonly Part[], depth: number): void => {
    const indent = '\t'.repeat(depth);
    for (const part of block) {
      if (part.kind === 'give-up') {
        lines.push(`${indent}${flag} = 1; ${comment(part.at)}`);
      } else if (part.kind === 'step') {
        if (part.cell !== undefined) cells.add(part.cell);
        const cell = part.cell === undefined ? '' : pointerTo(program, part, names[part.cell]!);
        const { instruction } = part;
        if (instruction.op === 'choose') {
          const name = `choice_${process}_${choices.length}`;
          choices.push({ name, values: instruction.values });
          lines.push(`${indent}r${instruction.dst} = READ_ONCE(*${name}); ${comment(instruction.at)}`);
        } else
          for (const line of statements(instruction, { cell, scratch, flag }))
            lines.push(`${indent}${line} ${comment(instruction.at)}`);
      } else {
        const turned = part.then.length === 0;
        const cond = turned ? `(${words(part.cond)} == 0)` : words(part.cond);
        lines.push(`${indent}if (${cond}) { ${comment(part.at)}`);
        write(turned ? part.else : part.then, depth + 1);
        if (!turned && part.else.length > 0) {
          lines.push(`${indent}} else {`);
          write(part.else, depth + 1);
        }
        lines.push(`${indent}}`);
      }
    }
  };
  write(parts, 1);
  const mentioned = new Set(lines.flatMap((line) => line.replace(/\/\*.*/, '').match(/\br\d+\b/g) ?? []));
  const declared = [...mentioned]
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
    .map((name) => `\tint ${name} = 0;`);
  const parameters = [
    ...[...cells].sort((a, b) => a - b).map((cell) => `${typeOf(program, cell)} *${names[cell]!}`),
    ...choices.map(({ name }) => `int *${name}`),
  ];
  const text = [`P${process}(${parameters.join(', ')})`, '{', ...declared, ...lines, '}', ''].join('\n');
  return { text, choices, cells: [...cells], flag: mentioned.has(flag) ? flag : undefined };
}

/** The process that writes what may be chosen; none when there is nothing to choose. */
function chooser(process: number, choices: readonly Choice[]): readonly string[] {
  if (choices.length === 0) return [];
  const parameters = choices.map(({ name }) => `int *${name}`).join(', ');
  const writes = choices.flatMap(({ name, values }) =>
    values.slice(1).map((value) => `\tWRITE_ONCE(*${name}, ${value | 0});`),
  );
  return [`P${process}(${parameters})`, '{', ...writes, '}', ''];
}

function typeOf(program: Program, cell: number): string {
  const { kind } = program.cells[cell]!;
  if (kind === 'lock') return 'spinlock_t';
  const isDomain = program.processes.some(({ code }) =>
    code.some(
      (one) => 'domain' in one && one.domain?.kind === 'const' && one.domain.value === program.cells[cell]!.address,
    ),
  );
  return isDomain ? 'struct srcu_struct' : 'int';
}

function comment({ frames, text }: CodePoint): string {
  const place = frames[0] === undefined ? '' : `${frames[0].file}:${frames[0].line}: `;
  return `/* ${place}${text.replace(/\s+/g, ' ').replaceAll('*/', '* /')} */`;
}

/** The cells that an invariant of the end looks at. */
function askedBy(program: Program, invariant: Invariant): readonly number[] {
  const cellAt = new Map(program.cells.map((cell, index) => [cell.address, index]));
  const asked = invariant.code.flatMap((one) => {
    if (one.op !== 'load') return [];
    const cell = one.address.kind === 'const' ? cellAt.get(one.address.value | 0) : undefined;
    if (cell === undefined) throw new NoLitmus(one.at, 'expected an invariant that looks at objects by name');
    return [cell];
  });
  return [...new Set(asked)];
}

/** A cell as an argument; `+ (address ^ its own)` is + 0, and says that the address depends on what was read. */
function pointerTo(program: Program, part: Extract<Part, { kind: 'step' }>, name: string): string {
  const { address, cell, instruction } = part;
  if (address === undefined || program.cells[cell!]!.kind === 'lock' || !('address' in instruction)) return name;
  return `(${name} + (${words(address)} ^ ${program.cells[cell!]!.address}))`;
}

interface Asked {
  readonly cell: number;
  readonly values: ReadonlySet<number> | undefined;
}

/** exists: the final values for which the invariant fails, or not the others, whichever is shorter. */
function conditionOf(
  program: Program,
  invariant: Invariant,
  names: readonly string[],
  asked: readonly Asked[],
): string {
  const at = invariant.code[0]!.at;
  if (invariant.when !== 'end') throw new NoLitmus(at, 'expected an invariant of the end');
  let rows: readonly (readonly number[])[] = [[]];
  for (const { cell, values } of asked) {
    if (values === undefined || rows.length * values.size > MOST_COMBINATIONS)
      throw new NoLitmus(at, `expected few final values of ${names[cell]!}`);
    const sorted = [...values].sort((a, b) => a - b);
    rows = rows.flatMap((row) => sorted.map((one) => [...row, one]));
  }
  const isGood = (row: readonly number[]): boolean =>
    holds(invariant, new Map(asked.map(({ cell }, k) => [program.cells[cell]!.address, row[k]!])));
  const good = rows.filter(isGood);
  const bad = rows.filter((row) => !isGood(row));
  const either = (terms: readonly (readonly number[])[]): string =>
    terms.map((row) => `(${row.map((value, k) => `${names[asked[k]!.cell]!}=${value}`).join(' /\\ ')})`).join(' \\/ ');
  if (bad.length === 0 || good.length === 0 || asked.length === 0)
    return `exists (${bad.length > 0 ? 'true' : 'false'})`;
  return bad.length <= good.length ? `exists (${either(bad)})` : `exists (~(${either(good)}))`;
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

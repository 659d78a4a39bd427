// The words of a trace: what an executed instruction did, as a person would say it.
import type { Cell, Instruction, Program, Trace } from '../types.ts';
import { FREED } from './program.ts';

/** What an executed instruction did to memory. */
export interface Effect {
  readonly process: number;
  readonly cell: number | undefined; // index into Program.cells
  readonly before: number | undefined; // of the word
  readonly after: number | undefined;
  readonly read: number | undefined; // value that went into a register
  readonly buffer?: 'enters' | 'leaves'; // of a store under TSO
}

/** Words for one executed instruction: 'test and clear lru: was 0', 'write memcg_data: 0 -> 3'. */
export function eventWords(program: Program, instruction: Instruction, effect: Effect): string {
  const cell = effect.cell === undefined ? undefined : program.cells[effect.cell];
  if (cell !== undefined && effect.buffer !== undefined) return bufferWords(program, instruction, effect, cell);
  if (cell !== undefined) return accessWords(program, instruction, effect, cell);
  switch (instruction.op) {
    case 'fence':
      return `fence ${instruction.fence}`;
    case 'context':
      return contextWords(instruction.what, instruction.enters);
    case 'wait-until':
      return `waited until ${instruction.why}`;
    case 'choose':
      return chosenWords(instruction, effect.read);
    case 'assert':
    case 'assert-held':
      return `assertion fails: ${instruction.what}`;
    case 'stop':
      return `stops: ${instruction.why}`;
    default:
      return instruction.op;
  }
}

/** The word that was touched, before and after: 'folio.flags: lru -> lru|mlocked', or its value alone when it stays. Undefined for no word. */
export function changeWords(program: Program, { cell: index, before, after }: Effect): string | undefined {
  const cell = index === undefined ? undefined : program.cells[index];
  if (cell === undefined || before === undefined) return undefined;
  const was = `${fullName(cell)}: ${valueWords(program, cell, before)}`;
  return after === undefined || after === before ? was : `${was} -> ${valueWords(program, cell, after)}`;
}

/** 'choose SWAP', or the whole choice when its values have no names. */
function chosenWords(
  { values, names, why }: Extract<Instruction, { op: 'choose' }>,
  value: number | undefined,
): string {
  const name = names?.[values.findIndex((one) => (one | 0) === value)] ?? '';
  return /^[A-Za-z_]\w*$/.test(name) ? `choose ${name}` : `choose ${why}: ${value}`;
}

/** The final value of a word, by its index, with the names that it has. */
export function endOf(program: Program, cell: number, value: number): Trace['end'][number] {
  return { cell, value, words: valueWords(program, program.cells[cell]!, value) };
}

/** Words for the beginning or the end of a stretch of code in which others do not run. */
export function contextWords(what: Extract<Instruction, { op: 'context' }>['what'], enters: boolean): string {
  if (what === 'atomic') return enters ? 'atomic window begins' : 'atomic window ends';
  return `${what === 'irq' ? 'interrupts' : 'preemption'} ${enters ? 'off' : 'on'}`;
}

function accessWords(program: Program, instruction: Instruction, effect: Effect, cell: Cell): string {
  const before = effect.before ?? 0;
  const after = effect.after ?? 0;
  const read = effect.read ?? 0;
  const name = cellName(program, cell);
  const change = `${valueWords(program, cell, before)} -> ${valueWords(program, cell, after)}`;
  switch (instruction.op) {
    case 'load':
      return readWords(program, cell, name, instruction.mask ?? 0, read);
    case 'store':
      return `write ${name}: ${change}`;
    case 'rmw':
      return rmwWords(program, cell, name, instruction, effect, change);
    case 'cmpxchg':
      return before === after && effect.after === effect.before
        ? `compare and exchange ${name}: no change, is ${valueWords(program, cell, before)}`
        : `compare and exchange ${name}: ${change}`;
    case 'add-unless':
      return read === 1
        ? `add unless to ${name}: ${change}`
        : `add unless to ${name} fails: is ${valueWords(program, cell, before)}`;
    case 'try-bits':
      return `test and set ${maskName(program, cell, instruction.mask)}: was ${read === 1 ? 0 : 1}`;
    case 'await':
      return `${instruction.take ? 'wait for and take' : 'wait for'} ${maskName(program, cell, instruction.mask)}: ${valueWords(program, cell, before & instruction.mask)}`;
    case 'lock':
      return `lock ${fullName(cell)}`;
    case 'trylock':
      return `try to lock ${fullName(cell)}: ${read === 1 ? 'taken' : 'is held'}`;
    case 'unlock':
      return `unlock ${fullName(cell)}`;
    case 'assert-held':
      return `assertion fails: ${instruction.what}`;
    default:
      return `${instruction.op} ${name}`;
  }
}

/** A store that waits in the buffer of its processor, or leaves it and can be seen by the others. */
function bufferWords(program: Program, instruction: Instruction, effect: Effect, cell: Cell): string {
  const name = instruction.op === 'unlock' ? fullName(cell) : cellName(program, cell);
  const after = valueWords(program, cell, effect.after ?? 0);
  if (effect.buffer === 'enters')
    return instruction.op === 'unlock'
      ? `unlock ${name}: waits in the store buffer`
      : `write ${name}: ${after} waits in the store buffer`;
  const change = `${valueWords(program, cell, effect.before ?? 0)} -> ${after}`;
  return instruction.op === 'unlock'
    ? `unlock ${name}: leaves the store buffer`
    : `write ${name}: ${change} leaves the store buffer`;
}

function readWords(program: Program, cell: Cell, name: string, mask: number, read: number): string {
  if (mask === 0) return `read ${name}: ${valueWords(program, cell, read)}`;
  if (isSingle(mask)) return `read ${maskName(program, cell, mask)}: ${read === 0 ? 0 : 1}`;
  return `read ${maskName(program, cell, mask)}: ${valueWords(program, cell, read)}`;
}

function rmwWords(
  program: Program,
  cell: Cell,
  name: string,
  instruction: Extract<Instruction, { op: 'rmw' }>,
  effect: Effect,
  change: string,
): string {
  const { fn, dst } = instruction;
  const operand = instruction.operand.kind === 'const' ? instruction.operand.value | 0 : undefined;
  if (operand !== undefined && (fn === 'or' || fn === 'andnot') && namesBits(cell, operand)) {
    const verb = fn === 'or' ? 'set' : 'clear';
    const bits = maskName(program, cell, operand);
    const was = (effect.before ?? 0) & operand;
    if (dst === undefined)
      return isSingle(operand) && (was !== 0) === (fn === 'or')
        ? `${verb} ${bits} (was ${was === 0 ? 0 : 1})`
        : `${verb} ${bits}`;
    return `test and ${verb} ${bits}: was ${isSingle(operand) ? (was === 0 ? 0 : 1) : valueWords(program, cell, was)}`;
  }
  if (fn === 'xchg') return `exchange ${name}: ${change}`;
  if (fn === 'add' && operand !== undefined)
    return operand < 0 ? `subtract ${-operand} from ${name}: ${change}` : `add ${operand} to ${name}: ${change}`;
  return `${fn} ${name}: ${change}`;
}

function isSingle(mask: number): boolean {
  return mask !== 0 && (mask & (mask - 1)) === 0;
}

function namesBits(cell: Cell, mask: number): boolean {
  return cell.bits !== undefined || isSingle(mask);
}

/** 'lruvec.lru_lock'; the object alone when the field has no name. */
export function fullName(cell: Cell): string {
  return cell.field === '' ? cell.object : `${cell.object}.${cell.field}`;
}

/** The field, with its object when another cell has a field of that name. */
function cellName(program: Program, cell: Cell): string {
  return isAlone(program, cell) && cell.field !== '' ? cell.field : fullName(cell);
}

function isAlone(program: Program, cell: Cell): boolean {
  return !program.cells.some((other) => other !== cell && other.field === cell.field);
}

/** 'lru', or 'lru of folio2.flags' when another object has a cell with that name. */
function maskName(program: Program, cell: Cell, mask: number): string {
  const bits = bitWords(cell, mask);
  return isAlone(program, cell) && cell.bits !== undefined ? bits : `${bits} of ${fullName(cell)}`;
}

function bitWords(cell: Cell, mask: number): string {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if (((mask >>> bit) & 1) === 1) names.push(cell.bits?.[bit] ?? `bit ${bit}`);
  }
  return names.length === 0 ? '0' : names.join('|');
}

/** A value of a cell for a person: names of bits, of objects for pointers, else a number. */
export function valueWords(program: Program, cell: Cell, value: number): string {
  if (value === FREED) return 'gone';
  if (cell.kind === 'pointer') return pointerWords(program, value);
  if (cell.kind === 'lock') return value === 0 ? 'free' : `held by ${program.processes[value - 1]?.name ?? value}`;
  if (cell.bits !== undefined) return bitWords(cell, value);
  return addressWords(program, cell, value) ?? (cell.signed || value >= 0 ? `${value}` : `${value >>> 0}`);
}

const OBJECT_ALIGN = 64; // bytes: objects of a scenario begin at multiples of it

/** A pointer that is kept in an unsigned long, as folio->memcg_data is: the object that begins there, but for a whole number of pages. */
function addressWords(program: Program, cell: Cell, value: number): string | undefined {
  if (cell.size !== 8 || cell.signed || value <= 0 || value % OBJECT_ALIGN !== 0 || value % 4096 === 0)
    return undefined;
  const next = program.cells.findIndex(({ address }) => address >= value);
  const object = program.cells[next]?.object;
  return object === undefined || program.cells[next - 1]?.object === object ? undefined : `&${object}`;
}

function pointerWords(program: Program, value: number): string {
  if (value === 0) return 'NULL';
  const tag = value & 7;
  const target =
    program.cells.find((cell) => cell.address === value) ?? program.cells.find((cell) => cell.address === value - tag);
  if (target === undefined) return `${value}`;
  const first = program.cells.find((cell) => cell.object === target.object);
  const name = first === target ? target.object : fullName(target);
  return target.address === value ? `&${name}` : `&${name}+${tag}`;
}

/** The observed cells of an end, for a person: 'folio.flags=lru|unevictable folio.mlock_count=0'. */
export function outcomeWords(program: Program, values: readonly number[]): string {
  return program.observed
    .map((index, k) => {
      const cell = program.cells[index]!;
      return `${fullName(cell)}=${valueWords(program, cell, values[k]!)}`;
    })
    .join(' ');
}

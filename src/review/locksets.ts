// Which lock is held where a field is touched: every access to it in the explored states of a scenario.
import { createEngine } from '../check/engine.ts';
import { expand } from '../check/expand.ts';
import { isAccess } from '../check/program.ts';
import { isScheduled } from '../check/scheduling.ts';
import { search } from '../check/search.ts';
import type { Cell, Instruction, Program } from '../types.ts';

/** An access as the code has it. */
export interface FieldAccess {
  readonly process: string;
  readonly isWrite: boolean;
  readonly where: string; // mm/swap.c:12 folio_set_lru(folio), in lru_add()
}

/** The accesses to one field that other processes touch too, in the order of the code. */
export interface Locksets {
  readonly field: string; // folio.flags (mlocked)
  readonly lock: string; // lruvec.lru_lock
  readonly within: readonly FieldAccess[]; // always with the lock
  readonly without: readonly FieldAccess[]; // at least once without
  readonly isWhole: boolean; // every state was visited
}

const FUEL = 10_000; // instructions in one step
const STATES = 100_000;
const BYTES = 1e9; // of states

/**
 * Returns the accesses of `program` to the field or flag that people call `name`, by whether a lock of the name `lock` is held. Accesses of
 * the scenario itself do not count, nor do fields that one process alone touches. Undefined when the program has no such lock, field, or
 * access. Exponential in the program, up to 100,000 states.
 */
export function locksetsOf(program: Program, lock: string, name: string): Locksets | undefined {
  const locks = program.cells.filter((cell) => cell.kind === 'lock' && lastOf(cell.field) === lastOf(lock));
  const targets = program.cells.flatMap((cell) => targetOf(cell, name) ?? []);
  const expanded = expand(program);
  if (locks.length === 0 || targets.length === 0 || 'what' in expanded || isScheduled(program, false)) return undefined;
  const words = expanded.program;
  const reductions = { merge: true, deadRegisters: true, movers: false, persistent: false, symmetry: false };
  const engine = createEngine(words, { reductions, fuel: FUEL, buffer: 0 }, () => undefined);
  const wanted = {
    limit: { states: STATES },
    fuel: FUEL,
    persistent: false,
    cycles: false,
    bytes: BYTES,
    repeats: true,
  };
  const found = search(words, engine, [], wanted);
  const held = new Set(locks.map(({ address }) => address));
  const accesses = new Map<string, FieldAccess & { isAlways: boolean }>();
  for (const { owner, state, pc } of engine.graph.nodes) {
    const process = words.processes[owner];
    const instruction = process?.code[pc];
    if (process === undefined || instruction === undefined || state.kind !== 'access' || !isAccess(instruction))
      continue;
    const target = targets.find(({ cell }) => cell.address === state.address);
    if (target === undefined || !touches(instruction, state.first, target.bits)) continue;
    const where = whereOf(instruction, program.name);
    if (where === undefined) continue;
    const isAlways = state.locks.held.some((address) => held.has(address));
    const known = accesses.get(`${process.name} ${where}`);
    accesses.set(`${process.name} ${where}`, {
      process: process.name,
      isWrite: isWriting(instruction) || known?.isWrite === true,
      where,
      isAlways: isAlways && known?.isAlways !== false,
    });
  }
  const all = [...accesses.values()];
  if (new Set(all.map(({ process }) => process)).size < 2) return undefined;
  const told = (isAlways: boolean): FieldAccess[] =>
    all.filter((one) => one.isAlways === isAlways).map(({ isAlways: _isAlways, ...one }) => one);
  const { cell, flag } = targets[0]!;
  return {
    field: `${cell.object}.${cell.field}${flag === undefined ? '' : ` (${flag})`}`,
    lock: `${locks[0]!.object}.${locks[0]!.field}`,
    within: told(true),
    without: told(false),
    isWhole: found !== undefined && found.bound === undefined,
  };
}

/** The name behind the last member sign: lruvec->lru_lock is a lru_lock. */
function lastOf(name: string): string {
  return name.split(/->|\./).at(-1) ?? name;
}

interface Target {
  readonly cell: Cell;
  readonly bits: number | undefined; // of a flag; undefined: the whole cell
  readonly flag?: string;
}

/** The cell that a field is, or the bit of the word that a flag is: nr_mlock, page->mapping, PG_mlocked, PageLRU. */
function targetOf(cell: Cell, name: string): Target | undefined {
  if (cell.kind === 'lock') return undefined;
  const flag = (/^PG_(\w+)$/.exec(name) ?? /^Page([A-Z]\w*)$/.exec(name))?.[1]?.toLowerCase();
  if (flag !== undefined) {
    const bit = Object.entries(cell.bits ?? {}).find(([, label]) => label === flag)?.[0];
    return bit === undefined ? undefined : { cell, bits: 1 << Number(bit), flag };
  }
  const members = cell.field.replace(/\[\d+\]/g, '').split('.');
  return members.includes(lastOf(name)) ? { cell, bits: undefined } : undefined;
}

function touches(instruction: Instruction, operand: number, bits: number | undefined): boolean {
  if (bits === undefined) return true;
  if (instruction.op === 'rmw') return instruction.fn === 'xchg' || (operand & bits) !== 0;
  if (instruction.op === 'load') return instruction.mask === undefined || (instruction.mask & bits) !== 0;
  if (instruction.op === 'try-bits' || instruction.op === 'await') return (instruction.mask & bits) !== 0;
  return true;
}

function isWriting({ op }: Instruction): boolean {
  return op !== 'load' && op !== 'await' && op !== 'is-locked';
}

/** Where the code stands; undefined in the scenario itself. */
function whereOf({ at }: Instruction, scenario: string): string | undefined {
  const frame = at.frames[0];
  if (frame === undefined || frame.file.startsWith('rules/') || scenario.startsWith(`${frame.file}/`)) return undefined;
  return `${frame.file}:${frame.line} ${at.text}, in ${frame.function}()`;
}

// Runs one schedule again by the meaning of the instructions alone. It shares no code with the engines, only types and errors: RCU,
// spawn and join, interrupts and store buffers are its own, so that a trace does not rest on the engine that found it. This file
// says who may step and what is violated at the end; replay-step.ts what a step does.
import { InputError } from '../errors.ts';
import type { Instruction, MemoryModel, Program } from '../types.ts';
import { evaluate, GONE } from './replay-access.ts';
import { type Accessed, type Actor, mustDrain, run, type World, worldOf } from './replay-step.ts';

const CONDITION = 10_000; // instructions of a condition

/**
 * Runs `path` ('0*12/1:2/1f': process 0 makes 12 steps, process 1 takes value 2 of a choose, its oldest store leaves its buffer; see
 * path.ts) under `model`, by default TSO when a store leaves a buffer. Returns its accesses, the words of all cells at its end and the properties it
 * violates, sorted: assertions and faults on the way, invariants and deadlock on the state it ends in. Throws InputError for a path
 * that the program cannot take. Linear in the steps.
 */
export function replay(
  program: Program,
  path: string,
  fuel = 10_000,
  model: MemoryModel = path.includes('f') ? 'tso' : 'sc',
): { violated: readonly string[]; memory: readonly number[]; steps: readonly Accessed[] } {
  const init = program.cells.map((cell) => cell.init | 0);
  const world = worldOf(program, init, model === 'tso');
  for (const segment of path === '' ? [] : path.split('/')) {
    const [, p, count, choice, flush] = /^(\d{1,2})(?:\*(\d{1,9})|:(\d{1,5})|(f))?$/.exec(segment) ?? [];
    const actor = world.actors[Number(p ?? -1)];
    const place = { file: `schedule of ${program.name}` };
    if (actor === undefined) throw new InputError({ place, expected: 'a schedule like 0*12/1:2', found: segment });
    for (let left = Number(count ?? 1); left > 0; left--) {
      const expected = flush === undefined ? turn(world, actor, choice) : drain(world, actor);
      if (expected !== undefined) throw new InputError({ place, expected, found: segment });
    }
    if (actor.burnt >= fuel)
      world.violated.add(`fault: no visible step in ${fuel.toLocaleString('en-US')} instructions`);
  }
  judgeEnd(world);
  return { ...world, violated: [...world.violated].sort() };
}

function codeOf({ program }: World, { p, pc }: Actor): Instruction {
  return program.processes[p]!.code[pc]!;
}

/** The oldest store of an actor leaves its buffer; otherwise what was expected. */
function drain({ memory, steps }: World, { p, buffer }: Actor): string | undefined {
  const store = buffer.shift();
  if (store === undefined) return `a store in the buffer of P${p}`;
  const { pc, cell, word } = store;
  steps.push({ process: p, pc, cell, before: memory[cell]!, after: word });
  memory[cell] = word;
  return undefined;
}

/** One step of an actor; otherwise what was expected. */
function turn(world: World, actor: Actor, choice: string | undefined): string | undefined {
  const { p } = actor;
  if (cannotStep(world, actor)) return `P${p} to be able to step`;
  const isEntry = world.program.processes[p]!.kind === 'interrupt' && !actor.hasBegun;
  actor.hasBegun = true;
  if (isEntry) return choice === undefined ? undefined : `P${p} to begin`;
  const i = codeOf(world, actor);
  if ((i.op === 'choose') !== (choice !== undefined)) return `a choice exactly where P${p} has one`;
  if (i.op === 'choose' && Number(choice) >= i.values.length) return `a choice below ${i.values.length}`;
  actor.burnt = ['lock', 'await', 'choose', 'join', 'rcu-sync'].includes(i.op) ? 0 : actor.burnt + 1;
  run(world, actor, i, Number(choice ?? 0));
  return undefined;
}

function cannotStep(world: World, actor: Actor): boolean {
  return actor.state !== 'runs' || waits(world, actor) || isKeptOut(world, actor);
}

/** Somebody else has this processor, or all of them. */
function isKeptOut(world: World, actor: Actor): boolean {
  const { processes } = world.program;
  const mine = processes[actor.p]!;
  return world.actors.some((other) => {
    if (other === actor) return false;
    const theirs = processes[other.p]!;
    const isBeside = theirs.cpu === mine.cpu;
    if (isBeside && other.buffer.length > 0) return true; // x86 has one store buffer a processor
    if (other.state !== 'runs') return false;
    if (other.off.atomic > 0 && !waits(world, other)) return true;
    if (!isBeside) return false;
    if (theirs.kind === 'interrupt') return other.hasBegun;
    return mine.kind === 'interrupt' ? other.off.irq > 0 && !actor.hasBegun : other.off.preempt > 0;
  });
}

function waits(world: World, actor: Actor): boolean {
  if (!actor.mayBegin) return true;
  if (world.program.processes[actor.p]!.kind === 'interrupt' && !actor.hasBegun) return false;
  const i = codeOf(world, actor);
  if (actor.buffer.length > 0 && mustDrain(i)) return true;
  if (i.op === 'join') return world.actors[i.process]!.state !== 'over';
  if (i.op === 'rcu-sync') return actor.owed !== undefined && actor.owed.size > 0;
  if (i.op === 'wait-until') return !holds(world, i);
  if (i.op !== 'lock' && i.op !== 'await') return false;
  const cell = world.program.cells.findIndex(({ address }) => address === evaluate(i.address, actor.regs));
  const word = actor.buffer.findLast((store) => store.cell === cell)?.word ?? world.memory[cell];
  if (word === undefined) return false;
  return i.op === 'lock' ? word !== 0 : (word & i.mask) !== (i.value | 0);
}

/** Invariants and deadlock on the last state of a run. */
function judgeEnd(world: World): void {
  const { program, violated, actors } = world;
  const isDrained = actors.every(({ buffer }) => buffer.length === 0);
  const isWhole = isDrained && actors.every(({ state }) => state === 'over');
  const isStuck = actors.every((actor) => actor.state !== 'dead' && cannotStep(world, actor));
  if (isDrained && !isWhole && isStuck) violated.add('deadlock');
  for (const invariant of program.invariants) {
    if (invariant.when !== 'always' && !isWhole) continue;
    const value = holds(world, invariant);
    if (value !== true) violated.add(value === false ? invariant.name : `fault: cannot evaluate ${invariant.name}`);
  }
}

/** Runs a condition as a process of its own, which reads 0 where nothing is any more; undefined when it cannot be evaluated. */
function holds(
  { program, memory }: World,
  body: Pick<Program['processes'][0], 'code' | 'registers'>,
): boolean | undefined {
  const processes = [{ ...body, name: '', label: '', cpu: '' }];
  const words = memory.map((word) => (word === GONE ? 0 : word));
  const alone = worldOf({ ...program, processes }, words, false);
  const [actor] = alone.actors;
  for (let left = CONDITION; left > 0 && actor?.state === 'runs'; left--) run(alone, actor, codeOf(alone, actor), 0);
  return actor?.state === 'over' ? actor.regs[0] !== 0 : undefined;
}

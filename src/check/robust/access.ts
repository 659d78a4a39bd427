// One access on a path: what it may read, and what is learned of its cell.
import type { Instruction, Program } from '../../types.ts';
import type { Cells } from '../lkmm/issue.ts';
import { fence, isRead, issueRead, issueWrite, variantsOf } from '../lkmm/issue.ts';
import { valueIn } from '../lkmm/reading.ts';
import { noEvents, union } from '../lkmm/sets.ts';
import { Fault } from '../lkmm/state.ts';
import type { Value } from '../lkmm/term.ts';
import { combine } from '../lkmm/term.ts';
import type { Facts } from './facts.ts';
import { change, foreignBits, foreignValues, learn, Unknown, wrote } from './facts.ts';
import type { Variant } from './outcomes.ts';
import { addressOf, changedBits, effectsOf, inputs, isFull, nextOf, storedBits } from './outcomes.ts';
import type { Span } from './sums.ts';
import { added, flows, need, rangeOf, summed } from './sums.ts';
import type { Walk } from './walk.ts';
import { copyOf, forked } from './walk.ts';

const FEW = 4; // values of a foreign cell that are told apart

/** Does one access. Returns the forks when there is more than one way on; undefined when the walk itself went on. */
export function access(program: Program, process: number, facts: Facts, cells: Cells, at: Walk): Walk[] | undefined {
  const { state } = at;
  const cpu = state.cpus[process]!;
  const instruction = cells.code[process]![cpu.pc]!;
  const address = valueIn(state, cpu, addressOf(instruction));
  if (typeof address !== 'number') throw new Unknown(`the address in ${instruction.at.text} is not known`);
  const cell = cells.cellAt.get(address);
  if (cell === undefined) throw new Fault(instruction, 'expected the address of an object');
  learn(facts, facts.accessors[cell]!, process);
  learn(facts, facts.reach[process]![cpu.pc]!, cell);
  const addition = added(instruction, (expr) => valueIn(state, cpu, expr));
  if (addition === undefined) summed(facts, process, cell, undefined);
  const isForeign = [...facts.writers[cell]!].some((one) => one !== process);
  if (isForeign) return visible(program, process, facts, cells, at, cell);
  return own(process, facts, cells, at, cell, program.cells[cell]!.init | 0);
}

/** An access to a cell that others write: what is read may be anything. */
function visible(
  program: Program,
  process: number,
  facts: Facts,
  cells: Cells,
  at: Walk,
  cell: number,
): Walk[] | undefined {
  const instruction = cells.code[process]![at.state.cpus[process]!.pc]!;
  if (!isRead(instruction)) {
    const w = issueWrite(at.state, at.state.cpus[process]!, cells);
    flows(facts, cell, at.state.events[w]!.value, at.state.loc);
    wrote(facts, process, cell, at.state.events[w]!.value);
    change(facts, process, cell, storedBits(at.state.events[w]!.value, cell, at.state.loc));
    remember(at, cell, at.state.events[w]!.value);
    return undefined;
  }
  const old = at.memory.get(cell)?.value ?? program.cells[cell]!.init | 0;
  const range = rangeOf(facts, process, cell, program.cells[cell]!.init | 0, at.sums.get(cell) ?? 0);
  const all = variantsOf(instruction);
  const variants = all.filter((variant) => isPossible(instruction, variant, range));
  if (all.length > 1) {
    if (variants.length > 1) need(facts, cell);
    return variants.map((variant) => {
      const fork = copyOf(at);
      if (variant === 'success') sum(fork, process, facts, cell, instruction);
      const r = issueRead(fork.state, fork.state.cpus[process]!, cells, variant);
      const { partner } = fork.state.events[r]!;
      if (partner < 0) return fork;
      flows(facts, cell, fork.state.events[partner]!.value, fork.state.loc);
      wrote(facts, process, cell, fork.state.events[partner]!.value);
      change(facts, process, cell, changedBits(fork.state, fork.state.cpus[process]!, instruction));
      remember(
        fork,
        cell,
        instruction.op === 'try-bits' ? combine('|', old, instruction.mask) : fork.state.events[partner]!.value,
      );
      return fork;
    });
  }
  if (instruction.op === 'await') need(facts, cell);
  const cpu = at.state.cpus[process]!;
  const bits = changedBits(at.state, cpu, instruction);
  const next = typeof old === 'number' ? nextOf(at.state, cpu, instruction, old) : undefined;
  sum(at, process, facts, cell, instruction);
  const r = issueRead(at.state, cpu, cells, 'only');
  if (range !== undefined) at.ranges.set(r, range);
  const { partner } = at.state.events[r]!;
  if (partner >= 0) {
    flows(facts, cell, at.state.events[partner]!.value, at.state.loc);
    wrote(facts, process, cell, at.state.events[partner]!.value);
    change(facts, process, cell, bits);
    remember(at, cell, next ?? at.state.events[partner]!.value);
  }
  return range === undefined
    ? narrowed(process, facts, at, cell, instruction, old, r, program.cells[cell]!.init | 0)
    : undefined;
}

/** Whether add-unless can succeed or fail with what it can read. */
function isPossible(instruction: Instruction, variant: Variant, range: Span | undefined): boolean {
  if (range === undefined || instruction.op !== 'add-unless' || instruction.unless.kind !== 'const') return true;
  const unless = instruction.unless.value | 0;
  if (variant === 'failure') return unless >= range.least && unless <= range.most;
  return range.least !== range.most || range.least !== unless;
}

/** Adds what the next instruction adds to the counter `cell`. */
function sum(at: Walk, process: number, facts: Facts, cell: number, instruction: Instruction): void {
  const cpu = at.state.cpus[process]!;
  const addition = added(instruction, (expr) => valueIn(at.state, cpu, expr));
  if (addition === undefined) return;
  const own = (at.sums.get(cell) ?? 0) + addition;
  at.sums.set(cell, own);
  summed(facts, process, cell, own);
}

/** What a read of a foreign cell can give when the others leave its bits alone, or store only few values there. */
function narrowed(
  process: number,
  facts: Facts,
  at: Walk,
  cell: number,
  instruction: Instruction,
  old: Value,
  read: number,
  init: number,
): Walk[] | undefined {
  if ((instruction.op !== 'load' && instruction.op !== 'rmw') || instruction.dst === undefined) return undefined;
  const { dst } = instruction;
  const mask = instruction.mask === undefined || instruction.mask === 0 ? -1 : instruction.mask;
  const changed = foreignBits(facts, process, cell, init);
  const cpu = at.state.cpus[process]!;
  if ((mask & changed) === 0 && typeof old === 'number') {
    cpu.registers[dst] = old & mask;
    if (instruction.op === 'load') at.quiet.add(read);
    return undefined;
  }
  const foreign = foreignValues(facts, process, cell);
  // what it computes from what it reads is not `old`, which leaves out what the others did
  if (instruction.op !== 'load' || foreign === undefined || typeof old !== 'number' || facts.isOpen[cell]![process]!)
    return undefined;
  // coherence: what it wrote last, or what another process stored after that
  const values = new Set([old, ...foreign].map((value) => value & mask));
  if (values.size > FEW) return undefined;
  if (values.size > 1) need(facts, cell);
  const seen: Value = { kind: 'read', event: read };
  const given = mask === -1 ? seen : combine('&', seen, mask);
  return [...values].map((value) => {
    const fork = forked(at, process, (one) => {
      one.registers[dst] = value;
    });
    fork.known.set(JSON.stringify(combine('==', given, value)), true);
    return fork;
  });
}

function remember(at: Walk, cell: number, value: Value): void {
  at.memory.set(cell, { value, depends: noEvents(at.state.words) });
}

/** An access to a cell that only this process writes, if any does: it reads its own last write. */
function own(process: number, facts: Facts, cells: Cells, at: Walk, cell: number, init: number): Walk[] | undefined {
  const cpu = at.state.cpus[process]!;
  const instruction = cells.code[process]![cpu.pc]!;
  const { words } = at.state;
  const held = at.memory.get(cell) ?? { value: init, depends: noEvents(words) };
  const effects = effectsOf(at.state, cpu, instruction, held.value);
  const isSeen = facts.accessors[cell]!.size > 1;
  const follow = (fork: Walk, { effect, variant }: (typeof effects)[number]): Walk => {
    const one = fork.state.cpus[process]!;
    const data = inputs(one, instruction, words);
    if (variant !== 'failure') sum(fork, process, facts, cell, instruction);
    if (effect.next !== undefined) {
      // also when no other process reads it: an invariant may
      flows(facts, cell, effect.next, fork.state.loc);
      wrote(facts, process, cell, effect.next);
      change(facts, process, cell, changedBits(fork.state, one, instruction));
    }
    // Others read the cell, so that the write is an event; what the process reads itself is known anyway.
    if (isSeen && effect.next !== undefined) {
      if (isRead(instruction)) issueRead(fork.state, one, cells, variant);
      else issueWrite(fork.state, one, cells);
    } else {
      if (isFull(instruction)) fence(one, 'mb', words);
      one.pc++;
    }
    if (effect.next !== undefined) {
      const depends = effect.result === undefined && !isRead(instruction) ? data : union(held.depends, data);
      fork.memory.set(cell, { value: effect.next, depends });
    }
    if (effect.dst !== undefined && effect.result !== undefined) {
      one.registers[effect.dst] = effect.result;
      one.depends[effect.dst] = held.depends;
    }
    return fork;
  };
  const [single] = effects;
  if (effects.length !== 1 || single === undefined) return effects.map((one) => follow(copyOf(at), one));
  follow(at, single);
  return undefined;
}

// What a process does between two accesses: registers, branches, fences, RCU sections.
import type { Instruction } from '../../types.ts';
import { append } from './append.ts';
import { IS } from './event.ts';
import type { Footing } from './footing.ts';
import { type Cells, cellOf, fence, heldBy, isRead, isWrite } from './issue.ts';
import { dependsOf, valueIn } from './reading.ts';
import { noEvents, union } from './sets.ts';
import { type Cpu, Fault, type State, settle } from './state.ts';
import type { Term, Value } from './term.ts';

/** Where a process stopped: at an access, at its end, where it may go two ways, or nowhere because the path is not followed. */
export type Stop =
  | { readonly kind: 'access' | 'end' | 'folded' | 'unrolled' | 'endless' }
  | {
      readonly kind: 'fork';
      readonly value: Term;
      readonly instruction: Extract<Instruction, { op: 'branch' | 'assert' }>;
    }
  | { readonly kind: 'choose'; readonly instruction: Extract<Instruction, { op: 'choose' }> };

/** How far loops and local steps go. */
export interface Fuel {
  readonly unroll: number; // turns of loops that are not folded, by process
  readonly steps: number; // instructions of a process without an event
}

/** Runs `cpu` up to its next access, its end, or a branch that an open read decides. */
export function runLocal(state: State, cpu: Cpu, footing: Footing, cells: Cells, fuel: Fuel): Stop {
  const { words } = state;
  for (;;) {
    if (cpu.guards.length > 0) leaveGuards(cpu, words);
    if (footing.flow.heads[cpu.pc] === 1 && cpu.head !== cpu.pc) remember(cpu, footing);
    const instruction = footing.code[cpu.pc]!;
    if (isRead(instruction) || isWrite(instruction)) return { kind: 'access' };
    if (++cpu.steps > fuel.steps) return { kind: 'endless' };
    switch (instruction.op) {
      case 'set':
        cpu.registers[instruction.dst] = valueIn(state, cpu, instruction.value);
        cpu.depends[instruction.dst] = dependsOf(cpu, instruction.value, words);
        cpu.pc++;
        break;
      case 'branch': {
        const value = decided(state, valueIn(state, cpu, instruction.cond));
        if (typeof value !== 'number') return { kind: 'fork', value, instruction };
        const stop = take(state, cpu, footing, instruction, value !== 0, fuel);
        if (stop !== undefined) return stop;
        break;
      }
      case 'jump': {
        const stop = goTo(cpu, footing, instruction.to, fuel);
        if (stop !== undefined) return stop;
        break;
      }
      case 'assert': {
        const value = valueIn(state, cpu, instruction.cond);
        if (typeof value !== 'number') return { kind: 'fork', value, instruction };
        claim(state, cpu, instruction.what, value !== 0);
        break;
      }
      case 'choose':
        return { kind: 'choose', instruction };
      case 'fence':
        fence(cpu, instruction.fence, words);
        cpu.marks = [...cpu.marks, { pc: cpu.pc, instruction, before: state.events.length, value: undefined }];
        cpu.pc++;
        break;
      case 'assert-held': {
        const cell = cellOf(cells, valueIn(state, cpu, instruction.address), instruction);
        claim(state, cpu, instruction.what, holds(state, cpu, cell, instruction));
        break;
      }
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'rcu-sync':
        section(state, cpu, cells, instruction);
        break;
      case 'end':
      case 'stop':
        cpu.ended = true;
        return { kind: 'end' };
      default:
        throw new Error(`expected an instruction without an access, found ${instruction.op}`);
    }
  }
}

/** Follows a branch one way; its control dependency lasts until all continuations meet. */
export function take(
  state: State,
  cpu: Cpu,
  footing: Footing,
  instruction: Extract<Instruction, { op: 'branch' }>,
  holds: boolean,
  fuel: Fuel,
): Stop | undefined {
  const reads = dependsOf(cpu, instruction.cond, state.words);
  if (reads.some((bits) => bits !== 0)) {
    cpu.guards = [...cpu.guards, { join: footing.flow.joins[cpu.pc]!, reads }];
    cpu.control = union(cpu.control, reads);
  }
  return goTo(cpu, footing, holds ? instruction.then : instruction.else, fuel);
}

/** Notes an assertion, and moves on. */
export function claim(state: State, cpu: Cpu, what: string, holds: boolean): void {
  if (!holds) state.failures = [...state.failures, { process: cpu.process, pc: cpu.pc, what }];
  cpu.pc++;
}

function leaveGuards(cpu: Cpu, words: number): void {
  if (!cpu.guards.some(({ join }) => join === cpu.pc)) return;
  cpu.guards = cpu.guards.filter(({ join }) => join !== cpu.pc);
  cpu.control = cpu.guards.reduce<Int32Array>((all, { reads }) => union(all, reads), noEvents(words));
}

/**
 * Moves `cpu` to `to`. A turn of a loop that wrote nothing and left every live register as it was is not followed: an
 * execution without that turn ends the same way and has no more order, so nothing is lost.
 */
function goTo(cpu: Cpu, footing: Footing, to: number, fuel: Fuel): Stop | undefined {
  const isBack = to <= cpu.pc;
  cpu.pc = to;
  if (footing.flow.heads[to] !== 1) return undefined;
  const last = cpu.turns.findLast(({ head }) => head === to);
  if (isBack && last !== undefined) {
    const live = footing.flow.live[to]!;
    const isSame = last.effects === cpu.effects && last.values.every((value, k) => value === cpu.registers[live[k]!]);
    if (isSame) return { kind: 'folded' };
    if (++cpu.unrolled > fuel.unroll) return { kind: 'unrolled' };
  }
  remember(cpu, footing);
  return undefined;
}

/** Notes at the head of a loop what a turn would have to change. */
function remember(cpu: Cpu, footing: Footing): void {
  const values = footing.flow.live[cpu.pc]!.map((reg) => cpu.registers[reg]!);
  cpu.turns = [...cpu.turns.filter(({ head }) => head !== cpu.pc), { head: cpu.pc, effects: cpu.effects, values }];
  cpu.head = cpu.pc;
}

/** The value of a comparison that the demand of an open read decides: a cmpxchg that failed did not read what it expected. */
function decided(state: State, value: Value): Value {
  if (typeof value === 'number') return value;
  if (value.kind === 'unary' && value.op === '!') {
    const inner = decided(state, value.arg);
    return typeof inner === 'number' ? (inner === 0 ? 1 : 0) : value;
  }
  if (value.kind !== 'binary' || (value.op !== '==' && value.op !== '!=')) return value;
  for (const [one, other] of [
    [value.left, value.right],
    [value.right, value.left],
  ] as const) {
    if (typeof one === 'number' || one.kind !== 'read') continue;
    const demand = state.events[one.event]!.demand;
    if (demand === undefined || demand.mask !== -1 || !isSame(settle(state, demand.value), other)) continue;
    return demand.equal === (value.op === '==') ? 1 : 0;
  }
  return value;
}

function isSame(a: Value, b: Value): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a.kind === 'read' && b.kind === 'read' && a.event === b.event;
}

function holds(state: State, cpu: Cpu, cell: number, instruction: Instruction): boolean {
  try {
    return heldBy(state, cpu, cell, instruction) >= 0;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** RCU events that are no accesses: sections of plain RCU, and grace periods. */
function section(
  state: State,
  cpu: Cpu,
  cells: Cells,
  instruction: Extract<Instruction, { op: 'rcu-lock' | 'rcu-unlock' | 'rcu-sync' }>,
): void {
  const { domain } = instruction;
  const none = noEvents(state.words);
  const address = domain === undefined ? 0 : valueIn(state, cpu, domain);
  const cell = domain === undefined ? -1 : cellOf(cells, address, instruction);
  const addr = domain === undefined ? none : dependsOf(cpu, domain, state.words);
  const draft = { instruction, address, cell, addr, data: none };
  switch (instruction.op) {
    case 'rcu-lock':
      cpu.sections = [...cpu.sections, append(state, cpu, { ...draft, is: IS.rcuLock })];
      break;
    case 'rcu-unlock':
      append(state, cpu, { ...draft, is: IS.rcuUnlock, partner: cpu.sections.at(-1) ?? -1 });
      cpu.sections = cpu.sections.slice(0, -1);
      break;
    case 'rcu-sync':
      if (domain !== undefined && cell < 0)
        throw new Fault(instruction, 'expected the address of an srcu_struct that is known');
      append(state, cpu, { ...draft, is: IS.sync });
      break;
    default:
      instruction satisfies never;
  }
  cpu.pc++;
}

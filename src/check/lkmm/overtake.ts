// What a process that waits for a read may still write without being ordered behind that read: the writes worth running ahead
// for. Dependencies are followed over registers; memory is not, which only makes the answer larger.
import type { Instruction } from '../../types.ts';
import { successors, targetOf, usedBy } from './code.ts';
import type { Footing } from './footing.ts';
import type { Cpu } from './state.ts';

const uses = new WeakMap<Instruction, ReadonlySet<number>>();

function usesOf(instruction: Instruction): ReadonlySet<number> {
  let found = uses.get(instruction);
  if (found === undefined) {
    found = usedBy(instruction);
    uses.set(instruction, found);
  }
  return found;
}

/**
 * The feeds that the marked writes of `cpu` from here on may have without an address, data or control dependency on one of its
 * `open` reads; what stands behind a full fence does not count.
 */
export function mayOvertake(cpu: Cpu, footing: Footing, open: readonly number[]): Uint8Array {
  const { code, flow, ownFeeds } = footing;
  const depends = (set: Int32Array): boolean => open.some((r) => (set[r >>> 5]! & (1 << (r & 31))) !== 0);
  const feeds = new Uint8Array(ownFeeds[0]!.length);
  const tainted = code.map((): ReadonlySet<number> | undefined => undefined);
  tainted[cpu.pc] = new Set([...cpu.depends.keys()].filter((reg) => depends(cpu.depends[reg]!)));
  const guarded = new Uint8Array(code.length); // behind a branch that depends on an open read
  for (const { join, reads } of cpu.guards) if (depends(reads)) guard(code, cpu.pc, join, guarded);
  const work = [cpu.pc];
  for (let pc = work.pop(); pc !== undefined; pc = work.pop()) {
    const instruction = code[pc]!;
    const before = tainted[pc]!;
    if (footing.stops[pc] === 1) continue;
    const isTainted = [...usesOf(instruction)].some((reg) => before.has(reg));
    if (instruction.op === 'branch' && isTainted) guard(code, pc, flow.joins[pc]!, guarded);
    const after = new Set(before);
    const target = targetOf(instruction);
    if (target !== undefined) {
      // what a read gives does not depend on an open read, though where it reads may
      if (isTainted && instruction.op === 'set') after.add(target);
      else after.delete(target);
    }
    for (const to of successors(instruction, pc)) {
      const old = tainted[to];
      const met: ReadonlySet<number> = old === undefined ? after : new Set([...old].filter((reg) => after.has(reg)));
      if (old !== undefined && met.size === old.size) continue;
      tainted[to] = met;
      work.push(to);
    }
  }
  for (const [pc, instruction] of code.entries()) {
    const set = tainted[pc];
    if (set === undefined || guarded[pc] === 1 || [...usesOf(instruction)].some((reg) => set.has(reg))) continue;
    for (let k = 0; k < feeds.length; k++) if (ownFeeds[pc]![k] === 1) feeds[k] = 1;
  }
  return feeds;
}

/** Marks what is reached from `from` before `join`. */
function guard(code: readonly Instruction[], from: number, join: number, guarded: Uint8Array): void {
  const seen = new Set<number>();
  const work = code[from]!.op === 'branch' ? [...successors(code[from]!, from)] : [from];
  for (let pc = work.pop(); pc !== undefined; pc = work.pop()) {
    if (pc === join || seen.has(pc)) continue;
    seen.add(pc);
    guarded[pc] = 1;
    work.push(...successors(code[pc]!, pc));
  }
}

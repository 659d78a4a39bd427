// Assignments to registers that nothing reads, and branches with nothing in them.
import { registersOf, usedBy } from '../lkmm/code.ts';
import type { Part } from './parts.ts';

/** `parts` without them. An assignment has no event, so no execution changes. Quadratic at worst, in chains of assignments. */
export function withoutDead(parts: readonly Part[]): readonly Part[] {
  for (let now = parts; ; ) {
    const used = new Set<number>();
    collect(now, used);
    const next = pruned(now, used);
    if (sizeOf(next) === sizeOf(now)) return next;
    now = next;
  }
}

function collect(parts: readonly Part[], used: Set<number>): void {
  for (const part of parts) {
    if (part.kind === 'step') for (const reg of usedBy(part.instruction)) used.add(reg);
    if (part.kind !== 'if') continue;
    for (const reg of registersOf(part.cond)) used.add(reg);
    collect(part.then, used);
    collect(part.else, used);
  }
}

function pruned(parts: readonly Part[], used: ReadonlySet<number>): readonly Part[] {
  return parts.flatMap((part): readonly Part[] => {
    if (part.kind === 'step') return part.instruction.op === 'set' && !used.has(part.instruction.dst) ? [] : [part];
    if (part.kind !== 'if') return [part];
    const one = { ...part, then: pruned(part.then, used), else: pruned(part.else, used) };
    return one.then.length + one.else.length === 0 ? [] : [one];
  });
}

function sizeOf(parts: readonly Part[]): number {
  let size = 0;
  for (const part of parts) size += part.kind === 'if' ? 1 + sizeOf(part.then) + sizeOf(part.else) : 1;
  return size;
}

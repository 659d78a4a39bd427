// What processes see, as part of the end: a finer meaning than properties and outcomes.
import type { Cell, Instruction, Process, Program } from '../../src/types.ts';

const FIRST = 100_000; // address of the first cell that is added

/**
 * `one` with a cell for each instruction that reads into a register of `original`: what was read there last is part of every end. Two
 * programs with the same ends then cannot be told apart by what any process reads, nor by what is left in memory.
 */
export function witnessed(one: Program, original: Program): Program {
  const cells: Cell[] = [...one.cells];
  const addressOf = new Map<string, number>();
  const cellFor = (name: string): number => {
    const known = addressOf.get(name);
    if (known !== undefined) return known;
    const address = FIRST + addressOf.size * 8;
    addressOf.set(name, address);
    cells.push({ address, size: 4, object: name, field: '', init: -7, kind: 'word', signed: true });
    return address;
  };
  const processes = one.processes.map((process, p): Process => {
    const moved: number[] = [];
    const code: Instruction[] = [];
    for (const i of process.code) {
      moved.push(code.length);
      code.push(i);
      const isRead = 'dst' in i && i.dst !== undefined && i.op !== 'set' && i.op !== 'choose';
      if (!isRead || i.dst >= original.processes[p]!.registers) continue; // a register that splitting has added
      const address = { kind: 'const', value: cellFor(`${process.name} line ${i.at.frames[0]!.line}`) } as const;
      code.push({ op: 'store', address, value: { kind: 'reg', reg: i.dst }, order: 'once', at: i.at });
    }
    const jumps = code.map((i): Instruction => {
      if (i.op === 'branch') return { ...i, then: moved[i.then]!, else: moved[i.else]! };
      return i.op === 'jump' ? { ...i, to: moved[i.to]! } : i;
    });
    return { ...process, code: jumps };
  });
  return { ...one, cells, processes, observed: cells.map((_, index) => index) };
}

// The calls in lowered code: inlining leaves each one as a set of instructions that name it in their frames or their text.
import type { Instruction, Process } from '../types.ts';
import { operands, registersOf, written } from './program.ts';

/** One call as it stands in the code of a process. */
export interface CallSite {
  readonly name: string;
  readonly pcs: ReadonlySet<number>; // indices into the code
  readonly result: number | undefined; // register that holds its value when control leaves it; undefined: none is known
}

/**
 * Returns the calls in the code of `process`, by first instruction, outer calls first. A call that was lowered to nothing has no
 * instruction and is not among them. Two calls of one function on one line are one call site. Linear in code times nesting.
 */
export function callSites({ code }: Pick<Process, 'code'>): readonly CallSite[] {
  const known = sitesOfCode.get(code);
  if (known !== undefined) return known;
  const found = findSites(code);
  sitesOfCode.set(code, found);
  return found;
}

const sitesOfCode = new WeakMap<readonly Instruction[], readonly CallSite[]>();

function findSites(code: readonly Instruction[]): readonly CallSite[] {
  const sites = new Map<string, { readonly name: string; readonly pcs: Set<number> }>();
  for (const [pc, instruction] of code.entries()) {
    for (const { name, way } of callsAround(instruction)) {
      const key = `${name} < ${way}`;
      const site = sites.get(key) ?? { name, pcs: new Set<number>() };
      site.pcs.add(pc);
      sites.set(key, site);
    }
  }
  return [...sites.values()].map((site) => ({ ...site, result: resultOf(code, site.pcs) }));
}

/** The calls that an instruction is part of, outermost first, each with the way to it. The outermost frame is the process itself. */
function callsAround({ op, at }: Instruction): { name: string; way: string }[] {
  if (op === 'end') return [];
  const ways = at.frames.map((frame) => `${frame.function} ${frame.file}:${frame.line}`);
  const wayFrom = (index: number): string => ways.slice(index).join(' < ');
  const calls = at.frames
    .slice(0, -1)
    .map((frame, index) => ({ name: frame.function, way: wayFrom(index + 1) }))
    .reverse();
  // A primitive has no frame of its own: the text of its instructions is the call. A branch only tests what it gave.
  const own = op === 'branch' || op === 'jump' || op === 'assert' ? undefined : /^(\w+)\s*\(.*\)$/s.exec(at.text)?.[1];
  return own === undefined ? calls : [...calls, { name: own, way: wayFrom(0) }];
}

/** The register that is written inside and read first outside; of a call whose value nobody reads, the last one that it writes. */
function resultOf(code: readonly Instruction[], pcs: ReadonlySet<number>): number | undefined {
  const inside = new Set<number>();
  let last: number | undefined;
  for (const pc of pcs) {
    const register = written(code[pc]!);
    if (register === undefined) continue;
    inside.add(register);
    last = register;
  }
  const start = Math.min(...pcs);
  for (let pc = start; pc < code.length; pc++) {
    if (pcs.has(pc)) continue;
    const read = readBy(code[pc]!).find((register) => inside.has(register));
    if (read !== undefined) return read;
  }
  return last;
}

function readBy(instruction: Instruction): number[] {
  const registers = new Set<number>();
  for (const expr of operands(instruction)) registersOf(expr, registers);
  return [...registers];
}

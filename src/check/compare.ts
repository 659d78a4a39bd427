// Whether two programs are the same program to the checker.
import type { Instruction, Program } from '../types.ts';

/**
 * 128 bits, as hex, of everything that can change the outcome of `program`: equal for programs that differ only in the names of
 * registers and in places. Not a cryptographic hash. Linear in the size of the program.
 */
export function canonicalHash(program: Program): string {
  const cells = program.cells.map(({ address, object, field, init, kind, bits, counter }) => [
    address,
    object,
    field,
    init,
    kind,
    bits ?? {},
    counter ?? false,
  ]);
  const processes = program.processes.map(({ code, kind, cpu }) => [canonicalCode(code, false), kind ?? 'task', cpu]);
  const invariants = program.invariants.map(({ name, when, level, code }) => [
    name,
    when,
    level,
    canonicalCode(code, true),
  ]);
  return hash(JSON.stringify([cells, processes, invariants, program.observed]));
}

/** Code with registers numbered in the order of first use and without places. Register 0 of an invariant is its result. */
function canonicalCode(code: readonly Instruction[], keepsFirst: boolean): string {
  const names = new Map<number, number>(keepsFirst ? [[0, 0]] : []);
  const rename = (register: number): number => {
    const known = names.get(register);
    if (known !== undefined) return known;
    names.set(register, names.size);
    return names.size - 1;
  };
  return JSON.stringify(code, (key, value: unknown) => {
    if (key === 'at') return undefined;
    if ((key === 'dst' || key === 'reg') && typeof value === 'number') return rename(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Four lanes of multiply and xor-shift with the finaliser of MurmurHash3. */
function hash(text: string): string {
  const lanes = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    for (let lane = 0; lane < 4; lane++)
      lanes[lane] = Math.imul(lanes[lane]! ^ (code + lane * 0x01000193), 0x85ebca6b) ^ (lanes[(lane + 1) & 3]! >>> 13);
  }
  return lanes
    .map((lane) => {
      let h = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, '0');
    })
    .join('');
}

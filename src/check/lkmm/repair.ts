// Which single fence would forbid an outcome: each candidate is put into the program, and the program is checked again.
import type { CodePoint, Instruction, Program } from '../../types.ts';

/** A change of one source line that orders it: a fence before it, or a stronger access. */
export interface Repair {
  readonly what: 'smp_wmb()' | 'smp_rmb()' | 'smp_mb()' | 'acquire' | 'release';
  readonly processes: readonly number[]; // that run the line
  readonly at: CodePoint;
}

const FENCES = { 'smp_wmb()': 'wmb', 'smp_rmb()': 'rmb', 'smp_mb()': 'mb' } as const;

/**
 * The changes of one line each after which `isForbidden` says that the outcome is gone; the weakest of those at a line. One check a
 * candidate, so it is meant for small programs, or for the few instructions that `isAsked` names. None: the outcome does not come from the order of two accesses alone.
 */
export function repairsOf(
  program: Program,
  isForbidden: (changed: Program) => boolean,
  isAsked: (process: number, pc: number) => boolean = () => true,
): readonly Repair[] {
  const found: Repair[] = [];
  for (const line of linesOf(program, isAsked)) {
    const repair = candidatesAt(line).find((one) => isForbidden(applied(program, one)));
    if (repair !== undefined) found.push(repair);
  }
  return found;
}

/** The program with one repair in it. */
export function applied(program: Program, { what, at, processes }: Repair): Program {
  const key = keyOf(at);
  return {
    ...program,
    processes: program.processes.map((process, index) => {
      if (!processes.includes(index)) return process;
      if (what === 'acquire' || what === 'release') {
        const order = what;
        const code = process.code.map((one) =>
          keyOf(one.at) === key && isUpgraded(one, what) ? { ...one, order } : one,
        );
        return { ...process, code };
      }
      return { ...process, code: fenced(process.code, key, FENCES[what]) };
    }),
  };
}

/** A repair in a sentence: P1: smp_rmb() before 'r1 = READ_ONCE(*x)' (line 12). */
export function repairWords(program: Program, { what, at, processes }: Repair): string {
  const names = processes.map((process) => program.processes[process]!.name).join(', ');
  const line = at.frames[0] === undefined ? '' : ` (line ${at.frames[0].line})`;
  return what.endsWith('()')
    ? `${names}: ${what} before '${at.text}'${line}`
    : `${names}: '${at.text}' as ${what}${line}`;
}

interface Line {
  readonly at: CodePoint;
  readonly instructions: readonly Instruction[]; // accesses, one a process
  readonly processes: readonly number[];
  readonly isFirst: boolean; // of its process: nothing to order before it
}

/** The lines with accesses, in program order; one that several processes run is changed in all of them. */
function linesOf(program: Program, isAsked: (process: number, pc: number) => boolean): readonly Line[] {
  const lines = new Map<
    string,
    { at: CodePoint; instructions: Instruction[]; processes: number[]; isFirst: boolean }
  >();
  for (const [process, { code }] of program.processes.entries()) {
    let isFirst = true;
    for (const [pc, instruction] of code.entries()) {
      if (!('address' in instruction)) continue;
      if (!isAsked(process, pc)) {
        isFirst = false;
        continue;
      }
      const key = keyOf(instruction.at);
      const known = lines.get(key);
      if (known === undefined)
        lines.set(key, { at: instruction.at, instructions: [instruction], processes: [process], isFirst });
      else {
        known.instructions.push(instruction);
        if (!known.processes.includes(process)) known.processes.push(process);
        known.isFirst &&= isFirst;
      }
      isFirst = false;
    }
  }
  return [...lines.values()];
}

function keyOf(at: CodePoint): string {
  return `${at.text}@${at.frames.map(({ file, line }) => `${file}:${line}`).join('<')}`;
}

/** What may be tried at a line, the weakest first. */
function candidatesAt({ at, instructions, processes, isFirst }: Line): readonly Repair[] {
  const upgrades = (['release', 'acquire'] as const).filter((what) =>
    instructions.some((one) => isUpgraded(one, what)),
  );
  const fences = isFirst ? [] : (['smp_wmb()', 'smp_rmb()', 'smp_mb()'] as const);
  return [...upgrades, ...fences].map((what) => ({ what, at, processes }));
}

function isUpgraded(instruction: Instruction, what: 'acquire' | 'release'): boolean {
  if (instruction.op === 'load') return what === 'acquire' && instruction.order === 'once';
  return instruction.op === 'store' && what === 'release' && instruction.order === 'once';
}

/** Puts a fence before each access of the line; jumps to it go to the fence. */
function fenced(code: readonly Instruction[], key: string, fence: 'mb' | 'wmb' | 'rmb'): readonly Instruction[] {
  const moved: number[] = [];
  let shift = 0;
  for (const [pc, instruction] of code.entries()) {
    moved.push(pc + shift);
    if ('address' in instruction && keyOf(instruction.at) === key) shift++;
  }
  return code.flatMap((instruction): readonly Instruction[] => {
    const one = retargeted(instruction, moved);
    if (!('address' in instruction) || keyOf(instruction.at) !== key) return [one];
    return [{ op: 'fence', fence, at: instruction.at }, one];
  });
}

function retargeted(instruction: Instruction, moved: readonly number[]): Instruction {
  if (instruction.op === 'jump') return { ...instruction, to: moved[instruction.to]! };
  if (instruction.op !== 'branch') return instruction;
  return { ...instruction, then: moved[instruction.then]!, else: moved[instruction.else]! };
}

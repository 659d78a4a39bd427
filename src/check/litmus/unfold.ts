// A process as nested statements without loops: what it computes alone is computed here, its loops are unrolled, and only accesses
// that others can see, fences, and branches that depend on what was read are left.
import type { Expr, Instruction, Program } from '../../types.ts';
import { successors } from '../lkmm/code.ts';
import { flowOf } from '../lkmm/flow.ts';
import type { Reach } from '../lkmm/values.ts';
import { type Known, meet, type Part, type Way } from './parts.ts';
import { NoLitmus } from './print.ts';
import { step, type Walk } from './residue.ts';
import type { Sharing } from './sharing.ts';
import { simplified } from './simplify.ts';

/** What is left of a process, and how many registers it uses; the first ones are the process's own. */
export interface Unfolded {
  readonly parts: readonly Part[];
  readonly registers: number;
}

const TURNS = 3; // of a loop whose end depends on what was read
const MOST_STEPS = 50_000; // instructions run, of one process
const MOST_PARTS = 4_000;

/**
 * Unfolds a process. Cells that are not shared become registers, loads of fixed ones their value.
 * Throws NoLitmus for pointers to many objects, and for processes that grow beyond a bound. Linear in the statements
 * that are left, which is exponential in nested loops.
 */
export function unfold(program: Program, process: number, reach: Reach[number], sharing: Sharing): Unfolded {
  const { code, registers } = program.processes[process]!;
  const locals = program.cells.flatMap((_, cell) => (sharing.shared[cell] === true ? [] : [cell]));
  const walk: Walk = {
    program,
    process,
    reach,
    joins: flowOf(code, registers, []).joins,
    localOf: new Map(locals.map((cell, k) => [cell, registers + k])),
    sharing,
    scratch: registers + locals.length,
    steps: 0,
    parts: 0,
  };
  const known: Known = new Array<number | undefined>(registers).fill(0);
  for (const cell of locals) known.push(program.cells[cell]!.init | 0);
  const { parts } = run(walk, known, 0, code.length, new Map());
  return { parts, registers: walk.scratch + 1 };
}

/** Runs from `from` to `to`. `known` is changed; `ended`: no execution goes on behind it. */
function run(
  walk: Walk,
  known: Known,
  from: number,
  to: number,
  turns: Map<number, number>,
): { parts: Part[]; ended: boolean } {
  const { code } = walk.program.processes[walk.process]!;
  const parts: Part[] = [];
  for (let pc = from; pc !== to && pc < code.length; ) {
    const instruction = code[pc]!;
    if (++walk.steps > MOST_STEPS || walk.parts > MOST_PARTS)
      throw new NoLitmus(instruction.at, `expected at most ${MOST_PARTS} statements without loops`);
    switch (instruction.op) {
      case 'end':
      case 'stop':
        return { parts, ended: true };
      case 'jump':
        pc = instruction.to;
        break;
      case 'branch': {
        const cond = simplified(instruction.cond, known);
        if (cond.kind === 'const') {
          pc = cond.value === 0 ? instruction.else : instruction.then;
          break;
        }
        const turn = (turns.get(pc) ?? 0) + 1;
        const join = walk.joins[pc]!;
        if (turn > TURNS) {
          parts.push({ kind: 'give-up', at: instruction.at });
          return { parts, ended: true };
        }
        const ended = fork(walk, known, pc, cond, new Map(turns).set(pc, turn), parts);
        if (ended) return { parts, ended };
        pc = join;
        break;
      }
      default:
        if (!step(walk, known, instruction, pc, parts)) {
          parts.push({ kind: 'give-up', at: instruction.at });
          return { parts, ended: true };
        }
        pc = successors(instruction, pc)[0]!;
    }
  }
  return { parts, ended: false };
}

/** Both ways from a branch to where they meet; true when neither arrives there. */
function fork(walk: Walk, known: Known, pc: number, cond: Expr, turns: Map<number, number>, parts: Part[]): boolean {
  const { code } = walk.program.processes[walk.process]!;
  const branch = code[pc] as Extract<Instruction, { op: 'branch' }>;
  const [then, other] = [branch.then, branch.else].map((target): Way => {
    const own = [...known];
    return { known: own, ...run(walk, own, target, walk.joins[pc]!, turns) };
  }) as [Way, Way];
  const meeting = [then, other].filter(({ ended }) => !ended);
  meet(known, meeting, branch);
  walk.parts++;
  parts.push({ kind: 'if', cond, at: branch.at, then: then.parts, else: other.parts });
  return meeting.length === 0;
}

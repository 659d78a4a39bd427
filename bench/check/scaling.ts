// How the explorer scales with processors and folios, with and without each reduction. Run: npm run bench -- scaling
// Times are ms of this machine in this run: only the ratios and the counts of states mean something elsewhere.
import { explore } from '../../src/check/explore.ts';
import type { Outcome, Program } from '../../src/types.ts';
import { family } from './family.ts';
import { table } from './table.ts';

type Complete = Exclude<Outcome, { kind: 'refused' }>;
const LIMIT = { states: 20_000_000 };
const NONE = { merge: false, deadRegisters: false, movers: false, persistent: false, symmetry: false };
const SETTINGS = {
  none: NONE,
  merge: { ...NONE, merge: true },
  '+dead registers': { ...NONE, merge: true, deadRegisters: true },
  '+movers': { ...NONE, merge: true, deadRegisters: true, movers: true },
  '+persistent': { symmetry: false },
  'all (+symmetry)': {},
};

function run(program: Program, settings: Parameters<typeof explore>[3]): Complete {
  const outcome = explore(program, 'sc', LIMIT, settings);
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.why);
  return outcome;
}

/** First and median time of calls, ms. */
function time(
  program: Program,
  settings: Parameters<typeof explore>[3],
  calls: number,
): { cold: number; warm: number; outcome: Complete } {
  const times: number[] = [];
  let outcome = run(family('c', 1, 1, 'one word'), settings);
  for (let call = 0; call < calls; call++) {
    const start = performance.now();
    outcome = run(program, settings);
    times.push(performance.now() - start);
  }
  return { cold: times[0]!, warm: times.slice(1).sort((x, y) => x - y)[Math.floor((calls - 1) / 2)]!, outcome };
}

function verdict(outcome: Complete): string {
  return outcome.violations.length > 0 ? 'violated' : outcome.kind === 'complete' ? 'holds' : 'bounded';
}

const SIZES = [
  [2, 1],
  [2, 2],
  [2, 3],
  [3, 1],
  [3, 2],
  [3, 3],
  [4, 1],
  [4, 2],
  [4, 3],
] as const;

function printReductions(): void {
  for (const words of ['one word', 'split words'] as const) {
    const rows: (string | number)[][] = [['c', 'reductions', 'states', 'steps', 'cold ms', 'warm ms', 'verdict']];
    for (const [cpus, folios] of SIZES) {
      for (const [name, settings] of Object.entries(SETTINGS)) {
        const { cold, warm, outcome } = time(
          family('c', cpus, folios, words),
          settings,
          name.startsWith('all') ? 7 : 2,
        );
        rows.push([`${cpus}x${folios}`, name, outcome.states, outcome.transitions, cold, warm, verdict(outcome)]);
      }
    }
    for (const folios of [5, 7]) {
      const { cold, warm, outcome } = time(family('c', 4, folios, words), {}, 3);
      rows.push([`4x${folios}`, 'all', outcome.states, outcome.transitions, cold, warm, verdict(outcome)]);
    }
    table(`variant c, ${words}`, rows);
  }
}

/** Store buffers: states of x86-TSO against those of SC, with flags that are set by plain stores. */
function printTso(): void {
  const rows: (string | number)[][] = [['variant', 'size', 'SC states', 'TSO states', 'cold ms', 'verdict SC', 'TSO']];
  for (const variant of ['c', 'n'] as const) {
    for (const folios of [1, 2, 3]) {
      const program = family(variant, 4, folios, 'stored words');
      const start = performance.now();
      const tso = explore(program, 'tso', LIMIT);
      const ms = performance.now() - start;
      if (tso.kind === 'refused') throw new Error(tso.refusal.why);
      const sc = run(program, {});
      rows.push([variant, `4x${folios}`, sc.states, tso.states, ms, verdict(sc), verdict(tso)]);
    }
  }
  table('x86-TSO, flags stored', rows);
}

printReductions();
printTso();

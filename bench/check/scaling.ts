// How the explorer scales, and against SPIN end to end. Run: npm run bench, or bundle this file with esbuild and run it with node.
// Times are ms of this machine in this run: only the ratios and the counts of states mean something elsewhere.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explore } from '../../src/check/explore.ts';
import type { Outcome, Program } from '../../src/types.ts';
import { family, promela, type Variant } from './family.ts';

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

function table(title: string, rows: readonly (readonly (string | number)[])[]): void {
  const text = rows.map((row) =>
    row.map((field) =>
      typeof field === 'number' ? field.toLocaleString('en-US', { maximumFractionDigits: 1 }) : field,
    ),
  );
  const widths = text[0]!.map((_, column) => Math.max(...text.map((row) => row[column]!.length)));
  console.log(`\n${title}`);
  for (const row of text)
    console.log(
      row
        .map((field, column) => (column === 0 ? field.padEnd(widths[0]!) : field.padStart(widths[column]!)))
        .join('  '),
    );
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

/** SPIN end to end: ms of spin -a, of gcc -O0 and of pan, and what pan found. Undefined when spin or gcc is missing. */
function spin(
  variant: Variant,
  cpus: number,
  folios: number,
  expert: boolean,
): { total: number; pan: number; states: number; errors: number } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'relore-spin-'));
  try {
    writeFileSync(join(folder, 'm.pml'), promela(variant, cpus, folios, expert));
    const start = performance.now();
    execFileSync('spin', ['-a', 'm.pml'], { cwd: folder, stdio: 'pipe' });
    execFileSync('gcc', ['-O0', '-w', '-DSAFETY', '-o', 'pan', 'pan.c'], { cwd: folder, stdio: 'pipe' });
    const compiled = performance.now();
    const text = execFileSync('./pan', ['-m1000000', '-w18', '-c0'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 1e8,
    });
    const end = performance.now();
    const count = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
    return {
      total: end - start,
      pan: end - compiled,
      states: count(/(\d+) states, stored/),
      errors: count(/errors: (\d+)/),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function printSpin(): void {
  if (spawnSync('spin', ['-V']).status !== 0 || spawnSync('gcc', ['--version']).status !== 0) {
    console.log('\nagainst SPIN: not run, spin or gcc is not installed');
    return;
  }
  const head = [
    'variant',
    'size',
    'states',
    'SPIN',
    'expert',
    'ratio',
    'cold ms',
    'warm ms',
    'spin+gcc+pan ms',
    'pan ms',
    'cold faster',
    'verdicts',
  ];
  const rows: (string | number)[][] = [head];
  const runs = [
    ...SIZES.map(([cpus, folios]) => ['c', cpus, folios] as const),
    ['a', 2, 1],
    ['b', 2, 1],
    ['a', 4, 2],
    ['b', 4, 2],
  ] as const;
  for (const [variant, cpus, folios] of runs) {
    const plain = spin(variant, cpus, folios, false)!;
    const expert = spin(variant, cpus, folios, true)!;
    const { cold, warm, outcome } = time(family(variant, cpus, folios, 'one word'), {}, 7);
    const agree = plain.errors > 0 === outcome.violations.length > 0 && expert.errors > 0 === plain.errors > 0;
    const total = Math.min(plain.total, expert.total);
    rows.push([
      variant,
      `${cpus}x${folios}`,
      outcome.states,
      plain.states,
      expert.states,
      `${(expert.states / outcome.states).toFixed(1)}x`,
      cold,
      warm,
      total,
      Math.min(plain.pan, expert.pan),
      `${(total / cold).toFixed(0)}x`,
      agree ? 'equal' : 'DIFFERENT',
    ]);
  }
  table('against SPIN (gcc -O0, pan -w18, all violations), library call', rows);
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
printSpin();

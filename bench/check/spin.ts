// The explorer against SPIN on the munlock family. Run: npm run bench -- spin
// Processor time, ms, the least of several repeats that take turns: threads that compile our code count, and what else runs on the
// machine does not. Only the ratios and the counts mean something elsewhere. SPIN is given the better of two models: one by the book,
// and one tuned by hand (`expert`).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explore } from '../../src/check/explore.ts';
import { family, promela, type Variant } from './family.ts';
import { table } from './table.ts';

type Size = readonly [variant: Variant, cpus: number, folios: number];
const SMALL: readonly Size[] = [
  ['c', 2, 1],
  ['c', 2, 2],
  ['c', 2, 3],
  ['c', 3, 1],
  ['c', 3, 2],
  ['c', 3, 3],
  ['c', 4, 1],
  ['c', 4, 2],
  ['c', 4, 3],
  ['a', 2, 1],
  ['b', 2, 1],
  ['a', 4, 2],
  ['b', 4, 2],
];
const LARGE: readonly Size[] = [
  ['c', 4, 5],
  ['c', 4, 7],
];
const REPEATS = 3;
const self = fileURLToPath(import.meta.url);

interface Ours {
  readonly states: number;
  readonly isViolated: boolean;
  readonly cold: number; // ms of the first call in its process
  readonly warm: number; // least of the calls after it
}

/** Explores one member of the family; what the child process does. */
function explored([variant, cpus, folios]: Size, calls: number): Ours {
  const times: number[] = [];
  let ours = { states: 0, isViolated: false };
  for (let call = 0; call < calls; call++) {
    const start = process.cpuUsage();
    const outcome = explore(family(variant, cpus, folios, 'one word'), 'sc', { states: 20_000_000 });
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
    if (outcome.kind !== 'complete') throw new Error(`expected a complete search, got ${outcome.kind}`);
    ours = { states: outcome.states, isViolated: outcome.violations.length > 0 };
  }
  return { ...ours, cold: times[0]!, warm: Math.min(...times.slice(1)) };
}

/** Runs a command of the shell: what it prints, and the processor time of it and its children, ms. */
function timed(command: string, cwd?: string): { readonly text: string; readonly ms: number } {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time { ${command}; }`], {
    encoding: 'utf8',
    maxBuffer: 1e8,
    ...(cwd === undefined ? {} : { cwd }),
  });
  const [, user, system] = /(\S+) (\S+)\s*$/.exec(stderr) ?? [];
  if (status !== 0 || user === undefined) throw new Error(`expected ${command} to run, got ${stderr}`);
  return { text: stdout, ms: (Number(user) + Number(system)) * 1000 };
}

/** A fresh process that makes `calls` calls; with one call, its time is that of the command line. */
function child(size: Size, calls: number): Ours & { readonly whole: number } {
  const { text, ms } = timed(`'${process.execPath}' '${self}' --child ${size.join(' ')} ${calls}`);
  return { ...(JSON.parse(text) as Ours), whole: ms };
}

interface Theirs {
  readonly states: number;
  readonly isViolated: boolean;
  readonly total: number; // ms of spin -a, gcc and pan
  readonly pan: number;
}

function spin([variant, cpus, folios]: Size, expert: boolean, level: '-O0' | '-O2'): Theirs {
  const folder = mkdtempSync(join(tmpdir(), 'relore-spin-'));
  try {
    writeFileSync(join(folder, 'm.pml'), promela(variant, cpus, folios, expert));
    const made = timed(`spin -a m.pml && gcc ${level} -w -DSAFETY -o pan pan.c`, folder);
    const pan = timed(`./pan -m1000000 ${level === '-O0' ? '-w18' : '-w22'} -c0`, folder);
    const count = (pattern: RegExp): number => Number(pattern.exec(pan.text)?.[1] ?? Number.NaN);
    return {
      states: count(/(\d+) states, stored/),
      isViolated: count(/errors: (\d+)/) > 0,
      total: made.ms + pan.ms,
      pan: pan.ms,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function least(values: readonly number[]): number {
  return Math.min(...values);
}

const name = ([variant, cpus, folios]: Size): string => `${variant} ${cpus}x${folios}`;
const ratio = (a: number, b: number): string => `${(a / b).toFixed(1)}x`;

function printEndToEnd(): void {
  const head = [
    '',
    'states',
    'SPIN',
    'expert',
    'fewer',
    'call ms',
    'warm',
    'process',
    'spin gcc pan',
    'call',
    'warm',
    'process',
    'verdicts',
  ];
  const rows: (string | number)[][] = [head];
  for (const size of SMALL) {
    const runs = Array.from({ length: REPEATS }, () => ({
      first: child(size, 1),
      again: child(size, 8),
      plain: spin(size, false, '-O0'),
      expert: spin(size, true, '-O0'),
    }));
    const [{ first, plain, expert }] = runs as [(typeof runs)[number]];
    const call = least(runs.map((run) => run.first.cold));
    const wall = least(runs.map((run) => run.first.whole));
    const warm = least(runs.map((run) => run.again.warm));
    const total = least(runs.flatMap((run) => [run.plain.total, run.expert.total]));
    const agree = first.isViolated === plain.isViolated && first.isViolated === expert.isViolated;
    rows.push([
      name(size),
      first.states,
      plain.states,
      expert.states,
      ratio(expert.states, first.states),
      call,
      warm,
      wall,
      total,
      ratio(total, call),
      ratio(total, warm),
      ratio(total, wall),
      agree ? 'equal' : 'DIFFERENT',
    ]);
  }
  table('against SPIN end to end (gcc -O0, pan -w18): first library call and fresh process', rows);
}

/** Once compiled: what SPIN's search takes by itself, against our fresh process. */
function printPan(): void {
  const rows: (string | number)[][] = [
    ['', 'states', 'SPIN', 'expert', 'process ms', 'pan', 'pan expert', 'pan', 'expert'],
  ];
  for (const size of LARGE) {
    const runs = Array.from({ length: REPEATS }, () => ({
      ours: child(size, 1),
      plain: spin(size, false, '-O2'),
      expert: spin(size, true, '-O2'),
    }));
    const [{ ours, plain, expert }] = runs as [(typeof runs)[number]];
    const wall = least(runs.map((run) => run.ours.whole));
    const pan = least(runs.map((run) => run.plain.pan));
    const tuned = least(runs.map((run) => run.expert.pan));
    rows.push([
      name(size),
      ours.states,
      plain.states,
      expert.states,
      wall,
      pan,
      tuned,
      ratio(pan, wall),
      ratio(tuned, wall),
    ]);
  }
  table('against pan alone (gcc -O2, pan -w22): fresh process', rows);
}

function main(): void {
  const at = process.argv.indexOf('--child');
  if (at >= 0) {
    const [variant, cpus, folios, calls] = process.argv.slice(at + 1);
    process.stdout.write(JSON.stringify(explored([variant as Variant, Number(cpus), Number(folios)], Number(calls))));
    return;
  }
  if (spawnSync('spin', ['-V']).status !== 0 || spawnSync('gcc', ['--version']).status !== 0) {
    console.log('against SPIN: not run, spin or gcc is not installed');
    return;
  }
  printEndToEnd();
  printPan();
}

main();

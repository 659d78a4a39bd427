// LKMM: litmus tests in a batch, and the growing family of bench/check/family.ts. Times are ms of processor time in this run:
// other processes of the machine do not count.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { litmus } from '../../src/check/litmus/litmus.ts';
import { checkLkmm } from '../../src/check/lkmm/engine.ts';
import { exploreLkmm } from '../../src/check/lkmm/explore.ts';
import { family } from './family.ts';

const ROUNDS = 9;
const root = process.env['RELORE_ROOT'] ?? process.cwd();
const tree = process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12';

/** Processor time so far, ms. */
function now(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

function batch(name: string, folder: string): void {
  if (!existsSync(folder)) {
    console.log(`${name}: not here (${folder})`);
    return;
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.litmus'));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  const times: number[] = [];
  let executions = 0;
  for (let round = 0; round < ROUNDS; round++) {
    executions = 0;
    const start = now();
    for (const [k, text] of texts.entries()) {
      const test = litmus(text, files[k]!);
      if (test.kind === 'refused') continue;
      const answer = checkLkmm(test.program, test.question);
      if (answer.kind !== 'refused') executions += answer.graphs;
    }
    times.push(now() - start);
  }
  const each = (ms: number): string => (ms / files.length).toFixed(2);
  console.log(
    `${name}: ${files.length} tests, ${executions} executions; first round ${each(times[0]!)} ms a test, median ${each(median(times))} (goal 2)`,
  );
}

batch("the kernel's tests", join(tree, 'tools/memory-model/litmus-tests'));
batch('our own tests', join(root, 'fixtures/litmus'));

const SIZES = [
  ['split words', 2, 1, ''],
  ['split words', 2, 2, 'goal 50, herd7 2,400'],
  ['split words', 3, 1, 'goal 50, herd7 3,100'],
  ['split words', 3, 2, 'goal 1,000, herd7 more than 45,000'],
  ['one word', 2, 1, ''],
  ['one word', 2, 2, ''],
  ['one word', 3, 1, ''],
] as const;
for (const [words, cpus, folios, note] of SIZES) {
  const row = (['a', 'b', 'c'] as const).map((variant) => {
    const program = family(variant, cpus, folios, words);
    const start = now();
    const outcome = exploreLkmm(program);
    const ms = now() - start;
    if (outcome.kind === 'refused') return `${variant} refused`;
    const verdict = outcome.violations.length > 0 ? 'violated' : 'holds';
    return `${variant} ${verdict}, ${outcome.states} executions, ${outcome.transitions} steps, ${ms.toFixed(1)} ms`;
  });
  console.log(`${words} ${cpus}x${folios}: ${row.join('; ')}${note === '' ? '' : ` (${note})`}`);
}

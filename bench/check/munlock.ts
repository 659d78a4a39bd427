// S1 and S2 end to end: a fresh process that lowers and explores, against spin -a, gcc -O0 and pan on a twin by hand.
// Times are ms of this machine in this run, medians; the ratios mean something elsewhere.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { judge } from '../../src/judge.ts';
import { loadKnowledge } from '../../src/knowledge.ts';

const RUNS = 7;
const root = process.env['RELORE_ROOT'] ?? process.cwd();

/** Lowers and explores S1 and S2 of v6.12; what the child process does. */
async function explored(): Promise<{ scenario: string; states: number; violated: boolean }[]> {
  const knowledge = await loadKnowledge(join(root, 'rules'));
  const rule = knowledge.rules.find((one) => one.name === 'stranded-unevictable');
  if (rule === undefined) throw new Error('expected the rule stranded-unevictable');
  return ['S1', 'S2'].map((name) => {
    const scenario = rule.scenarios.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`expected the scenario ${name}`);
    const judged = judge(knowledge, knowledge.stack.at('v6.12'), rule, scenario, 'sc', 2_000_000);
    if (judged.kind === 'refused' || judged.outcome.kind === 'refused')
      throw new Error(`expected ${name} to be explored`);
    return { scenario: name, states: judged.outcome.states, violated: judged.outcome.violations.length > 0 };
  });
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

function timed(run: () => void): number {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** States and verdict of the twin; throws when a step fails. */
function spin(dir: string, define: readonly string[]): { states: number; violated: boolean } {
  execFileSync('spin', ['-a', ...define, 'munlock.pml'], { cwd: dir, stdio: 'pipe' });
  execFileSync('gcc', ['-O0', '-DSAFETY', '-o', 'pan', 'pan.c'], { cwd: dir, stdio: 'pipe' });
  const out = spawnSync('./pan', ['-w16', '-c0', '-e'], { cwd: dir, encoding: 'utf8' }).stdout;
  return { states: Number(/(\d+) states, stored/.exec(out)?.[1] ?? 0), violated: /errors: [1-9]/.test(out) };
}

async function main(): Promise<void> {
  if (process.argv.includes('--child')) {
    if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000'); // as src/cli/main.ts does
    process.stdout.write(JSON.stringify(await explored()));
    return;
  }
  const self = fileURLToPath(import.meta.url);
  const child = (): string =>
    execFileSync(process.execPath, [self, '--child'], { encoding: 'utf8', env: { ...process.env, RELORE_ROOT: root } });
  const ours = JSON.parse(child()) as { scenario: string; states: number; violated: boolean }[];
  const wall = timed(() => void child());
  console.log('S1 and S2 of stranded-unevictable at v6.12, base, both in one process');
  for (const one of ours)
    console.log(`  relore ${one.scenario}: ${one.violated ? 'violated' : 'holds'}, ${one.states} states`);
  console.log(`  relore, wall of a fresh process: ${wall.toFixed(0)} ms`);
  if (spawnSync('spin', ['-V']).status !== 0 || spawnSync('gcc', ['--version']).status !== 0) {
    console.log('  SPIN: not installed (apt packages spin, gcc)');
    return;
  }
  const dir = mkdtempSync(join(tmpdir(), 'relore-spin-'));
  try {
    copyFileSync(join(root, 'bench', 'check', 'munlock.pml'), join(dir, 'munlock.pml'));
    const both = [spin(dir, []), spin(dir, ['-DS2'])];
    const spinWall = timed(() => {
      spin(dir, []);
      spin(dir, ['-DS2']);
    });
    for (const [i, one] of both.entries())
      console.log(`  SPIN S${i + 1}: ${one.violated ? 'violated' : 'holds'}, ${one.states} states`);
    console.log(`  SPIN, spin -a + gcc -O0 + pan: ${spinWall.toFixed(0)} ms`);
    console.log(`  ratio SPIN / relore: ${(spinWall / wall).toFixed(1)}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

await main();

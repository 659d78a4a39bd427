// Start-up and a whole review, as a user sees them: wall time of processes, medians.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = process.env['RELORE_ROOT'] ?? process.cwd();
const bin = join(root, 'dist', 'relore.js');

/** Median wall time of `runs` runs of node with `args`, ms. Exit codes other than 0 and 1 throw. */
function wall(args: readonly string[], runs: number): number {
  const times: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const start = performance.now();
    execFileSync(process.execPath, args, { stdio: 'pipe' });
    if (i > 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

const bare = wall(['-e', '0'], 15);
const version = wall([bin, '--version'], 15);
console.log(
  `node -e 0: ${bare.toFixed(0)} ms; relore --version: ${version.toFixed(0)} ms; difference ${(version - bare).toFixed(0)} ms (goal: within 40)`,
);
const inputs: [string, string][] = [
  ['seed 003', join(root, '..', 'shared', 'seeds', '003_a1b80ebfd62945eb.txt')],
  ['threads/mlock-large-folio', join(root, 'threads', 'mlock-large-folio', 'thread.mbox')],
];
for (const [name, path] of inputs) {
  if (existsSync(path))
    console.log(
      `relore review, ${name}: ${wall([bin, 'review', path, '--format', 'json'], 5).toFixed(0)} ms wall (goal: under 1,000)`,
    );
  else console.log(`relore review, ${name}: skipped, ${path} is not there`);
}

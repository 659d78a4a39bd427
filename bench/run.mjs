// Bundles and runs every benchmark: `npm run bench`, or `npm run bench -- start munlock` for some. Prints ratios, asserts nothing.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const wanted = process.argv.slice(2);
const out = join('bench', 'out');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// What the build has read of the rules, as beside the command itself.
if (existsSync('dist/prepared.json')) copyFileSync('dist/prepared.json', join(out, 'prepared.json'));
const helpers = new Set(['family', 'table', 'place-samples', 'annotations', 'wilson', 'expected']); // no benchmarks of their own
const files = readdirSync('bench', { recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .sort();
for (const file of files) {
  const name = basename(file, '.ts');
  if (helpers.has(name) || (wanted.length > 0 && !wanted.includes(name))) continue;
  const outfile = join(out, `${file.replaceAll('/', '-').replace(/\.ts$/, '')}.mjs`);
  await build({
    entryPoints: [join('bench', file)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  console.log(`\n== bench/${file}`);
  const run = spawnSync(process.execPath, [outfile], {
    stdio: 'inherit',
    env: { ...process.env, RELORE_ROOT: process.cwd() },
  });
  if (run.status !== 0) process.exitCode = 1;
}

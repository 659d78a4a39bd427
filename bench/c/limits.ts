// What reading kernel C costs at most: mm/memory.c the first time in a process, one function of a file that is indexed, and
// hostile files in processes of 512 MB. CPU time, because the machine may be shared.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexFile } from '../../src/c/file-index.ts';
import { loadGrammar, parse } from '../../src/c/grammar.ts';
import { parseConfig } from '../../src/c/preprocess.ts';

const root = process.env['RELORE_ROOT'] ?? process.cwd();
const tree = process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12';
const MEGABYTES = 512;

/** What `run` takes, ms: CPU time of all threads (V8 compiles beside it), and wall time. */
function cost(run: () => void): { readonly cpu: number; readonly wall: number } {
  const from = process.cpuUsage();
  const began = performance.now();
  run();
  const { user, system } = process.cpuUsage(from);
  return { cpu: (user + system) / 1000, wall: performance.now() - began };
}

function readMemory(): void {
  const path = 'mm/memory.c';
  const text = readFileSync(join(tree, path), 'utf8');
  const config = parseConfig(readFileSync(join(root, 'rules/kernel.config'), 'utf8'));
  let count = 0;
  const first = cost(() => {
    const index = indexFile({ path, text }, config);
    for (const fn of index.functions.values()) {
      if (!fn.generated) parse(fn.text, 0, 1);
      count += 1;
    }
  });
  const index = indexFile({ path, text }, config);
  const times = [...index.functions.values()].map((fn) => cost(() => parse(fn.text, 0, 1)).cpu).sort((a, b) => a - b);
  const worst = times.at(-1) ?? 0;
  const median = times[Math.floor(times.length / 2)] ?? 0;
  console.log(
    `mm/memory.c, ${count} functions, first time: ${first.wall.toFixed(0)} ms wall, ${first.cpu.toFixed(0)} CPU (goal: under 250); one function, indexed: median ${median.toFixed(2)} ms, worst ${worst.toFixed(1)} ms (goal: under 5)`,
  );
}

const body = (text: string): string => `int specimen(int a)\n{\n${text}\n}\n`;
const HOSTILE: readonly (readonly [string, string | Buffer])[] = [
  ['a macro of 1 MB', `#define BIG(x) (x ${'+ 1 '.repeat(250_000)})\n${body('return BIG(a);')}`],
  ['braces that do not balance', `int specimen(int a)\n{\n${'{'.repeat(200_000)}`],
  [
    'recursive inlining',
    `int other(int a);\nint specimen(int a)\n{\n\treturn other(a);\n}\nint other(int a)\n{\n\treturn specimen(a);\n}\n`,
  ],
  ['a function of 100,000 lines', body(`${'a = a + 1;\n'.repeat(100_000)}return a;`)],
  [
    'bytes that are no UTF-8',
    Buffer.concat([
      Buffer.from('int specimen(int a)\n{\n\treturn a +'),
      Buffer.from([0xff, 0xfe, 0x80, 0]),
      Buffer.from(';\n}\n'),
    ]),
  ],
];

// Loaded before the command: tells its CPU time in s and the most memory it had in MB.
const RSS = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write('\\ncost ' + ((userCPUTime + systemCPUTime) / 1e6).toFixed(2) + ' ' + Math.round(maxRSS / 1024) + '\\n');
});`;

/** Lowers a hostile file in a process of its own, and prints what it took. */
function refuseHostile(): void {
  const dir = mkdtempSync(join(tmpdir(), 'relore-hostile-'));
  mkdirSync(join(dir, 'mm'));
  mkdirSync(join(dir, 'include'));
  writeFileSync(join(dir, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n');
  writeFileSync(join(dir, 'rss.cjs'), RSS);
  for (const [name, text] of HOSTILE) {
    writeFileSync(join(dir, 'mm/specimen.c'), text);
    const args = [
      `--max-old-space-size=${MEGABYTES}`,
      join(root, 'dist/relore.js'),
      'lower',
      'specimen',
      '--tree',
      dir,
    ];
    const run = spawnSync(process.execPath, ['-r', join(dir, 'rss.cjs'), ...args], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const [, time = '?', rss = '?'] = /^cost (\S+) (\S+)$/m.exec(run.stderr) ?? [];
    const why = run.stderr.split('\n')[0]?.slice(0, 110) ?? '';
    console.log(`${name}: exit ${run.status}, ${time} s CPU (goal: within 5), ${rss} MB (goal: within 512): ${why}`);
  }
  rmSync(dir, { recursive: true });
}

if (existsSync(tree)) {
  await loadGrammar();
  readMemory();
} else console.log(`mm/memory.c: skipped, needs ${tree}`);
refuseHostile();

// Places edits made on 6.1 into 6.12: statements deleted, moved, replaced, and two functions changed at once, in functions
// whose text changed. GNU patch and `git apply -3`, which has the file of 6.1 to merge with, stand beside relore.
// `--quick` takes one statement a function instead of four, `--misses` lists what was not placed right.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { applyPatch } from '../../src/c/apply.ts';
import { openTree } from '../../src/c/tree.ts';
import type { KernelSource } from '../../src/types.ts';
import { type EditKind, makeSamples, type Sample, words } from './place-samples.ts';

// The limits of place-tokens.ts were chosen on deletions of the first list and checked on the second.
const CHOSEN_ON =
  'swap mlock memory filemap memcontrol compaction vmscan migrate huge_memory rmap shmem truncate page_alloc';
const CHECKED_ON =
  'mempolicy khugepaged ksm gup hugetlb swapfile mmap mprotect mremap madvise page-writeback readahead workingset vmstat slub vmalloc memory-failure memory_hotplug userfaultfd oom_kill util swap_state zswap';
const KINDS: readonly EditKind[] = ['delete', 'move', 'replace', 'two functions'];

/** Counts of one way to place the samples. */
export interface Tally {
  readonly right: number;
  readonly wrong: number;
  readonly refused: number;
  readonly time: number; // ms a sample
  readonly misses: readonly string[];
}

/** Runs `place`, which gives the new text or why there is none, over the samples. */
function tally(samples: readonly Sample[], place: (sample: Sample) => { text: string } | { why: string }): Tally {
  const misses: string[] = [];
  let [right, wrong] = [0, 0];
  const started = performance.now();
  for (const sample of samples) {
    const placed = place(sample);
    if ('why' in placed) misses.push(`${sample.kind} ${sample.path} ${sample.functions.join(' ')}: ${placed.why}`);
    else if (words(placed.text) === sample.truth) right += 1;
    else {
      wrong += 1;
      misses.unshift(`WRONG ${sample.kind} ${sample.path} ${sample.functions.join(' ')}\n${sample.text}`);
    }
  }
  const time = (performance.now() - started) / Math.max(1, samples.length);
  return { right, wrong, refused: samples.length - right - wrong, time, misses };
}

/** relore; `known` tells it the function of each hunk, else hunks name none. */
export function placeAll(newer: KernelSource, samples: readonly Sample[], known: boolean): Tally {
  return tally(samples, ({ diff, functions }) => {
    const hunks = diff.hunks.map((hunk, index) => ({
      ...hunk,
      section: known ? `void ${functions[index] ?? ''}(void)` : '',
    }));
    const applied = applyPatch(newer, [{ ...diff, hunks }]);
    return applied.kind === 'applied' ? { text: applied.files[0]?.text ?? '' } : { why: applied.refusal.why };
  });
}

/** relore with the hunk headers that diff -p writes. */
export function placeAsPosted(newer: KernelSource, samples: readonly Sample[]): Tally {
  return tally(samples, ({ diff }) => {
    const applied = applyPatch(newer, [diff]);
    return applied.kind === 'applied' ? { text: applied.files[0]?.text ?? '' } : { why: applied.refusal.why };
  });
}

/** GNU patch with its default fuzz. */
export function patchAll(newer: KernelSource, samples: readonly Sample[]): Tally {
  const dir = mkdtempSync(join(tmpdir(), 'relore-place-'));
  const file = join(dir, 'file.c');
  const result = tally(samples, ({ path, text }) => {
    writeFileSync(file, newer.read(path)?.text ?? '');
    const options = ['-s', '-f', '-N', '-r', '-', file];
    const run = spawnSync('patch', options, { input: text, stdio: ['pipe', 'ignore', 'ignore'] });
    return run.status === 0 ? { text: readFileSync(file, 'utf8') } : { why: 'rejected' };
  });
  rmSync(dir, { recursive: true });
  return result;
}

/** `git apply -3` in a repository that has the file of `older`, so that it can merge. A conflict is a refusal. */
export function gitAll(older: KernelSource, newer: KernelSource, samples: readonly Sample[]): Tally {
  const dir = mkdtempSync(join(tmpdir(), 'relore-place-git-'));
  const git = (args: readonly string[], input = ''): number | null =>
    spawnSync('git', args, { cwd: dir, input, stdio: ['pipe', 'ignore', 'ignore'] }).status;
  git(['init', '-q']);
  let ready = '';
  const result = tally(samples, ({ path, text }) => {
    const old = older.read(path)?.text ?? '';
    mkdirSync(join(dir, dirname(path)), { recursive: true });
    if (ready !== path) git(['hash-object', '-w', '--stdin'], old);
    writeFileSync(join(dir, path), newer.read(path)?.text ?? '');
    git(['add', path]);
    ready = path;
    const blob = createHash('sha1')
      .update(`blob ${Buffer.byteLength(old)}\0`)
      .update(old)
      .digest('hex');
    const header = `diff --git a/${path} b/${path}\nindex ${blob}..${'1'.repeat(40)} 100644\n`;
    const isClean = git(['apply', '-3', '--whitespace=nowarn'], header + text) === 0;
    return isClean ? { text: readFileSync(join(dir, path), 'utf8') } : { why: 'conflict' };
  });
  rmSync(dir, { recursive: true });
  return result;
}

/** Prints the tables, or why they cannot be made. */
export function main(): void {
  const older = process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1';
  const newer = process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12';
  if (!existsSync(older) || !existsSync(newer)) {
    console.log(`place: skipped, needs ${older} and ${newer}`);
    return;
  }
  try {
    execFileSync('diff', ['--version'], { stdio: 'ignore' });
  } catch {
    console.log('place: skipped, needs diff');
    return;
  }
  const [before, after] = [openTree(older), openTree(newer)];
  const perFunction = process.argv.includes('--quick') ? 1 : 4;
  for (const list of [CHOSEN_ON, CHECKED_ON]) {
    const files = list.split(' ').map((name) => `mm/${name}.c`);
    const samples = makeSamples(before, after, { files, perFunction, kinds: KINDS });
    for (const kind of KINDS)
      printTable(
        before,
        after,
        kind,
        samples.filter((one) => one.kind === kind),
      );
    printTable(before, after, 'all', samples);
  }
}

function printTable(older: KernelSource, newer: KernelSource, kind: string, samples: readonly Sample[]): void {
  if (samples.length === 0) return;
  const rows: (readonly [string, Tally])[] = [
    ['relore, function known', placeAll(newer, samples, true)],
    ['relore, as posted', placeAsPosted(newer, samples)],
    ['relore, whole file', placeAll(newer, samples, false)],
  ];
  if (kind !== 'all')
    rows.push(['GNU patch', patchAll(newer, samples)], ['git apply -3', gitAll(older, newer, samples)]);
  console.log(`${kind}: ${samples.length} edits, 6.1 into 6.12`);
  for (const [name, { right, wrong, refused, time, misses }] of rows) {
    const share = ((100 * right) / samples.length).toFixed(1);
    console.log(
      `  ${name.padEnd(24)} ${right} right (${share} %), ${wrong} wrong, ${refused} refused, ${time.toFixed(1)} ms each`,
    );
    if (process.argv.includes('--misses') && name.startsWith('relore'))
      console.log(misses.map((line) => `    ${line}`).join('\n'));
  }
}

if (process.argv[1] !== undefined && /place\.(?:ts|js|mjs)$/.test(process.argv[1])) main();

// Places hunks made for 6.1 into 6.12: delete one statement, three lines of context, from functions whose text changed.
// The truth is the identical statement in the function of the same name. `--quick` takes one statement a function instead
// of four, `--misses` lists what was not placed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch } from '../../src/c/apply.ts';
import { type Definition, findFunctions } from '../../src/c/functions.ts';
import { lineAt, lineStarts } from '../../src/c/mask.ts';
import { scanStatements } from '../../src/c/statements.ts';
import { tokenize } from '../../src/c/tokens.ts';
import { openTree } from '../../src/c/tree.ts';
import type { FileDiff, Hunk, KernelSource } from '../../src/types.ts';

// The limits of place-tokens.ts were chosen on the first list and checked on the second.
const CHOSEN_ON =
  'swap mlock memory filemap memcontrol compaction vmscan migrate huge_memory rmap shmem truncate page_alloc';
const CHECKED_ON =
  'mempolicy khugepaged ksm gup hugetlb swapfile mmap mprotect mremap madvise page-writeback readahead workingset vmstat slub vmalloc memory-failure memory_hotplug userfaultfd oom_kill util swap_state zswap';

/** A deletion and the tokens of the file after it was made in the right place. */
export interface Sample {
  readonly path: string;
  readonly fn: string;
  readonly diff: FileDiff;
  readonly truth: string;
}

/** Counts of one way to place the samples. Times in ms a sample. */
export interface Tally {
  readonly right: number;
  readonly wrong: number;
  readonly refused: number;
  readonly time: number;
}

/** What to sample: files of mm/ without their ending, and the most statements of one function. */
export interface Plan {
  readonly files: string;
  readonly perFunction: number;
}

/** Returns the deletions that both sources allow, in the order of the files. */
export function makeSamples(older: KernelSource, newer: KernelSource, plan: Plan): Sample[] {
  return plan.files.split(' ').flatMap((name) => {
    const path = `mm/${name}.c`;
    const [from, to] = [older.read(path)?.text, newer.read(path)?.text];
    return from === undefined || to === undefined ? [] : samplesOf(path, { from, to }, plan.perFunction);
  });
}

function samplesOf(path: string, { from, to }: { from: string; to: string }, most: number): Sample[] {
  const samples: Sample[] = [];
  const later = findFunctions(to);
  const starts = lineStarts(from);
  const lines = from.split('\n');
  for (const fn of findFunctions(from)) {
    const same = later.filter((one) => one.name === fn.name);
    const twin = same[0];
    if (twin === undefined || same.length > 1 || words(from, fn) === words(to, twin)) continue;
    const found = scanStatements(from, fn);
    const there = scanStatements(to, twin);
    if (found.kind === 'refused' || there.kind === 'refused') continue;
    const candidates = found.all.flatMap((statement) => {
      if (statement.kind !== 'simple') return [];
      const line = lineAt(starts, statement.start) - 1;
      if (lines[line]?.trim() !== from.slice(statement.start, statement.end)) return [];
      const text = words(from, statement);
      const hits = there.all.filter((one) => words(to, one) === text);
      const own = found.all.filter((one) => words(from, one) === text);
      const hit = hits[0];
      if (hit === undefined || hits.length > 1 || own.length > 1) return [];
      return [{ line, hit }];
    });
    const step = Math.max(1, Math.floor(candidates.length / most));
    for (const { line, hit } of candidates.filter((_, index) => index % step === 0).slice(0, most)) {
      const truth = words(to.slice(0, hit.start) + to.slice(hit.end), { start: 0, end: to.length });
      samples.push({ path, fn: fn.name, diff: deletion(path, lines, line), truth });
    }
  }
  return samples;
}

function words(text: string, { start, end }: Pick<Definition, 'start' | 'end'>): string {
  return tokenize(text, start, end)
    .map((token) => token.text)
    .join(' ');
}

function deletion(path: string, lines: readonly string[], line: number): FileDiff {
  const first = Math.max(0, line - 3);
  const context = (from: number, to: number) => lines.slice(from, to).map((text) => ` ${text}`);
  const body = [...context(first, line), `-${lines[line] ?? ''}`, ...context(line + 1, line + 4)];
  const counts = { oldStart: first + 1, newStart: first + 1, oldLines: body.length, newLines: body.length - 1 };
  const hunk: Hunk = { ...counts, section: '', lines: body, complete: true };
  return { oldPath: path, newPath: path, oldBlob: undefined, newBlob: undefined, hunks: [hunk] };
}

/** Returns how many samples relore places right, wrong or not at all; `known` tells it the function. */
export function placeAll(
  newer: KernelSource,
  samples: readonly Sample[],
  known: boolean,
): Tally & { readonly misses: string[] } {
  const misses: string[] = [];
  let [right, wrong] = [0, 0];
  const started = performance.now();
  for (const sample of samples) {
    const hunks = sample.diff.hunks.map((hunk) => ({ ...hunk, section: known ? `void ${sample.fn}(void)` : '' }));
    const applied = applyPatch(newer, [{ ...sample.diff, hunks }]);
    if (applied.kind === 'refused') {
      misses.push(`${sample.path} ${sample.fn}: ${applied.refusal.why}`);
      continue;
    }
    const text = applied.files[0]?.text ?? '';
    if (words(text, { start: 0, end: text.length }) === sample.truth) right += 1;
    else {
      wrong += 1;
      misses.unshift(`WRONG ${sample.path} ${sample.fn}: ${sample.diff.hunks[0]?.lines.join('\n') ?? ''}`);
    }
  }
  const time = (performance.now() - started) / samples.length;
  return { right, wrong, refused: samples.length - right - wrong, time, misses };
}

/** The same by GNU patch with its default fuzz. */
export function patchAll(newer: KernelSource, samples: readonly Sample[]): Tally {
  const dir = mkdtempSync(join(tmpdir(), 'relore-place-'));
  let [right, wrong] = [0, 0];
  const started = performance.now();
  for (const { path, diff, truth } of samples) {
    const hunk = diff.hunks[0];
    if (hunk === undefined) continue;
    const file = join(dir, 'file.c');
    writeFileSync(file, newer.read(path)?.text ?? '');
    const header = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`;
    const input = `--- file.c\n+++ file.c\n${header}\n${hunk.lines.join('\n')}\n`;
    try {
      execFileSync('patch', ['-s', '-f', '-N', '-r', '-', file], { input, stdio: ['pipe', 'ignore', 'ignore'] });
    } catch {
      continue;
    }
    const text = readFileSync(file, 'utf8');
    if (words(text, { start: 0, end: text.length }) === truth) right += 1;
    else wrong += 1;
  }
  const time = (performance.now() - started) / samples.length;
  rmSync(dir, { recursive: true });
  return { right, wrong, refused: samples.length - right - wrong, time };
}

/** Prints the table, or why it cannot be made. */
export function main(): void {
  const older = process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1';
  const newer = process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12';
  if (!existsSync(older) || !existsSync(newer)) {
    console.log(`place: skipped, needs ${older} and ${newer}`);
    return;
  }
  const [before, after] = [openTree(older), openTree(newer)];
  const perFunction = process.argv.includes('--quick') ? 1 : 4;
  for (const files of [CHOSEN_ON, CHECKED_ON]) printTable(after, makeSamples(before, after, { files, perFunction }));
}

function printTable(source: KernelSource, samples: readonly Sample[]): void {
  const rows = [
    ['relore, function known', placeAll(source, samples, true)],
    ['relore, whole file', placeAll(source, samples, false)],
    ['GNU patch', patchAll(source, samples)],
  ] as const;
  console.log(`placing ${samples.length} deletions of one statement, 6.1 into 6.12`);
  for (const [name, tally] of rows) {
    const share = ((100 * tally.right) / samples.length).toFixed(1);
    const counts = `${tally.right} right (${share} %), ${tally.wrong} wrong, ${tally.refused} refused`;
    console.log(`  ${name.padEnd(24)} ${counts}, ${tally.time.toFixed(1)} ms each`);
    if (process.argv.includes('--misses') && 'misses' in tally) {
      console.log(tally.misses.map((line) => `    ${line}`).join('\n'));
    }
  }
}

if (process.argv[1] !== undefined && /place\.(?:ts|js|mjs)$/.test(process.argv[1])) main();

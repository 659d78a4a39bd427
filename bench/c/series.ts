// Real patches on real trees: how many relore applies, how many git and GNU patch, and whether the text is the same where
// both do. The files of ../shared/mail-samples/mm-patches, each on 6.1 and 6.12; a folder of several is a series.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { applyPatch } from '../../src/c/apply.ts';
import { isReadFrom, openTree, withFiles } from '../../src/c/tree.ts';
import { readThread } from '../../src/mail/read.ts';
import type { FileDiff, KernelSource } from '../../src/types.ts';

/** A patch of a series. */
export interface SamplePatch {
  readonly name: string;
  readonly files: readonly FileDiff[]; // those that relore reads
}

/** What became of a patch. Other programs: true when they apply it; `differs`: files whose text is not git's. */
export interface Tried {
  readonly name: string;
  readonly relore: string; // 'applied', 'nothing', or the reason why not
  readonly gitApply: boolean;
  readonly gitThreeWay: boolean;
  readonly gnuPatch: boolean; // without fuzz
  readonly differs: readonly string[];
}

/** Reads the series below `dir`: every folder with patch files, in the order of their names. */
export async function readSamples(dir: string): Promise<Map<string, SamplePatch[]>> {
  const found = new Map<string, SamplePatch[]>();
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('.patch')) continue;
    const thread = await readThread(readFileSync(join(dir, name)), name);
    for (const patch of thread.patches) {
      const files = patch.files.filter((file) => isReadFrom(file.newPath ?? file.oldPath ?? ''));
      const folder = dirname(name);
      // Files of one folder are one series when they are numbered from 1 to n.
      const series = /mm-lru/.test(folder) ? folder : name;
      found.set(series, [...(found.get(series) ?? []), { name, files }]);
    }
  }
  return found;
}

/** Applies the patches of a series to `source` in order, each also by git and GNU patch on the same text. */
export function trySeries(source: KernelSource, patches: readonly SamplePatch[]): Tried[] {
  let before = source;
  return patches.map(({ name, files }) => {
    if (files.length === 0)
      return { name, relore: 'nothing', gitApply: true, gitThreeWay: true, gnuPatch: true, differs: [] };
    const applied = applyPatch(before, files);
    const git = gitResult(before, files, []);
    const three = gitResult(before, files, ['-3']);
    const gnuPatch = patchResult(before, files);
    const differs: string[] = [];
    if (applied.kind === 'applied' && git !== undefined) {
      for (const file of applied.files) if (file.text !== (git.get(file.path) ?? '')) differs.push(file.path);
    }
    if (applied.kind === 'applied') before = withFiles(before, applied.files);
    const relore =
      applied.kind === 'applied' ? 'applied' : `${applied.refusal.place?.file ?? ''}: ${applied.refusal.why}`;
    return { name, relore, gitApply: git !== undefined, gitThreeWay: three !== undefined, gnuPatch, differs };
  });
}

/** The diff as git prints it. */
export function diffText(files: readonly FileDiff[]): string {
  return files
    .map(({ oldPath, newPath, oldBlob, newBlob, hunks }) => {
      const [old, fresh] = [oldPath ?? newPath ?? '', newPath ?? oldPath ?? ''];
      const kind =
        oldPath === undefined ? 'new file mode 100644\n' : newPath === undefined ? 'deleted file mode 100644\n' : '';
      const renamed = old === fresh ? '' : `rename from ${old}\nrename to ${fresh}\n`;
      const index = oldBlob === undefined || newBlob === undefined ? '' : `index ${oldBlob}..${newBlob}\n`;
      const names = `--- ${oldPath === undefined ? '/dev/null' : `a/${old}`}\n+++ ${newPath === undefined ? '/dev/null' : `b/${fresh}`}\n`;
      const body = hunks.map((hunk) => {
        const range = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@ ${hunk.section}`;
        return `${range.trimEnd()}\n${hunk.lines.join('\n')}\n`;
      });
      return `diff --git a/${old} b/${fresh}\n${kind}${renamed}${index}${hunks.length === 0 ? '' : names}${body.join('')}`;
    })
    .join('');
}

/** Runs `use` in a folder that holds the files a diff changes, and returns the files afterwards. */
function inFolder(
  source: KernelSource,
  files: readonly FileDiff[],
  use: (dir: string, patch: string) => boolean,
): Map<string, string> | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'relore-series-'));
  try {
    const paths = new Set(files.flatMap((file) => [file.oldPath, file.newPath]).filter((path) => path !== undefined));
    for (const path of paths) {
      const text = source.read(path)?.text;
      mkdirSync(join(dir, 'tree', dirname(path)), { recursive: true });
      if (text !== undefined) writeFileSync(join(dir, 'tree', path), text);
    }
    const patch = join(dir, 'a.patch');
    writeFileSync(patch, diffText(files));
    if (!use(join(dir, 'tree'), patch)) return undefined;
    return new Map(
      [...paths].flatMap((path) => {
        const full = join(dir, 'tree', path);
        return existsSync(full) ? [[path, readFileSync(full, 'utf8')] as const] : [];
      }),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The files after `git apply`, or undefined when it refuses. */
export function gitResult(
  source: KernelSource,
  files: readonly FileDiff[],
  options: readonly string[],
): Map<string, string> | undefined {
  const git = (cwd: string, args: readonly string[]): boolean =>
    spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd, stdio: 'ignore' }).status === 0;
  return inFolder(source, files, (dir, patch) => {
    git(dir, ['init', '-q']);
    if (options.includes('-3')) {
      git(dir, ['add', '-A']);
      git(dir, ['commit', '-q', '-m', 'base', '--allow-empty']);
    }
    return git(dir, ['apply', '--whitespace=nowarn', ...options, patch]);
  });
}

function patchResult(source: KernelSource, files: readonly FileDiff[]): boolean {
  const result = inFolder(source, files, (dir, patch) => {
    try {
      const input = readFileSync(patch);
      execFileSync('patch', ['-p1', '-s', '-f', '-N', '-F0', '-r', '-'], {
        cwd: dir,
        input,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      return true;
    } catch {
      return false;
    }
  });
  return result !== undefined;
}

/** Prints what applies where, or why it cannot. */
export async function main(): Promise<void> {
  const root = process.env['RELORE_ROOT'] ?? '.';
  const samples = join(root, '../shared/mail-samples/mm-patches');
  const trees = [
    ['6.1', process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1'],
    ['6.12', process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12'],
  ] as const;
  if (!existsSync(samples) || trees.some(([, dir]) => !existsSync(dir))) {
    console.log(`series: skipped, needs ${samples} and ${trees.map(([, dir]) => dir).join(' and ')}`);
    return;
  }
  const read = await readSamples(samples);
  for (const [version, dir] of trees) {
    const source = openTree(dir);
    const all: Tried[] = [];
    for (const patches of read.values()) all.push(...trySeries(source, patches));
    const tried = all.filter((one) => one.relore !== 'nothing');
    const count = (is: (one: Tried) => boolean) => tried.filter(is).length;
    console.log(
      `${version}: ${tried.length} patches that change mm/ or headers; relore applies ${count((one) => one.relore === 'applied')}, git apply ${count((one) => one.gitApply)}, git apply -3 ${count((one) => one.gitThreeWay)}, GNU patch -F0 ${count((one) => one.gnuPatch)}; other text than git ${count((one) => one.differs.length > 0)}`,
    );
    for (const one of tried) {
      const others = [one.gitApply ? 'git' : '', one.gitThreeWay ? 'git -3' : '', one.gnuPatch ? 'patch' : ''].filter(
        (word) => word !== '',
      );
      const differs = one.differs.length === 0 ? '' : ` DIFFERS FROM GIT: ${one.differs.join(', ')}`;
      console.log(`  ${one.name} [${others.join(', ')}] ${one.relore.slice(0, 160)}${differs}`);
    }
  }
}

if (process.argv[1] !== undefined && /series\.(?:ts|js|mjs)$/.test(process.argv[1])) void main();

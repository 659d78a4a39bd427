// Edits made on one version of a file together with the text they have to give on another: a statement is the same
// statement when the function has the same name, both texts have it exactly once, and its tokens are equal.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPatchFile } from '../../src/c/diff.ts';
import { type Definition, definitionAt, findFunctions } from '../../src/c/functions.ts';
import { lineStarts } from '../../src/c/mask.ts';
import { type Statement, scanStatements } from '../../src/c/statements.ts';
import { tokenize } from '../../src/c/tokens.ts';
import type { FileDiff, KernelSource } from '../../src/types.ts';

export type EditKind = 'delete' | 'move' | 'replace' | 'two functions';

/** An edit, as a diff of the older text, and what the newer text has to become. */
export interface Sample {
  readonly kind: EditKind;
  readonly path: string;
  readonly functions: readonly string[]; // per hunk, the one its first change is in
  readonly diff: FileDiff;
  readonly text: string; // the diff as a program reads it
  readonly truth: string; // tokens of the newer text after the edit
}

/** What to sample. */
export interface Plan {
  readonly files: readonly string[]; // paths
  readonly perFunction: number; // the most edits of a kind in one function
  readonly kinds: readonly EditKind[];
}

/** Returns the samples of `plan` that both sources allow, in the order of the files. */
export function makeSamples(older: KernelSource, newer: KernelSource, plan: Plan): Sample[] {
  const dir = mkdtempSync(join(tmpdir(), 'relore-samples-'));
  try {
    return plan.files.flatMap((path) => {
      const [from, to] = [older.read(path)?.text, newer.read(path)?.text];
      if (from === undefined || to === undefined) return [];
      return samplesOf({ path, from, to, dir, starts: lineStarts(from), definitions: findFunctions(from) }, plan);
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The tokens of a text, comments and layout aside. */
export function words(text: string, start = 0, end = text.length): string {
  return tokenize(text, start, end)
    .map((token) => token.text)
    .join(' ');
}

interface Pair {
  readonly path: string;
  readonly from: string;
  readonly to: string;
  readonly dir: string;
  readonly starts: readonly number[]; // of the lines of `from`
  readonly definitions: readonly Definition[]; // of `from`
}

/** A statement on a line of its own that both versions of a function have once. */
interface Twin {
  readonly fn: string;
  readonly old: Statement;
  readonly fresh: Statement;
}

function samplesOf(pair: Pair, plan: Plan): Sample[] {
  const later = findFunctions(pair.to);
  const groups: Twin[][] = [];
  for (const fn of pair.definitions) {
    const same = later.filter((one) => one.name === fn.name);
    const [twin] = same;
    if (twin === undefined || same.length > 1 || isRenamed(pair, fn, twin, later)) continue;
    if (words(pair.from, fn.start, fn.end) === words(pair.to, twin.start, twin.end)) continue;
    const twins = twinsOf(pair, fn, twin);
    if (twins.length > 0) groups.push(twins);
  }
  const samples: Sample[] = [];
  for (const [index, twins] of groups.entries()) {
    for (const kind of plan.kinds) {
      const edits = editsOf(kind, spread(twins, plan.perFunction), { all: twins, next: groups[index + 1] ?? [] });
      for (const edit of edits) samples.push(...sampleOf(pair, kind, edit));
    }
  }
  return samples;
}

/** Whether another function of the newer file, whose name the older one does not have, has more of the text of `fn`. */
function isRenamed(
  { from, to, definitions }: Pair,
  fn: Definition,
  twin: Definition,
  later: readonly Definition[],
): boolean {
  const text = new Set(linesOf(from, fn));
  const shared = (other: Definition): number => linesOf(to, other).filter((line) => text.has(line)).length;
  const own = shared(twin);
  const fresh = later.filter((one) => !definitions.some(({ name }) => name === one.name));
  return fresh.some((one) => shared(one) > own);
}

function linesOf(text: string, { bodyStart, end }: Definition): string[] {
  return text
    .slice(bodyStart, end)
    .split('\n')
    .filter((line) => line.trim().length > 3);
}

function spread<T>(list: readonly T[], most: number): T[] {
  const step = Math.max(1, Math.floor(list.length / most));
  return list.filter((_, index) => index % step === 0).slice(0, most);
}

function twinsOf({ from, to }: Pair, fn: Definition, twin: Definition): Twin[] {
  const [found, there] = [scanStatements(from, fn), scanStatements(to, twin)];
  if (found.kind === 'refused' || there.kind === 'refused') return [];
  const once = (text: string, all: readonly Statement[]): Map<string, Statement | undefined> => {
    const map = new Map<string, Statement | undefined>();
    for (const one of all) {
      const key = words(text, one.start, one.end);
      map.set(key, map.has(key) ? undefined : one);
    }
    return map;
  };
  const fresh = once(to, there.all);
  return [...once(from, found.all)].flatMap(([key, old]) => {
    const other = fresh.get(key);
    const isPlain = old?.kind === 'simple' && other?.kind === 'simple' && isOwnLine(from, old) && isOwnLine(to, other);
    return isPlain ? [{ fn: fn.name, old, fresh: other }] : [];
  });
}

function isOwnLine(text: string, { start, end }: Statement): boolean {
  const line = text.slice(text.lastIndexOf('\n', start) + 1, text.indexOf('\n', end));
  return line.trim() === text.slice(start, end);
}

/** One change at a statement: it goes, another takes its place, or text is put behind it. */
interface Change {
  readonly at: Twin;
  readonly put: string | undefined; // instead of it, or behind it when `keep`
  readonly keep: boolean;
}

function editsOf(
  kind: EditKind,
  twins: readonly Twin[],
  { all, next }: { readonly all: readonly Twin[]; readonly next: readonly Twin[] },
): { readonly changes: readonly Change[]; readonly moved?: Twin }[] {
  const gone = (at: Twin): Change => ({ at, put: undefined, keep: false });
  switch (kind) {
    case 'delete':
      return twins.map((at) => ({ changes: [gone(at)] }));
    case 'replace':
      return twins.map((at) => ({ changes: [{ at, put: 'cond_resched();', keep: false }] }));
    case 'move':
      return twins.flatMap((at, index) => {
        // Behind another statement of a block, some way off, in either direction.
        const targets = all.filter(
          (one) => one !== at && one.old.parent?.kind === 'block' && one.fresh.parent?.kind === 'block',
        );
        const to = targets[(index * 7 + all.indexOf(at)) % Math.max(1, targets.length)];
        return to === undefined ? [] : [{ changes: [gone(at), { at: to, put: undefined, keep: true }], moved: at }];
      });
    case 'two functions':
      return twins.flatMap((at, index) => {
        const other = next[index % Math.max(1, next.length)];
        return other === undefined ? [] : [{ changes: [gone(at), gone(other)] }];
      });
    default:
      return kind satisfies never;
  }
}

function sampleOf(
  pair: Pair,
  kind: EditKind,
  { changes, moved }: { readonly changes: readonly Change[]; readonly moved?: Twin },
): Sample[] {
  const said = moved === undefined ? '' : pair.from.slice(moved.old.start, moved.old.end);
  const edited = editText(pair.from, changes, 'old', said);
  if (edited === pair.from) return [];
  const text = diffOf(pair, edited);
  const [diff] = readPatchFile(text, pair.path).files;
  if (diff === undefined) return [];
  const functions = diff.hunks.map((hunk) => {
    const lead = hunk.lines.findIndex((line) => line[0] !== ' ');
    const offset = pair.starts[hunk.oldStart - 1 + Math.max(0, lead)] ?? 0;
    return definitionAt(pair.definitions, offset)?.name ?? '';
  });
  const truth = words(editText(pair.to, changes, 'fresh', said));
  return [{ kind, path: pair.path, functions, diff, text, truth }];
}

function editText(text: string, changes: readonly Change[], side: 'old' | 'fresh', moved: string): string {
  const ordered = [...changes].sort((a, b) => b.at[side].start - a.at[side].start);
  let result = text;
  for (const { at, put, keep } of ordered) {
    const statement = at[side];
    const start = result.lastIndexOf('\n', statement.start) + 1;
    const end = result.indexOf('\n', statement.end) + 1;
    const indent = /^\s*/.exec(result.slice(start, end))?.[0] ?? '';
    const own = result.slice(start, end);
    const fresh = keep ? `${own}${indent}${moved}\n` : put === undefined ? '' : `${indent}${put}\n`;
    result = result.slice(0, start) + fresh + result.slice(end);
  }
  return result;
}

function diffOf({ path, from, dir }: Pair, edited: string): string {
  const [a, b] = [join(dir, 'a'), join(dir, 'b')];
  if (readIf(a) !== from) writeFileSync(a, from);
  writeFileSync(b, edited);
  try {
    execFileSync('diff', ['-u', '-p', '--label', `a/${path}`, '--label', `b/${path}`, a, b], { encoding: 'utf8' });
  } catch (error) {
    const { status, stdout } = error as { status?: number; stdout?: string };
    if (status === 1 && stdout !== undefined) return stdout;
    throw error;
  }
  return `--- a/${path}\n+++ b/${path}\n`;
}

function readIf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

// The model sources: a quilt-style stack of our own patches over the oldest modelled version. `series` lists the
// patch files; `# tag v5.11` lines between them name the versions, `# base v4.16 mm/swap.c` files whose base is younger.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { Edit, FileDiff, KernelSource, SourceFile } from '../types.ts';
import { type PatchFile, readPatchFile } from './diff.ts';
import { parseEdits } from './edit-language.ts';
import { placeByText } from './place-text.ts';
import { type LineChange, openTarget, rewrite } from './rewrite.ts';

/** One patch of the stack, named after the real commit it stands for. */
export interface StackPatch {
  readonly file: string; // its line in series
  readonly commit: string; // '' for a patch that stands for no single commit
  readonly subject: string; // in our words
  readonly release: string; // v5.11
  readonly confidence: string;
  readonly tagAfter: string | undefined; // the first version that has it
}

/** What reverting a commit means on code that later patches changed. */
export interface RevertReading {
  readonly words: string;
  readonly edits: readonly Edit[];
}

/** The versions of the model sources. */
export interface Stack {
  readonly tags: readonly string[]; // oldest first
  readonly released: ReadonlyMap<string, string>; // tag -> day of the release, YYYY-MM-DD; absent when the series names none
  readonly patches: readonly StackPatch[]; // in order
  readonly since: ReadonlyMap<string, string>; // file of the base -> the tag it is the text of; absent: the first tag
  /** The sources of a version. Throws InputError for an unknown tag, and for a patch that does not apply. */
  at(tag: string): KernelSource;
  /** The sources after the first `count` patches, for bisection. The name is `v5.11+2` between versions. */
  after(count: number): KernelSource;
  /** The readings of `revert COMMIT`; an abbreviated id of 7 digits is enough. Undefined: the stack knows none. */
  revertReadings(commit: string): readonly RevertReading[] | undefined;
}

interface Entry {
  readonly patch: StackPatch;
  readonly diff: PatchFile;
  readonly path: string; // of the patch file, for error places
  readonly readings: readonly RevertReading[];
}

/**
 * Opens the stack in `dir`: `series`, `base/`, `patches/`. Patch files are read at once, versions are built when asked
 * for and kept. Throws InputError with file and line for a series or a patch file that cannot be read.
 */
export function openStack(dir: string): Stack {
  const series = readSeries(dir);
  const entries = series.files.map((file, index) => readEntry(dir, file, tagAfter(series, index)));
  const built: ReadonlyMap<string, SourceFile>[] = [];
  const sources = new Map<string, KernelSource>();
  const build = (count: number): ReadonlyMap<string, SourceFile> => {
    if (built.length === 0) built.push(readBase(join(dir, 'base')));
    for (let step = built.length; step <= count; step += 1) {
      const entry = entries[step - 1];
      if (entry !== undefined) built.push(applyEntry(built[step - 1] ?? new Map(), entry));
    }
    return built[count] ?? new Map();
  };
  const source = (count: number, name: string): KernelSource => {
    const known = sources.get(name) ?? modelSource(name, build(count));
    sources.set(name, known);
    return known;
  };
  return {
    tags: series.tags.map((tag) => tag.name),
    released: new Map(series.tags.flatMap((tag) => (tag.released === undefined ? [] : [[tag.name, tag.released]]))),
    patches: entries.map((entry) => entry.patch),
    since: series.since,
    at(name) {
      const tag = series.tags.find((one) => one.name === name);
      if (tag !== undefined) return source(tag.count, tag.name);
      const expected = `one of the versions ${series.tags.map((one) => one.name).join(', ')}`;
      throw new InputError({ place: { file: join(dir, 'series') }, expected, found: name });
    },
    after(count) {
      const bounded = Math.max(0, Math.min(count, entries.length));
      const tag = series.tags.findLast((one) => one.count <= bounded);
      const past = bounded - (tag?.count ?? 0);
      return source(bounded, past === 0 && tag !== undefined ? tag.name : `${tag?.name ?? 'base'}+${past}`);
    },
    revertReadings(commit) {
      const wanted = commit.toLowerCase();
      const entry = wanted.length < 7 ? undefined : entries.find(({ patch }) => isSameCommit(patch.commit, wanted));
      return entry === undefined || entry.readings.length === 0 ? undefined : entry.readings;
    },
  };
}

function isSameCommit(one: string, other: string): boolean {
  return one.length >= 7 && (one.startsWith(other) || other.startsWith(one));
}

interface Tag {
  readonly name: string;
  readonly count: number; // patches below the tag
  readonly released: string | undefined; // YYYY-MM-DD
}

interface Series {
  readonly files: readonly string[];
  readonly tags: readonly Tag[];
  readonly since: ReadonlyMap<string, string>;
}

function readSeries(dir: string): Series {
  const path = join(dir, 'series');
  const files: string[] = [];
  const tags: Tag[] = [];
  const since = new Map<string, string>();
  for (const [index, raw] of readText(path).split('\n').entries()) {
    const line = raw.trim();
    const fail = (expected: string) =>
      new InputError({ place: { file: path, line: index + 1 }, expected, found: line });
    const tag = /^#\s*tag\s+(\S.*)$/.exec(line)?.[1];
    if (tag !== undefined) {
      const [, name = '', released] = /^(\S+)(?:\s+(\d{4}-\d\d-\d\d))?$/.exec(tag) ?? [];
      if (name === '' || tags.some((one) => one.name === name))
        throw fail('# tag, one new version name, and its day of release YYYY-MM-DD or nothing');
      tags.push({ name, count: files.length, released });
    } else if (/^#\s*base\s/.test(line)) {
      const [, , tag = '', ...paths] = line.split(/\s+/);
      for (const path of paths) since.set(path, tag);
    } else if (line !== '' && !line.startsWith('#')) {
      if (!/^[\w.+-]+\.patch$/.test(line) || files.includes(line)) throw fail('the name of one patch file of patches/');
      files.push(line);
    }
  }
  if (tags.length === 0)
    throw new InputError({ place: { file: path }, expected: 'a line # tag VERSION', found: 'none' });
  return { files, tags, since };
}

function tagAfter(series: Series, index: number): string | undefined {
  return series.tags.find((tag) => tag.count > index)?.name;
}

function readEntry(dir: string, file: string, tag: string | undefined): Entry {
  const path = join(dir, 'patches', file);
  const diff = readPatchFile(readText(path), path);
  const fields = new Map<string, string>();
  const readings: RevertReading[] = [];
  for (const [index, line] of diff.header.entries()) {
    const field = /^([A-Z][A-Za-z-]*):\s*(.*)$/.exec(line);
    if (field === null) continue;
    const [, key = '', value = ''] = field;
    if (key === 'Revert-reading') readings.push(readReading(value, { file: path, line: index + 1 }));
    else if (!fields.has(key)) fields.set(key, value.trim());
  }
  const subject = fields.get('Subject');
  if (subject === undefined) {
    throw new InputError({ place: { file: path, line: 1 }, expected: 'a line Subject: in the header', found: 'none' });
  }
  const patch = {
    file,
    commit: (fields.get('Commit') ?? '').split(/\s/)[0]?.toLowerCase() ?? '',
    subject,
    release: fields.get('Release') ?? '',
    confidence: fields.get('Confidence') ?? '',
    tagAfter: tag,
  };
  return { patch, diff, path, readings };
}

/** `name: edit line; edit line` */
function readReading(value: string, place: { readonly file: string; readonly line: number }): RevertReading {
  const colon = value.indexOf(':');
  if (colon < 1) throw new InputError({ place, expected: 'Revert-reading: NAME: EDIT; EDIT', found: value });
  return { words: value.slice(0, colon).trim(), edits: parseEdits(value.slice(colon + 1), place) };
}

function readBase(dir: string): Map<string, SourceFile> {
  const files = new Map<string, SourceFile>();
  let names: string[];
  try {
    names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  } catch {
    throw new InputError({ place: { file: dir }, expected: 'a folder with the oldest sources', found: 'none' });
  }
  for (const name of names.map((one) => one.replaceAll('\\', '/')).sort()) {
    if (/\.[ch]$/.test(name)) files.set(name, { path: name, text: readText(join(dir, name)) });
  }
  return files;
}

function applyEntry(before: ReadonlyMap<string, SourceFile>, entry: Entry): ReadonlyMap<string, SourceFile> {
  const after = new Map(before);
  for (const [index, diff] of entry.diff.files.entries()) {
    const lines = entry.diff.lines[index] ?? [];
    const text = diff.oldPath === undefined ? '' : after.get(diff.oldPath)?.text;
    if (text === undefined) throw misfit(entry, lines[0], `a change of a file that exists`, diff.oldPath ?? '');
    if (diff.oldPath !== undefined && diff.oldPath !== diff.newPath) after.delete(diff.oldPath);
    const path = diff.newPath;
    if (path !== undefined) after.set(path, { path, text: patched(text, diff, entry, lines) });
  }
  return after;
}

/** Exact lines, at the stated place or at the only other one. */
function patched(text: string, diff: FileDiff, entry: Entry, lines: readonly number[]): string {
  if (diff.oldPath === undefined) {
    return `${diff.hunks.flatMap((hunk) => hunk.lines.map((line) => line.slice(1))).join('\n')}\n`;
  }
  const target = openTarget({ path: diff.oldPath, text });
  const changes: LineChange[] = [];
  let window = { from: 0, drift: 0 };
  for (const [index, hunk] of diff.hunks.entries()) {
    const placed = placeByText(target, hunk, window);
    if (placed?.kind !== 'placed') {
      throw misfit(
        entry,
        lines[index],
        `a hunk whose old lines stand in ${diff.oldPath}`,
        placed?.why ?? 'lines that are not there',
      );
    }
    changes.push(...placed.changes);
    window = { from: placed.to, drift: placed.from - (hunk.oldStart - 1) };
  }
  return rewrite(target.file, changes).text;
}

function misfit(entry: Entry, line: number | undefined, expected: string, found: string): InputError {
  return new InputError({ place: { file: entry.path, line: line ?? 1 }, expected, found });
}

function modelSource(name: string, files: ReadonlyMap<string, SourceFile>): KernelSource {
  return { kind: 'model', name, paths: [...files.keys()].sort(), read: (path) => files.get(path) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new InputError({ place: { file: path }, expected: 'a file that can be read', found: 'none' });
  }
}

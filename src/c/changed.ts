// What a change of files did, told by functions.
import type { AppliedEdit, KernelSource, SourceFile } from '../types.ts';
import { findFunctions, findMacros } from './functions.ts';
import { functionOfLine, type LineChange, type Target } from './rewrite.ts';
import { tokenize } from './tokens.ts';

/**
 * Returns the sorted names of the functions and function-like macros whose tokens differ between `source` and
 * `files`: changed, added or taken away. Comments and layout do not count. Linear in the files.
 */
export function changedFunctions(source: KernelSource, files: readonly SourceFile[]): string[] {
  const names = new Set<string>();
  for (const file of files) {
    const before = definitionTexts(source.read(file.path)?.text ?? '');
    const after = definitionTexts(file.text);
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(name), after.get(name)];
      if (was === undefined || is === undefined || (was !== is && wordsOf(was) !== wordsOf(is))) names.add(name);
    }
  }
  return [...names].sort();
}

/** By name; definitions of one name in several #if arms are joined. */
function definitionTexts(text: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const found of [...findFunctions(text), ...findMacros(text)]) {
    texts.set(found.name, `${texts.get(found.name) ?? ''}\n${text.slice(found.start, found.end)}`);
  }
  return texts;
}

function wordsOf(text: string): string {
  return tokenize(text)
    .map((token) => token.text)
    .join(' ');
}

/**
 * Returns what `changes` do to `target`, one entry a run of changed lines that has code, in the order of the file.
 * Lines are 1-based, of the file before. Code that is taken out at one place and put in at another is one move.
 */
export function describeChanges(target: Target, path: string, changes: readonly LineChange[]): AppliedEdit[] {
  const runs = changes.map((change) => runOf(target, change)).filter((run) => run.removed !== run.added);
  const edits: AppliedEdit[] = [];
  const arrivals = new Set<Run>();
  const sources = new Map<Run, Run>();
  for (const run of runs) {
    if (run.added !== '') continue;
    const arrival = runs.find((other) => other.removed === '' && other.added === run.removed && !arrivals.has(other));
    if (arrival === undefined) continue;
    arrivals.add(arrival);
    sources.set(run, arrival);
  }
  for (const run of runs) {
    const place = { function: run.function, file: path, line: run.line };
    const arrival = sources.get(run);
    if (arrivals.has(run)) continue;
    if (arrival !== undefined) {
      const ends = { before: `line ${run.line}`, after: `line ${arrival.line}` };
      edits.push({ ...place, kind: 'move', what: run.removed, ...ends });
    } else if (run.removed === '') {
      edits.push({ ...place, kind: 'insert', what: run.added, after: run.added });
    } else if (run.added === '') {
      edits.push({ ...place, kind: 'delete', what: run.removed, before: run.removed });
    } else {
      edits.push({ ...place, kind: 'replace', what: run.removed, before: run.removed, after: run.added });
    }
  }
  return edits;
}

interface Run {
  readonly line: number; // 1-based, of the file before
  readonly removed: string;
  readonly added: string;
  readonly function: string; // '' outside functions
}

function runOf(target: Target, change: LineChange): Run {
  const line = change.remove > 0 ? change.at : Math.max(0, change.at - 1);
  return {
    line: Math.max(1, Math.abs(target.file.origin?.[line] ?? line + 1)),
    removed: codeOf(target.lines.slice(change.at, change.at + change.remove)),
    added: codeOf(change.add.map((line) => line.text)),
    function: functionOfLine(target, change.at)?.name ?? '',
  };
}

/** Code on one line: comments dropped, blanks folded, a brace without its partner dropped. */
function codeOf(lines: readonly string[]): string {
  const text = lines.join('\n');
  let code = '';
  let end = 0;
  for (const token of tokenize(text)) {
    if (code !== '' && token.start > end) code += ' ';
    code += token.text;
    end = token.end;
  }
  const balance = [...code].reduce((sum, mark) => sum + (mark === '{' ? 1 : mark === '}' ? -1 : 0), 0);
  if (balance === 1) return code.replace(/^\{ ?| ?\{$/, '');
  return balance === -1 ? code.replace(/^\} ?| ?\}$/, '') : code;
}

// One edit in one function: its readings as line changes, or why it cannot be made.
import type { Edit, Vocabulary } from '../types.ts';
import { anyOf, findSites, type Name, nameOf, type Site } from './anchor.ts';
import {
  bracesAround,
  codeLines,
  copyOf,
  indentOf,
  inOrder,
  linesOf,
  putBeside,
  type Room,
  takeAway,
} from './edit-lines.ts';
import type { LineChange } from './rewrite.ts';
import type { Statement } from './statements.ts';

/** An edit of the algebra; `revert` is resolved before it comes here. */
export type Step = Exclude<Edit, { readonly kind: 'revert' }>;

/** One way to read an edit. `words` is '' when there is only one. */
export interface Reading {
  readonly words: string;
  readonly changes: readonly LineChange[];
}

/** Returns the names that must be called in a function for `edit` to mean it. */
export function anchorsOf(edit: Step, vocabulary: Vocabulary): Name[] {
  switch (edit.kind) {
    case 'move':
    case 'swap':
      return [nameOf(vocabulary, edit.what.call), nameOf(vocabulary, edit.anchor.call)];
    case 'insert':
      return [nameOf(vocabulary, edit.anchor.call)];
    case 'move-into-lock':
      return [
        nameOf(vocabulary, edit.what.call),
        lockOf(edit.lock.lock, vocabulary)?.acquire ?? anyOf(edit.lock.lock, []),
      ];
    case 'delete':
    case 'wrap':
    case 'replace':
      return [nameOf(vocabulary, edit.what.call)];
    default:
      return edit satisfies never;
  }
}

/** Returns the lock that a name or a speaker's words mean. */
export function lockOf(
  said: string,
  vocabulary: Vocabulary,
): { readonly acquire: Name; readonly release: string } | undefined {
  const wanted = said.toLowerCase();
  const lock = vocabulary.locks.find(
    (one) => one.name.toLowerCase() === wanted || one.words.some((words) => words.toLowerCase() === wanted),
  );
  return lock && { acquire: anyOf(lock.name, lock.acquire), release: lock.release };
}

/** The calls that an edit names, at one choice of them: one for each of anchorsOf. */
export type Choice = readonly Site[];

/** Returns the calls of each anchor in the function. */
export function sitesOf(edit: Step, room: Room, vocabulary: Vocabulary): Site[][] {
  const found = anchorsOf(edit, vocabulary).map((name) => findSites(room.code, room.fn, room.all, name));
  const [what, lock] = found;
  if (edit.kind !== 'move-into-lock' || what === undefined || lock === undefined) return found;
  // The lock that is meant is the next one taken below the call.
  const first = what[0]?.statement.end ?? 0;
  const below = lock.filter((site) => site.start >= first);
  return [what, below.length > 0 ? below.slice(0, 1) : lock.slice(0, 1)];
}

/**
 * Returns the readings of `edit` at `choice`, whose statements stand on lines of their own in `room`, or a sentence
 * that says why it cannot be made there.
 */
export function readingsOf(edit: Step, room: Room, choice: Choice, vocabulary: Vocabulary): Reading[] | string {
  const [one, two] = choice;
  if (one === undefined) return 'nothing is named';
  const single = (changes: LineChange[] | string) =>
    typeof changes === 'string' ? changes : [{ words: '', changes: inOrder(changes) }];
  switch (edit.kind) {
    case 'move':
      return single(two === undefined ? 'nothing is named' : move(room, one, two, edit.where));
    case 'swap':
      return single(two === undefined ? 'nothing is named' : swap(room, one, two));
    case 'insert': {
      const indent = indentOfStatement(room, one.statement);
      return single(putBeside(room, one.statement, edit.where, codeLines(edit.code, indent, one.arguments[0] ?? '')));
    }
    case 'delete':
      if (one.statement.kind === 'declaration') return `${one.callee} gives a variable its first value there`;
      return single([takeAway(room, one.statement)]);
    case 'wrap':
      return single(wrap(room, one, edit.condition));
    case 'replace':
      return single(replace(room, one, edit.code));
    case 'move-into-lock': {
      const lock = lockOf(edit.lock.lock, vocabulary);
      if (lock === undefined || two === undefined) return `no lock is known as ${edit.lock.lock}`;
      return moveIntoLock(room, one, two, lock.release);
    }
    default:
      return edit satisfies never;
  }
}

function indentOfStatement(room: Room, statement: Statement): string {
  return indentOf(room.target.lines[linesOf(room, statement).first] ?? '');
}

function isInside(inner: Statement | undefined, outer: Statement | undefined): boolean {
  if (outer === undefined) return true;
  for (let at = inner; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}

function isElseIf(statement: Statement): boolean {
  return statement.kind === 'if' && statement.role === 'else';
}

function move(room: Room, what: Site, anchor: Site, where: 'before' | 'after'): LineChange[] | string {
  const [moved, beside] = [what.statement, anchor.statement];
  if (moved === beside) return `${what.callee} and ${anchor.callee} are in one statement`;
  if (isElseIf(moved)) return `${what.callee} is tested in an else branch`;
  if (!isInside(moved.parent, beside.parent)) {
    return `${anchor.callee} is in another block than ${what.callee}, which does not hold it`;
  }
  const isBefore = moved.end <= beside.start;
  if (moved.parent === beside.parent && isBefore === (where === 'before')) {
    return `${what.callee} comes ${where} ${anchor.callee} already`;
  }
  const lines = copyOf(room, moved, indentOfStatement(room, beside));
  return [...putBeside(room, beside, where, lines), takeAway(room, moved)];
}

function swap(room: Room, one: Site, two: Site): LineChange[] | string {
  if (one.statement === two.statement) return `${one.callee} and ${two.callee} are in one statement`;
  if (one.statement.parent !== two.statement.parent) return `${one.callee} and ${two.callee} are in different blocks`;
  const lines = [linesOf(room, one.statement), linesOf(room, two.statement)] as const;
  const put = (site: Site, into: Site) => copyOf(room, site.statement, indentOfStatement(room, into.statement));
  return [
    { at: lines[0].first, remove: lines[0].last - lines[0].first + 1, add: put(two, one) },
    { at: lines[1].first, remove: lines[1].last - lines[1].first + 1, add: put(one, two) },
  ];
}

function wrap(room: Room, site: Site, said: string): LineChange[] | string {
  const { statement } = site;
  if (statement.kind === 'declaration') return `${site.callee} gives a variable its first value there`;
  const condition = (/^\s*if\s*\(([\s\S]*)\)\s*$/.exec(said)?.[1] ?? said).replace(
    /\bFOLIO\b/g,
    () => site.arguments[0] ?? '',
  );
  const indent = indentOfStatement(room, statement);
  const { first, last } = linesOf(room, statement);
  const inner = copyOf(room, statement, `${indent}\t`);
  const put: LineChange = {
    at: first,
    remove: last - first + 1,
    add: [{ text: `${indent}if (${condition})` }, ...inner],
  };
  if (statement.parent === undefined || statement.parent.kind === 'block') return [put];
  const [open, close] = bracesAround(room, statement);
  return [open, put, close];
}

/** Whole statements replace the statement; an expression replaces the call alone. */
function replace(room: Room, site: Site, code: string): LineChange[] | string {
  const { statement } = site;
  const { first, last } = linesOf(room, statement);
  const subject = site.arguments[0] ?? '';
  if (/[;}]\s*$/.test(code)) {
    if (statement.kind === 'declaration') return `${site.callee} gives a variable its first value there`;
    const lines = codeLines(code, indentOfStatement(room, statement), subject);
    const put: LineChange = { at: first, remove: last - first + 1, add: lines };
    if (statement.parent === undefined || statement.parent.kind === 'block' || lines.length === 1) return [put];
    const [open, close] = bracesAround(room, statement);
    return [open, put, close];
  }
  const text = room.target.file.text;
  const start = room.target.starts[first] ?? 0;
  const end = (room.target.starts[last] ?? 0) + (room.target.lines[last]?.length ?? 0);
  const value = code.trim().replace(/\bFOLIO\b/g, () => subject);
  const changed = text.slice(start, site.start) + value + text.slice(site.end, end);
  const add = changed.split('\n').map((line, index) => {
    const from = first + index;
    return line === room.target.lines[from] ? { text: line, from } : { text: line };
  });
  return [{ at: first, remove: last - first + 1, add }];
}

/**
 * Hoists the taking of the lock above the statement of `what`. When that statement leaves on failure, a speaker may
 * mean that the lock is kept on that way, or that it is given up there again: both are returned.
 */
function moveIntoLock(room: Room, what: Site, lock: Site, release: string): Reading[] | string {
  const [tested, taken] = [what.statement, lock.statement];
  if (lock.start < tested.start) return `${what.callee} comes after ${lock.callee} already`;
  if (tested === taken) return `${what.callee} and ${lock.callee} are in one statement`;
  if (taken.parent !== tested.parent) return `${lock.callee} is in another block than ${what.callee}`;
  if (taken.kind !== 'simple') return `${lock.callee} is no plain statement`;
  const between = room.all.filter((one) => one.kind === 'simple' && one.start >= tested.end && one.end <= taken.start);
  const set = between.map((one) => /^(\w+)\s*=(?!=)/.exec(room.code.slice(one.start, one.end))?.[1]);
  const words = new Set(room.code.slice(taken.start, taken.end).match(/\w+/g));
  const needed = set.find((name) => name !== undefined && words.has(name));
  if (needed !== undefined) return `${lock.callee} uses ${needed}, which is set between ${what.callee} and it`;
  const hoist = [
    ...putBeside(room, tested, 'before', copyOf(room, taken, indentOfStatement(room, tested))),
    takeAway(room, taken),
  ];
  const leaving = leavingOnFailure(room, what);
  if (leaving === undefined) return [{ words: '', changes: inOrder(hoist) }];
  const drop = putBeside(
    room,
    leaving,
    'before',
    codeLines(release, indentOfStatement(room, leaving), what.arguments[0] ?? ''),
  );
  return [
    { words: `the lock stays held on the branch where ${what.callee} fails`, changes: inOrder(hoist) },
    {
      words: `the lock is dropped again on the branch where ${what.callee} fails, before what follows`,
      changes: inOrder([...hoist, ...drop]),
    },
  ];
}

/** The goto, return, continue or break that ends the branch taken when the tested call gives 0. */
export function leavingOnFailure(room: Room, site: Site): Statement | undefined {
  const { statement } = site;
  if (statement.kind !== 'if' || statement.head === undefined) return undefined;
  const before = room.code.slice(statement.head[0], site.start);
  const isNegated = /!\s*(?:(?:un)?likely\s*)?\(*\s*$/.test(before);
  const branch = statement.children[isNegated ? 0 : 1];
  const end = branch?.kind === 'block' ? branch.children.at(-1) : branch;
  if (end === undefined) return undefined;
  return /^(?:goto|return|continue|break)\b/.test(room.code.slice(end.start, end.end)) ? end : undefined;
}

// The edit algebra on C text: what people say in a sentence ("do A before B") made to the functions they mean.
import type { Applied, AppliedEdit, Edit, KernelSource, Refusal, SourceFile, Vocabulary } from '../types.ts';
import { inNamesOf, type Located, locateFunctions, nameOf, type Site } from './anchor.ts';
import { changedFunctions, describeChanges } from './changed.ts';
import { isolate, openRoom, type Room } from './edit-lines.ts';
import { anchorsOf, lockOf, readingsOf, type Step, sitesOf } from './edit-steps.ts';
import { rewrite } from './rewrite.ts';
import { withFiles } from './tree.ts';

const MOST_READINGS = 8;

/** One reading of the edits so far. */
interface State {
  readonly files: readonly SourceFile[];
  readonly words: readonly string[];
  readonly notes: readonly string[];
  readonly edits: readonly AppliedEdit[];
}

type States =
  | { readonly kind: 'states'; readonly states: readonly State[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Returns one Applied for each reading of `edits`, made one after the other, or a single refusal. An edit that names no
 * function is made in every one of `candidates` that calls all it names. Calls, functions and locks go by any of their
 * names in `vocabulary`. A statement is the one around the named call, the whole `if` when the call is its condition;
 * a label stays where it is; comments above a statement stay too. In inserted code FOLIO is the first argument of the
 * call beside it, and names that the file does not have are put by those that it has. Refuses what is not called in the functions searched, a move into a block that does not hold
 * the statement, `revert` (resolve it first), and edits of more than 8 readings.
 */
export function applyEdits(
  source: KernelSource,
  edits: readonly Edit[],
  vocabulary: Vocabulary,
  candidates: readonly string[],
): readonly Applied[] {
  let states: readonly State[] = [{ files: [], words: [], notes: [], edits: [] }];
  for (const edit of edits) {
    if (edit.kind === 'revert') return [refused(edit.commit, 'a revert has to be resolved into edits or a diff first')];
    const names = (edit.functions.length > 0 ? edit.functions : candidates).map((name) => nameOf(vocabulary, name));
    const located = locateFunctions(source, names);
    const next: State[] = [];
    for (const state of states) {
      const result = applyStep({ source, edit, vocabulary, located }, state);
      if (result.kind === 'refused') return [result];
      next.push(...result.states);
    }
    if (next.length > MOST_READINGS) {
      return [refused(describe(edit), `it can be read in ${next.length} ways; expected at most ${MOST_READINGS}`)];
    }
    states = next;
  }
  return states.map((state) => ({
    kind: 'applied',
    files: state.files,
    functions: changedFunctions(source, state.files),
    words: state.words.join('; '),
    notes: state.notes,
    edits: state.edits,
  }));
}

interface Task {
  readonly source: KernelSource;
  readonly edit: Step;
  readonly vocabulary: Vocabulary;
  readonly located: readonly Located[];
}

/** Makes one edit in every function that calls all its anchors. */
function applyStep(task: Task, before: State): States {
  const { edit, located, vocabulary } = task;
  if (edit.kind === 'move-into-lock' && lockOf(edit.lock.lock, vocabulary) === undefined) {
    const known = vocabulary.locks.map((lock) => lock.name).join(', ');
    return refused(edit.lock.lock, `no lock is known by this name; the vocabulary has ${known}`);
  }
  let states: readonly State[] = [before];
  let made = 0;
  let failure: States | undefined;
  const notes: string[] = [];
  for (const place of located) {
    const results = states.map((state) => applyInFunction(task, place, state));
    const why = results.find((result) => typeof result === 'string');
    if (why !== undefined) {
      failure ??= refusedAt(task, place, before, why);
      notes.push(`not made in ${place.name}: ${why}`);
      continue;
    }
    const lists = results.filter((result) => Array.isArray(result));
    if (lists.length === 0) continue;
    made += 1;
    // The same reading in every function: nobody means one way here and the other way there.
    const isPaired = states.length > 1 && lists.every((list) => list.length === states.length);
    states = isPaired ? lists.flatMap((list, index) => list.slice(index, index + 1)) : lists.flat();
  }
  if (made > 0) {
    return { kind: 'states', states: states.map((state) => ({ ...state, notes: [...state.notes, ...notes] })) };
  }
  if (failure !== undefined) return failure;
  const anchors = anchorsOf(edit, vocabulary).map((name) => name.said);
  const searched = [...new Set(located.map((place) => place.name))];
  if (searched.length === 0) {
    const wanted = edit.functions.length > 0 ? edit.functions.join(', ') : 'any function named as a candidate';
    return refused(anchors.join(' and '), `expected ${wanted} in the sources of ${task.source.name}, found none`);
  }
  const all = anchors.length > 1 ? `${anchors.join(' and ')} together are` : `${anchors[0] ?? ''} is`;
  return refused(anchors.join(' and '), `${all} called in none of ${searched.join(', ')}`);
}

/** The readings in one function; undefined when it does not call all anchors; a sentence when it cannot be made. */
function applyInFunction(task: Task, place: Located, state: State): State[] | string | undefined {
  const file = withFiles(task.source, state.files).read(place.path);
  if (file === undefined) return undefined;
  const room = openRoom(file, place.name, 0);
  if (typeof room === 'string') return room;
  const sites = sitesOf(task.edit, room, task.vocabulary);
  if (sites.some((list) => list.length === 0)) return undefined;
  const states: State[] = [];
  const choices = combinations(sites);
  if (choices.length > MOST_READINGS) return `its calls stand in ${choices.length} combinations of statements`;
  let why = '';
  for (const choice of choices) {
    const made = applyAt(task, { place, room, choice, several: choices.length > 1 }, state);
    if (typeof made === 'string') why ||= made;
    else states.push(...made);
  }
  return states.length > 0 ? states : why;
}

interface Spot {
  readonly place: Located;
  readonly room: Room;
  readonly choice: readonly Site[];
  readonly several: boolean;
}

function applyAt(task: Task, spot: Spot, state: State): State[] | string {
  const { place, room, choice } = spot;
  const involved = choice.map((site) => site.statement);
  // The leaving statement of a branch may have to get braces: give it a line as well.
  const isolated = isolate(
    room,
    room.all.filter((one) => involved.some((stmt) => stmt === one || isEnd(stmt, one))),
  );
  const opened = openRoom(isolated, place.name, 0);
  if (typeof opened === 'string') return opened;
  const again = choice.map((site) => {
    const statement = opened.all[room.all.indexOf(site.statement)] ?? site.statement;
    const sites = sitesOf(task.edit, opened, task.vocabulary).flat();
    return sites.find((other) => other.statement === statement && other.callee === site.callee) ?? site;
  });
  const readings = readingsOf(inNames(task, opened), opened, again, task.vocabulary);
  if (typeof readings === 'string') return readings;
  return readings.map((reading) => {
    const file = rewrite(opened.target.file, reading.changes);
    const lines = choice.map((site) =>
      Math.abs(room.target.file.origin?.[lineOf(room, site)] ?? lineOf(room, site) + 1),
    );
    const words = [
      ...(spot.several
        ? [`${choice.map((site, index) => `${site.callee} of line ${lines[index] ?? 0}`).join(' and ')}`]
        : []),
      ...(reading.words === '' ? [] : [reading.words]),
    ];
    return {
      files: [...state.files.filter((other) => other.path !== file.path), file],
      words: [...state.words, ...words.filter((one) => !state.words.includes(one))],
      notes: state.notes,
      edits: [...state.edits, ...describeChanges(opened.target, file.path, reading.changes)],
    };
  });
}

/** The edit with its C code in the names that the file uses. */
function inNames({ edit, vocabulary }: Task, room: Room): Step {
  const named = (code: string) => inNamesOf(room.target.file.text, code, vocabulary);
  if (edit.kind === 'insert' || edit.kind === 'replace') return { ...edit, code: named(edit.code) };
  return edit.kind === 'wrap' ? { ...edit, condition: named(edit.condition) } : edit;
}

function lineOf(room: Room, site: Site): number {
  return room.target.starts.findLastIndex((start) => start <= site.start);
}

/** True for the statements directly in the branches of an `if`. */
function isEnd(outer: Site['statement'], inner: Site['statement']): boolean {
  return inner.parent === outer
    ? inner.kind !== 'block'
    : inner.parent?.parent === outer && inner.parent.kind === 'block';
}

function combinations(lists: readonly (readonly Site[])[]): Site[][] {
  return lists.reduce<Site[][]>((rows, list) => rows.flatMap((row) => list.map((site) => [...row, site])), [[]]);
}

function describe(edit: Step): string {
  return edit.kind === 'insert' ? edit.code : edit.what.call;
}

function refused(what: string, why: string): { readonly kind: 'refused'; readonly refusal: Refusal } {
  return { kind: 'refused', refusal: { what, why } };
}

function refusedAt(task: Task, place: Located, state: State, why: string): States {
  const file = withFiles(task.source, state.files).read(place.path);
  const room = file === undefined ? '' : openRoom(file, place.name, 0);
  const line = typeof room === 'string' ? 1 : room.fn.line;
  const refusal = { what: describe(task.edit), why: `in ${place.name}: ${why}`, place: { file: place.path, line } };
  return { kind: 'refused', refusal };
}

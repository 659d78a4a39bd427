// What lowering a body asked of the source, and what came out of it. A review lowers one scenario against dozens of
// variants of a source; a body whose questions all have the same answers in a variant is the same code there.
import type { Definitions, FoundMacro } from './definitions.ts';
import type { Definition } from './file-index.ts';
import type { Layouts } from './layout.ts';
import type { MemoryObject, Touch } from './memory.ts';
import type { Session, Used } from './session.ts';
import { functionId, originOf } from './session.ts';

const MAX_ENTRIES = 64; // of one body in one state; the oldest goes

type Ask = (tree: Definitions) => unknown;

interface Question {
  readonly ask: Ask;
  readonly answer: unknown;
  readonly source: Definitions; // that gave the answer
}

/** Questions and their answers, by their words. */
export type Asked = Map<string, Question>;

/** The lookups of `tree()`, each answer noted in `asked` and given from there the next time. */
export function recorded(tree: () => Definitions, asked: Asked): Definitions {
  const put = <T>(words: string, ask: (tree: Definitions) => T): T => {
    const known = asked.get(words);
    if (known !== undefined) return known.answer as T;
    const source = tree();
    const answer = ask(source);
    asked.set(words, { ask, answer, source });
    return answer;
  };
  return {
    get source() {
      return tree().source;
    },
    function: (name, near) => put(`f ${near} ${name}`, (one) => one.function(name, near)),
    macro: (name, near) => put(`m ${near} ${name}`, (one) => one.macro(name, near)),
    ownMacro: (name, near) => put(`o ${near} ${name}`, (one) => one.ownMacro(name, near)),
    constant: (name, near) => put(`c ${near} ${name}`, (one) => one.constant(name, near)),
    struct: (name) => put(`s ${name}`, (one) => one.struct(name)),
    typedef: (name) => put(`t ${name}`, (one) => one.typedef(name)),
    enumOf: (name) => put(`e ${name}`, (one) => one.enumOf(name)),
    perCpuStruct: (name, near) => put(`p ${near} ${name}`, (one) => one.perCpuStruct(name, near)),
    declares: (name, near) => put(`d ${near} ${name}`, (one) => one.declares(name, near)),
    has: (path) => put(`h ${path}`, (one) => one.has(path)),
    // Asked only for the origin of a line; the lines of a function are compared with the function.
    file: (path) => tree().file(path),
  };
}

/** Whether every question has the same answer in `tree`: the same text, on the same lines of the file before edits. */
export function agree(asked: Asked, tree: Definitions): boolean {
  for (const { ask, answer, source } of asked.values()) {
    if (source !== tree && !sameAnswer(answer, source, ask(tree), tree)) return false;
  }
  return true;
}

function sameAnswer(a: unknown, aTree: Definitions, b: unknown, bTree: Definitions): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isDefinition(a)) return isDefinition(b) && sameDefinition(a, aTree, b, bTree);
  if (isFound(a)) return isFound(b) && a.file === b.file && JSON.stringify(a) === JSON.stringify(b);
  return JSON.stringify(a) === JSON.stringify(b);
}

function isDefinition(answer: object): answer is Definition {
  return 'text' in answer && 'generated' in answer;
}

function isFound(answer: object): answer is FoundMacro {
  return 'macro' in answer;
}

function sameDefinition(a: Definition, aTree: Definitions, b: Definition, bTree: Definitions): boolean {
  if (a.text !== b.text || a.file !== b.file || a.generated !== b.generated) return false;
  const [aFile, bFile] = [aTree.file(a.file), bTree.file(b.file)];
  if (aFile === bFile) return a.line === b.line;
  let line = 0;
  for (let at = 0; at >= 0; at = a.text.indexOf('\n', at + 1), line++) {
    const [from, to] = [originOf(aFile, a.file, a.line + line), originOf(bFile, b.file, b.line + line)];
    if (from.line !== to.line || from.added !== to.added) return false;
  }
  return true;
}

// ---------------------------------------------------------------- steps of a scenario

/** What stands before a body is lowered: objects, initial values and the ids of functions. Equal ones are one object. */
export interface State {
  readonly entries: Map<string, Entry[]>; // by body
  readonly next: Map<string, State>; // by what a body added
}

/** The scenario as it reads for sources that agree on its types. */
export interface Room {
  readonly layouts: Layouts;
  readonly asked: Asked; // by the layouts
  readonly wrapped: Session['wrapped'];
  readonly start: State;
  tree: Definitions; // the source that is lowered now
}

interface Entry {
  readonly asked: Asked;
  readonly body: unknown;
  readonly added: Added;
  readonly used: Used;
  readonly touches: readonly Touch[];
  readonly next: State;
}

/** What lowering a body left behind for the bodies after it. */
interface Added {
  readonly objects: readonly MemoryObject[];
  readonly inits: readonly (readonly [number, number])[];
  readonly functions: readonly string[];
  readonly end: number; // bytes: the next free address
}

/** A state with nothing known. */
export function newState(): State {
  return { entries: new Map(), next: new Map() };
}

/**
 * Lowers a body with `lower`, or takes what it came to earlier in the same state when the source of `tree` answers all
 * of its questions alike. Returns the body and the state behind it. What `lower` throws is not kept.
 */
export function once<T>(
  session: Session,
  tree: Definitions,
  state: State,
  name: string,
  lower: () => T,
): { body: T; state: State } {
  const entries = state.entries.get(name) ?? [];
  state.entries.set(name, entries);
  const known = entries.find((entry) => agree(entry.asked, tree));
  if (known !== undefined) {
    replay(session, known);
    return { body: known.body as T, state: known.next };
  }
  const asked: Asked = new Map();
  const before = {
    objects: session.memory.objects.length,
    inits: session.memory.inits.size,
    functions: session.functionIds.size,
    touches: session.touches.length,
  };
  const outer = session.used;
  session.tree = recorded(() => tree, asked);
  session.callees = new Map();
  session.used = { functions: new Map(), rows: new Set(), declared: new Map() };
  const body = lower();
  const { used } = session;
  session.used = outer;
  session.tree = tree;
  merge(outer, used);
  const added: Added = {
    objects: session.memory.objects.slice(before.objects),
    inits: [...session.memory.inits].slice(before.inits),
    functions: [...session.functionIds.keys()].slice(before.functions),
    end: session.memory.next,
  };
  const next = stateAfter(state, added);
  if (entries.length >= MAX_ENTRIES) entries.shift();
  entries.push({ asked, body, added, used, touches: session.touches.slice(before.touches), next });
  return { body, state: next };
}

function stateAfter(state: State, { objects, inits, functions, end }: Added): State {
  const key = JSON.stringify([objects.map(({ name, type, address }) => [name, type, address]), inits, functions, end]);
  const next = state.next.get(key) ?? newState();
  state.next.set(key, next);
  return next;
}

function replay(session: Session, { added, used, touches }: Entry): void {
  session.memory.objects.push(...added.objects);
  for (const [address, value] of added.inits) session.memory.inits.set(address, value);
  session.memory.next = added.end;
  for (const name of added.functions) functionId(session, name);
  for (const touch of touches) session.touches.push(touch);
  merge(session.used, used);
}

function merge(into: Used, used: Used): void {
  for (const [name, place] of used.functions) into.functions.set(name, place);
  for (const row of used.rows) into.rows.add(row);
  for (const [name, body] of used.declared) into.declared.set(name, body);
}

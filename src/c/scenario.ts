// From the C of a scenario and the functions it calls to the Program that a checker runs.
import type { Cell, Instruction, Invariant, KernelSource, Place, Process, Program, Refusal } from '../types.ts';
import type { CFunction } from './ast.ts';
import { BOOL } from './ctype.ts';
import { openDefinitions } from './definitions.ts';
import { emit, finish, freshRegister, newEmitter, newLabel, place } from './emit.ts';
import { functionOf } from './inline.ts';
import type { Layouts } from './layout.ts';
import { once } from './memo.ts';
import type { MemoryObject, Touch } from './memory.ts';
import { cellsFor, overlapOf } from './memory.ts';
import { declareObjects, rootFrame } from './objects.ts';
import type { Primitives } from './primitives.ts';
import { SyntaxRefusal } from './reader.ts';
import type { Mark, ScenarioText } from './scenario-text.ts';
import { invalid, readScenario } from './scenario-text.ts';
import type { Frame, Need, Session } from './session.ts';
import { EscapedLocal, LoweringRefusal, NeedsMore } from './session.ts';
import { lowerBody } from './statement.ts';
import type { Workshop } from './workshop.ts';
import { newSession, roomOf } from './workshop.ts';

export type { ScenarioText } from './scenario-text.ts';
export type { Workshop } from './workshop.ts';
export { openWorkshop } from './workshop.ts';

export type Lowered =
  | {
      readonly kind: 'lowered';
      readonly program: Program;
      readonly functions: ReadonlyMap<string, Place>; // every function that was inlined, with its place
      readonly assumptions: readonly string[]; // sorted
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Lowers a scenario against a source. Returns the program, or the reason why some name in it is not known.
 * Throws InputError (file:line) when the scenario's own text is not valid.
 */
export function lowerScenario(workshop: Workshop, source: KernelSource, scenario: ScenarioText): Lowered {
  const needs = new Set<Need>();
  for (;;) {
    try {
      return lowerWith(workshop, source, scenario, needs);
    } catch (error) {
      if (!(error instanceof NeedsMore) || needs.has(error.need)) throw error;
      needs.add(error.need);
    }
  }
}

function lowerWith(
  workshop: Workshop,
  source: KernelSource,
  scenario: ScenarioText,
  needs: ReadonlySet<Need>,
): Lowered {
  const tree = openDefinitions(source, workshop.config, workshop.index);
  const reading = readScenario(workshop, tree, scenario);
  const room = roomOf(workshop, tree, reading);
  const session = newSession(workshop, room, reading.definitions);
  const functions = functionsOf(session, scenario, reading.marks);
  session.needs = new Set([...needs, ...runOn(session, functions)]);
  try {
    let { state } = once(session, tree, room.start, 'objects', () => declareObjects(session, scenario, reading));
    const lowered = (name: string, lower: () => Body): Body => {
      const step = once(session, tree, state, [name, ...session.needs].join(' '), lower);
      ({ state } = step);
      return step.body;
    };
    const processes: Process[] = [];
    const invariants: Invariant[] = [];
    const observed: Touch[] = [];
    for (const { mark, name, line } of functions) {
      if (mark.kind === 'process') {
        processes.push({
          name: mark.name,
          label: mark.words,
          cpu: mark.cpu,
          ...(mark.runs === 'interrupt' ? { kind: mark.runs } : {}),
          ...lowered(name, () => lowerProcess(session, scenario, name, line)),
        });
      } else {
        const from = session.touches.length;
        invariants.push({
          name: mark.name,
          when: mark.when,
          level: mark.level,
          words: mark.words,
          ...lowered(name, () => lowerInvariant(session, scenario, name, line)),
        });
        observed.push(...session.touches.slice(from));
      }
    }
    if (processes.length === 0)
      throw invalid(
        scenario,
        scenario.line,
        'at least one `/* process P0 on cpu1: label */` before `void P0(void)`',
        'none',
      );
    const cells = cellsFor(session.memory, session.touches, session.layouts, (object, path) =>
      bitNames(workshop.primitives, session.layouts, object, path),
    );
    const overlap = overlapOf(cells, session.touches);
    if (overlap !== undefined) {
      const why = `expected ${overlap.fields.join(' and ')} to be words of their own; parts of a word are not modelled`;
      return { kind: 'refused', refusal: { what: `${overlap.object}.${overlap.fields[1]}`, why } };
    }
    const program: Program = {
      name: scenario.name,
      cells,
      processes,
      invariants,
      observed: observedCells(cells, observed),
    };
    return {
      kind: 'lowered',
      program,
      functions: session.used.functions,
      assumptions: assumptionsOf(workshop, session),
    };
  } catch (error) {
    if (error instanceof LoweringRefusal) return { kind: 'refused', refusal: error.refusal };
    if (error instanceof SyntaxRefusal) throw invalid(scenario, error.line, 'C that can be lowered', error.found);
    throw error;
  }
}

/** The functions that the marks stand before, live ones only, in the order of the text. */
function functionsOf(
  session: Session,
  scenario: ScenarioText,
  marks: readonly Mark[],
): { mark: Mark; name: string; line: number }[] {
  const found: { mark: Mark; name: string; line: number }[] = [];
  for (const mark of marks) {
    const name = mark.kind === 'process' ? mark.name : mark.name.replace(/-/g, '_');
    const definition = session.scenario.function(name, scenario.file);
    if (definition === undefined || definition.kind === 'ambiguous') continue;
    const nearest = Math.max(
      ...marks.filter((one) => one.name === mark.name && one.line < definition.line).map((one) => one.line),
    );
    if (nearest === mark.line) found.push({ mark, name, line: definition.line });
  }
  return found;
}

/** Notes the processes of the session and their CPUs. Returns what they can tell: interrupts, tasks that share a CPU. */
function runOn(session: Session, functions: readonly { readonly mark: Mark }[]): Need[] {
  const processes = functions.flatMap(({ mark }) => (mark.kind === 'process' ? [mark] : []));
  // An interrupt or a task runs where the first process on its CPU does; any other process is alone on its own.
  const host = (one: (typeof processes)[number]): string =>
    one.runs === 'process' ? one.name : (processes.find(({ cpu }) => cpu === one.cpu)?.name ?? one.name);
  session.processes = processes.map(({ name }) => name);
  session.cpus = [...new Set(processes.map(host))];
  session.cpuOf = new Map(processes.map((one) => [one.name, session.cpus.indexOf(host(one))]));
  const has = (runs: 'interrupt' | 'task'): boolean => processes.some((one) => one.runs === runs);
  return [...(has('interrupt') ? (['interrupts'] as const) : []), ...(has('task') ? (['tasks'] as const) : [])];
}

interface Body {
  readonly code: readonly Instruction[];
  readonly registers: number;
}

const MAX_ESCAPES = 200; // locals of one body whose addresses are kept

/** Lowers a body with `lower`, once more for each local that turns out to need an address. */
function withEscapes(session: Session, lower: () => Body): Body {
  const { memory, touches } = session;
  const before = { objects: memory.objects.length, touches: touches.length, next: memory.next };
  const inits = new Set(memory.inits.keys());
  session.escaped = new Set();
  for (;;) {
    try {
      return lower();
    } catch (error) {
      if (!(error instanceof EscapedLocal) || session.escaped.size >= MAX_ESCAPES) throw error;
      session.escaped.add(error.key);
      session.limits.depth = 0;
      memory.objects.length = before.objects;
      memory.next = before.next;
      for (const address of memory.inits.keys()) if (!inits.has(address)) memory.inits.delete(address);
      touches.length = before.touches;
    }
  }
}

function lowerProcess(session: Session, scenario: ScenarioText, name: string, line: number): Body {
  return withEscapes(session, () => lowerProcessOnce(session, scenario, name, line));
}

function lowerProcessOnce(session: Session, scenario: ScenarioText, name: string, line: number): Body {
  session.emitter = newEmitter();
  session.processName = name;
  const { fn, frame } = bodyOf(session, scenario, name, line);
  lowerBody(session, frame, fn.body);
  return finished(session, name, frame);
}

/** An invariant's code: register 0 holds the truth at its end. */
function lowerInvariant(session: Session, scenario: ScenarioText, name: string, line: number): Body {
  return withEscapes(session, () => lowerInvariantOnce(session, scenario, name, line));
}

function lowerInvariantOnce(session: Session, scenario: ScenarioText, name: string, line: number): Body {
  session.emitter = newEmitter();
  session.processName = name;
  const truth = freshRegister(session.emitter);
  const { fn, frame } = bodyOf(session, scenario, name, line);
  const label = newLabel();
  lowerBody(session, { ...frame, result: { label, register: truth, type: BOOL } }, fn.body);
  place(session.emitter, label);
  const body = finished(session, name, frame, truth);
  const effect = body.code.find((ins) => !['set', 'load', 'branch', 'jump', 'end'].includes(ins.op));
  if (effect !== undefined)
    throw invalid(scenario, line, 'an invariant that only reads', `${effect.op} in \`${effect.at.text}\``);
  return body;
}

function bodyOf(session: Session, scenario: ScenarioText, name: string, line: number): { fn: CFunction; frame: Frame } {
  const definition = session.scenario.function(name, scenario.file);
  if (definition === undefined || definition.kind === 'ambiguous')
    throw invalid(scenario, line, `the function ${name}`, 'none');
  const frame = rootFrame(scenario, '', name, line);
  const fn = functionOf(session, definition, frame);
  const slice = (start: number, end: number): string => definition.text.slice(start, end);
  return { fn, frame: { ...frame, slice, firstLine: definition.line } };
}

function finished(session: Session, name: string, frame: Frame, result?: number): Body {
  const at = { frames: [{ file: frame.file, line: frame.site.line, function: name }], text: `end of ${name}` };
  emit(session.emitter, at, { op: 'end' });
  session.emitter.live = false;
  return finish(session.emitter, at, result);
}

// ---------------------------------------------------------------- what is printed

function bitNames(
  primitives: Primitives,
  layouts: Layouts,
  object: MemoryObject,
  path: string,
): Readonly<Record<number, string>> | undefined {
  if (object.type.kind !== 'struct') return undefined;
  const { name } = object.type;
  const row = primitives.bits.find((one) => one.struct === name && one.field === path);
  const values = row === undefined ? undefined : layouts.enumWith(row.enumerator);
  if (values === undefined) return undefined;
  const names: Record<number, string> = {};
  for (const [word, bit] of values) {
    if (bit >= 0 && bit < 32 && !word.startsWith('__')) names[bit] ??= word.replace(/^[A-Z]+_/, '').toLowerCase();
  }
  return names;
}

function observedCells(cells: readonly Cell[], touches: readonly Touch[]): number[] {
  const addresses = new Set(touches.flatMap((touch) => (touch.kind === 'address' ? [touch.address] : [])));
  return cells.flatMap((cell, index) => (addresses.has(cell.address) ? [index] : []));
}

function assumptionsOf(workshop: Workshop, session: Session): string[] {
  const sentences = workshop.primitives.assumptions
    .filter((one) => one.names.some((name) => session.used.rows.has(name)))
    .map((one) => one.words);
  const declared = [...session.used.declared].map(([name, body]) => `declared by the scenario: ${name}: ${body}`);
  return [...new Set([...sentences, ...declared])].sort();
}

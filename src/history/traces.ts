// The schedules of the history: each once, under an id made from its steps.
import { createHash } from 'node:crypto';
import { openTraceBook } from '../review/traces.ts';
import type { MemoryModel, Program, ReviewTrace, Rule, Scenario, Violation } from '../types.ts';

/** A violation, and where it was found. */
export interface Found {
  readonly rule: Rule;
  readonly scenario: Scenario;
  readonly model: MemoryModel;
  readonly program: Program;
  readonly violation: Violation;
  readonly code: string; // the step's name or the trial's id
}

/** Collects schedules. */
export interface TraceShelf {
  /** The id of the schedule; the same steps of the same scenario and model have one id, whatever their lines. */
  add(found: Found): string;
  /** All that were added, by id in the order of the ids. */
  all(): Record<string, ReviewTrace>;
}

/** An empty shelf. */
export function openTraceShelf(): TraceShelf {
  const shelf = new Map<string, ReviewTrace>();
  const ids = new Map<Violation, string>();
  return {
    add({ rule, scenario, model, program, violation, code }) {
      const known = ids.get(violation);
      if (known !== undefined) return known;
      const book = openTraceBook();
      const trace = book.traces.get(book.add(rule, scenario, code, model, program, violation));
      const id = trace === undefined ? '' : idOf(trace);
      ids.set(violation, id);
      if (trace !== undefined && !shelf.has(id)) shelf.set(id, trace);
      return id;
    },
    all: () => Object.fromEntries([...shelf].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** 't-' and 12 digits. Lines are left out, which move with every patch, and the model: an execution of SC is one of all. */
function idOf(trace: ReviewTrace): string {
  const steps = trace.steps.map(({ process, function: name, text, event, values }) => [
    process,
    name,
    text,
    event,
    values,
  ]);
  const whole = JSON.stringify([trace.rule, trace.scenario, trace.violated, steps, trace.end]);
  return `t-${createHash('sha256').update(whole).digest('hex').slice(0, 12)}`;
}

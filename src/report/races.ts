// Data races of a scenario under LKMM: what races, and an execution in which the two accesses meet.
import type { Program, Trace, TraceStep, Violation } from '../types.ts';
import { cleaned, counted } from './text.ts';

/** The data races of one scenario; `bound` says that not all executions were looked at. */
export interface ScenarioRaces {
  readonly name: string; // rule/scenario
  readonly version: string; // v6.12, or a tree
  readonly program: Program;
  readonly races: readonly Violation[];
  readonly bound: string | undefined;
}

/** Returns the races as text, each with its execution, ending with a newline. */
export function renderRaces({ name, version, program, races, bound }: ScenarioRaces): string {
  const scope = bound === undefined ? 'every execution was looked at' : `not every execution was looked at: ${bound}`;
  const head = `${name} on ${version}: ${counted(races.length, 'data race')} under LKMM; ${scope}`;
  return `${[head, ...races.flatMap((race) => raceLines(program, race))].map(cleaned).join('\n')}\n`;
}

function raceLines(program: Program, { property, trace }: Violation): string[] {
  return [`  ${property.replace(/\s+/g, ' ')}`, ...stepsOf(trace).map((step) => stepLine(program, step))];
}

function stepsOf({ steps }: Trace): readonly TraceStep[] {
  const telling = steps.filter(({ matters }) => matters);
  return telling.length === 0 ? steps : telling;
}

function stepLine(program: Program, { process, event, at }: TraceStep): string {
  const frame = at.frames[0];
  const { name, label } = program.processes[process]!;
  const place = frame === undefined ? '' : `  ${frame.file}:${frame.line}`;
  return `    ${name} ${label}: ${event}${place}`;
}

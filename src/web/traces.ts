// Schedules of reviews and of the history as rows of a table, and the functions that have a page.

import type { ScheduleRow } from '../html/schedule.ts';
import type { ReviewTrace } from '../types.ts';
import type { Site } from './site.ts';

/** The telling steps of a schedule, and the processes that take one. */
export function traceRows(trace: ReviewTrace): {
  readonly processes: ReviewTrace['processes'];
  readonly rows: readonly ScheduleRow[];
} {
  const steps = trace.steps.filter(({ matters }) => matters);
  const processes = trace.processes.filter(({ name }) => steps.some(({ process }) => process === name));
  const names = processes.map(({ name }) => name);
  const rows = steps.map((step): ScheduleRow => {
    const [, cell = '', value = ''] = /^(.+?): .* -> (.*)$/.exec(step.values) ?? [];
    return {
      process: names.indexOf(step.process),
      event: step.event,
      place: `${step.file}:${step.newLine ?? step.line}${step.added === true && step.newLine === undefined ? '+' : ''}`,
      function: step.function,
      text: step.text,
      cell,
      value,
      change: cell === '' ? '' : step.values,
      matters: true,
    };
  });
  return { processes, rows };
}

const known = new WeakMap<Site, ReadonlySet<string>>();

/** The functions that have a page: those that a rule or a race without a rule names. */
export function knownFunctions(site: Site): ReadonlySet<string> {
  const names =
    known.get(site) ??
    new Set([
      ...site.rules.flatMap(({ functions }) => functions),
      ...site.history.topics.flatMap(({ functions }) => functions),
    ]);
  known.set(site, names);
  return names;
}

// One schedule in full: every step, who took it, where it stands in the code, and what it changed.

import type { ReviewTrace } from '../types.ts';
import { orderWords } from './schedule.ts';
import { cleaned, columnsOf, padEnd, wrap } from './text.ts';
import { versionName } from './view.ts';
import { modelName } from './words.ts';

/**
 * Returns a schedule step by step, ending with a newline: number, process, event, code line, then the state change
 * and the text of the line. Steps that a review would cut are printed too, marked with a dot.
 */
export function renderTrace(trace: ReviewTrace, options: { readonly color: boolean; readonly width: number }): string {
  const safe = cleaned(trace);
  const strong = (text: string) => (options.color ? `\u001b[1m${text}\u001b[0m` : text);
  const names = new Map(safe.processes.map((process) => [process.name, `${process.cpu} ${process.label}`]));
  const column = Math.max(0, ...[...names.values()].map(columnsOf)) + 2;
  const digits = String(safe.steps.length).length;
  const steps = safe.steps.flatMap((step, index) => {
    const number = String(index + 1).padStart(digits);
    const place = `${step.file}:${step.line}${step.added === true ? '+' : ''} ${step.function}()`;
    const indent = ' '.repeat(digits + 2 + column);
    return [
      `${number}${step.matters ? ' ' : '.'} ${padEnd(names.get(step.process) ?? step.process, column)}${strong(step.event)}`,
      ...[place, step.text, step.values, step.sees === undefined ? '' : `sees ${step.sees}`]
        .filter((text) => text !== '')
        .map((text) => `${indent} ${text}`),
    ];
  });
  const head = `${safe.rule} ${safe.scenario} ${versionName(safe)}, ${modelName(safe.model)}, path ${safe.path}`;
  const end = safe.end === '' ? [] : wrap(`end: ${safe.end}`, options.width);
  const outcome = safe.violated === '' ? 'nothing is violated' : `violated: ${safe.words} (${safe.violated})`;
  const order = orderWords(safe).flatMap((line) => wrap(line, options.width));
  return `${[strong(head), ...steps, ...end, ...wrap(outcome, options.width), ...order].map((line) => line.trimEnd()).join('\n')}\n`;
}

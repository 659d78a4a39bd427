// What is said of a schedule that was run.
import type { Code, Named, Run, Solution, Stated } from './stated.ts';

/** Why a schedule is executable: on which code, who runs what, and how it ends. */
export function whyExecutable(stated: Stated, best: Solution, code: Code, count: number): string {
  const words = best.stage.program.invariants.find(({ name }) => name === best.violated[0])?.words ?? best.violated[0];
  const left = stated.steps.length - best.named.length;
  const who = stated.columns.flatMap((column) => {
    const at = best.named.findIndex(({ index }) => best.cpus[index] === column);
    const process = best.stage.program.processes[best.found.processes[at] ?? -1];
    return process === undefined ? [] : [`${column} runs ${process.label}`];
  });
  return [
    versionWords(best, code),
    `it begins as ${best.stage.rule.name} ${best.stage.scenario.name} does: ${best.stage.scenario.words}`,
    who.join(', '),
    words === undefined ? 'every invariant holds at its end' : `its end violates: ${words}`,
    ...(count === 1 ? [] : [`${count} ways of giving its steps to the CPUs can run`]),
    ...(best.isBounded ? ['the search was stopped, so there may be other ways'] : []),
    ...(best.isNamed ? [] : ['nothing says which CPU is which: the first step is taken to be of the first one']),
    ...(left === 0 ? [] : [`${left} of its ${stated.steps.length} lines name no call that is run and are left out`]),
  ].join('; ');
}

function versionWords({ stage }: Solution, { id, row }: Code): string {
  if (id === '') return 'on the code as it stands';
  if (row === undefined) return `only with ${id} applied: it cannot run on the code as it stands`;
  return `not on the code as it stands; on the version of ${stage.rule.name} with: ${row}`;
}

/** Why a schedule cannot be: the step, and what the code does instead. */
export function reasonOf(stated: Stated, { obstacle, named }: Extract<Run, { kind: 'cannot' }>, step: Named): string {
  const at = `step ${step.index + 1}, ${step.function}()`;
  switch (obstacle.why) {
    case 'no such call':
      return `${at}: no process calls it`;
    case 'other value':
      return `${at}: it gives ${valueWords(obstacle.value, step.step.result)} there, not ${String(step.step.result)}`;
    case 'not in this order': {
      const before = named[obstacle.step - 1];
      const after = before === undefined ? '' : ` after step ${before.index + 1}, ${before.function}()`;
      const who = stated.isKept && step.step.cpu !== undefined ? step.step.cpu : 'no process';
      return stated.isKept ? `${at}: ${who} does not come to it${after}` : `${at}: ${who} calls it${after}`;
    }
    default:
      return obstacle.why satisfies never;
  }
}

/** A test of a bit gives the bit: said as the drawing says it. */
function valueWords(value: number | undefined, stated: boolean | number | undefined): string {
  if (value === undefined) return 'another value';
  return typeof stated === 'boolean'
    ? String(value !== 0)
    : value !== 0 && stated === 0
      ? 'another value'
      : String(value);
}

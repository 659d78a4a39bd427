// Pages stay small: where schedules are too many, the states farthest from the start are left out.

import type { Walk, WalkState } from '../types.ts';
import type { WalkCode } from './walk-data.ts';

const MOST_BYTES = 290_000; // of one page
const SIZES = [150, 100, 70, 50, 35, 25, 15, 8, 4]; // states of each code

/** Returns the page with as many states as fit; at last without the codes at the end of the list. */
export function fitted(codes: readonly WalkCode[], pageWith: (codes: readonly WalkCode[]) => string): string {
  let page = pageWith(codes);
  if (Buffer.byteLength(page) <= MOST_BYTES) return page;
  let kept = codes;
  const most = Math.max(...codes.map(({ walk }) => walk.states.length));
  const whole = Buffer.byteLength(page);
  for (const size of SIZES) {
    if ((whole * size) / most > MOST_BYTES * 1.6) continue; // pages grow with their states, less than in proportion
    kept = codes.map((code) => trimmed(code, size));
    page = pageWith(kept);
    if (Buffer.byteLength(page) <= MOST_BYTES) return page;
  }
  for (let count = kept.length - 1; count > 0; count--) {
    page = pageWith(kept.slice(0, count));
    if (Buffer.byteLength(page) <= MOST_BYTES) return page;
  }
  return page;
}

/** The first `most` states of a code, and those of the schedule that is shown. */
export function trimmed(code: WalkCode, most: number): WalkCode {
  const { walk, taken } = code;
  if (walk.states.length <= most) return code;
  const kept = new Set<number>();
  for (let state = 0; state < most; state++) kept.add(state);
  for (const { state, choice } of taken) {
    kept.add(state);
    const to = walk.states[state]?.choices[choice]?.to ?? -1;
    if (to >= 0) kept.add(to);
  }
  const order = [...kept].sort((a, b) => a - b);
  const numbers = new Map(order.map((state, index) => [state, index]));
  const states = order.flatMap((state): WalkState[] => {
    const one = walk.states[state];
    if (one === undefined) return [];
    const choices = one.choices.map((choice) => ({ ...choice, to: numbers.get(choice.to) ?? -1 }));
    return [{ ...one, choices }];
  });
  const small: Walk = { ...walk, states, cut: `the ${most} nearest states` };
  return {
    ...code,
    walk: withUsedSteps(small),
    taken: taken.map(({ state, choice }) => ({ state: numbers.get(state) ?? 0, choice })),
  };
}

function withUsedSteps(walk: Walk): Walk {
  const used = new Set(walk.first);
  for (const { choices } of walk.states) for (const { steps } of choices) for (const step of steps) used.add(step);
  const order = [...used].sort((a, b) => a - b);
  const numbers = new Map(order.map((step, index) => [step, index]));
  const renumbered = (steps: readonly number[]): number[] => steps.map((step) => numbers.get(step) ?? 0);
  return {
    ...walk,
    first: renumbered(walk.first),
    steps: order.flatMap((step) => walk.steps[step] ?? []),
    states: walk.states.map((state) => ({
      ...state,
      choices: state.choices.map((choice) => ({ ...choice, steps: renumbered(choice.steps) })),
    })),
  };
}

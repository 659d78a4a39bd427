import { InputError } from '../errors.ts';
import { renderTrace } from '../report/trace.ts';
import { EXIT } from './exit.ts';
import { type ColorWish, present, terminalWidth, wantsColor } from './output.ts';
import { type RunOptions, runReview } from './run.ts';

/** Options of `relore replay`. */
export interface ReplayCommandOptions extends RunOptions {
  readonly trace: string;
  readonly color: ColorWish;
  readonly pager: boolean;
}

/**
 * Explores again and prints the schedule named `--trace`, every step with the change of state. The same input gives
 * the same schedules, so the name in a review stays valid. Throws InputError when there is no such schedule.
 */
export async function replayCommand(sources: readonly string[], options: ReplayCommandOptions): Promise<void> {
  const review = await runReview(sources, options);
  const trace = review.traces[options.trace];
  if (trace === undefined) {
    const names = Object.keys(review.traces).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const found = names.length === 0 ? 'a review without a schedule' : `schedules ${names.join(', ')}`;
    throw new InputError({ place: { file: '--trace' }, expected: `a schedule called ${options.trace}`, found });
  }
  const text = renderTrace(trace, { width: terminalWidth(), color: wantsColor(options.color, false) });
  await present(text, undefined, options);
  process.exitCode = EXIT.nothing;
}

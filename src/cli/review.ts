import { renderJson } from '../report/json.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderTerminal } from '../report/terminal.ts';
import type { Review } from '../types.ts';
import { exitCode, type FailOn } from './exit.ts';
import { type ColorWish, emit, terminalWidth, wantsColor } from './output.ts';
import { type RunOptions, replayCommandLine, runReview } from './run.ts';

/** Options of `relore review`. */
export interface ReviewCommandOptions extends RunOptions {
  readonly format: 'terminal' | 'markdown' | 'json';
  readonly output?: string;
  readonly failOn: FailOn;
  readonly only: 'new' | 'all';
  readonly all: boolean;
  readonly allSteps: boolean;
  readonly color: ColorWish;
}

/** Reviews the thread in `sources` and prints it; sets the exit code by `--fail-on`. */
export async function reviewCommand(sources: readonly string[], options: ReviewCommandOptions): Promise<void> {
  const review = await runReview(sources, options);
  const replay = replayCommandLine(sources, options);
  await emit(rendered(review, { ...options, replay }), options.output);
  process.exitCode = exitCode(review, options.failOn);
}

function rendered(review: Review, options: ReviewCommandOptions & { readonly replay: string }): string {
  const { all, allSteps, only, replay } = options;
  switch (options.format) {
    case 'terminal':
      return renderTerminal(review, {
        all,
        allSteps,
        only,
        replay,
        width: terminalWidth(),
        color: wantsColor(options.color, options.output !== undefined),
      });
    case 'markdown':
      return renderMarkdown(review, { all, allSteps, only, replay });
    case 'json':
      return renderJson(review);
    default:
      return options.format satisfies never;
  }
}

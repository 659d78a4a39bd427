import { readThread } from '../mail/read.ts';
import { renderThread, renderThreadJson, renderThreadMarkdown } from '../report/thread.ts';
import type { Thread } from '../types.ts';
import { type ColorWish, emit, terminalWidth, wantsColor } from './output.ts';
import { joined, readSources } from './source.ts';

/** Options of `relore thread`. */
export interface ThreadCommandOptions {
  readonly format: 'terminal' | 'markdown' | 'json';
  readonly output?: string;
  readonly color: ColorWish;
}

/** Prints what was read from `sources`; nothing is run. */
export async function threadCommand(sources: readonly string[], options: ThreadCommandOptions): Promise<void> {
  const { bytes, name } = joined(await readSources(sources));
  await emit(rendered(await readThread(bytes, name), options), options.output);
}

function rendered(thread: Thread, options: ThreadCommandOptions): string {
  switch (options.format) {
    case 'terminal':
      return renderThread(thread, {
        width: terminalWidth(),
        color: wantsColor(options.color, options.output !== undefined),
      });
    case 'markdown':
      return renderThreadMarkdown(thread);
    case 'json':
      return renderThreadJson(thread);
    default:
      return options.format satisfies never;
  }
}

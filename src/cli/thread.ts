import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { streamThreads } from '../mail/archive.ts';
import { readThread } from '../mail/read.ts';
import { renderThread, renderThreadJson, renderThreadJsonLine, renderThreadMarkdown } from '../report/thread.ts';
import type { Thread } from '../types.ts';
import { openArchive, openStdin } from './archive.ts';
import { type ColorWish, emit, present, terminalWidth, wantsColor } from './output.ts';
import type { Source } from './source.ts';
import { joined, readSources } from './source.ts';

/** Options of `relore thread`. */
export interface ThreadCommandOptions {
  readonly format: 'terminal' | 'markdown' | 'json';
  readonly output?: string;
  readonly color: ColorWish;
  readonly pager: boolean;
  readonly refresh?: boolean; // fetch again what stands on a server
}

/**
 * Prints what was read from `sources`; nothing is run. A large mbox, also a piped one, is printed thread by thread, in the order of their
 * first mails, and is never in memory as a whole; as JSON each of its threads is one line.
 */
export async function threadCommand(sources: readonly string[], options: ThreadCommandOptions): Promise<void> {
  const opened = isPiped(sources) ? await openStdin(process.stdin) : await openArchive(sources);
  if (opened === undefined || !('archive' in opened)) {
    await printWhole(opened ?? joined(await readSources(sources, options)), options);
    return;
  }
  try {
    await print(threadTexts(streamThreads(opened.archive), options), options.output);
  } finally {
    await opened.close();
  }
}

function isPiped(sources: readonly string[]): boolean {
  return sources.length === 0 ? !process.stdin.isTTY : sources.length === 1 && sources[0] === '-';
}

async function printWhole({ bytes, name }: Source, options: ThreadCommandOptions): Promise<void> {
  const thread = await readThread(bytes, name);
  const ids = thread.messages.filter(({ synthetic, virtual }) => !synthetic && !virtual).map(({ id }) => id);
  if (options.format === 'terminal') await present(rendered(thread, options), options.output, { ...options, ids });
  else await emit(rendered(thread, options), options.output);
}

async function* threadTexts(
  threads: AsyncIterable<{ readonly thread: Thread }>,
  options: ThreadCommandOptions,
): AsyncGenerator<string> {
  let first = true;
  for await (const { thread } of threads) {
    if (options.format === 'json') yield renderThreadJsonLine(thread);
    else yield first ? rendered(thread, options) : `\n${rendered(thread, options)}`;
    first = false;
  }
}

/** Writes texts as they come, no faster than they are taken; to `file` by way of a temporary one beside it. */
async function print(texts: AsyncIterable<string>, file: string | undefined): Promise<void> {
  const beside = file === undefined ? '' : join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  const out = file === undefined ? process.stdout : createWriteStream(beside, { flags: 'wx' });
  try {
    for await (const text of texts) if (!out.write(text)) await once(out, 'drain');
    if (file === undefined) return;
    out.end();
    await once(out, 'finish');
    await rename(beside, file);
  } catch (error) {
    if (file !== undefined) await rm(beside, { force: true });
    throw error;
  }
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

// One line on a terminal's stderr while a review takes long; nothing when nobody looks.

import { isCi } from './settings.ts';

/** Told of every search before it begins. */
export interface Progress {
  readonly search: (words: string) => void;
  readonly end: () => void; // takes the line away
}

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const QUIET = 1000; // ms before the first line: most reviews are over by then
const BETWEEN = 100; // ms between two lines

/**
 * Returns what prints the search that runs, how many ran and for how long; undefined when `screen` is no terminal, in CI
 * and with TERM=dumb. Searches do not give way to other work, so the line stands still during a long one.
 */
export function openProgress(
  screen: Screen,
  env: Readonly<Record<string, string | undefined>>,
  now: () => number,
): Progress | undefined {
  if (screen.isTTY !== true || isCi(env) || env['TERM'] === 'dumb') return undefined;
  const start = now();
  let searches = 0;
  let last = start + QUIET - BETWEEN;
  let isShown = false;
  return {
    search(words) {
      searches++;
      const time = now();
      if (time - last < BETWEEN) return;
      last = time;
      isShown = true;
      const line = `${words.replace(/\p{Cc}/gu, '?')}: search ${searches}, ${Math.round((time - start) / 1000)} s`;
      screen.write(`\r${line.slice(0, Math.max(20, (screen.columns ?? 80) - 1))}\u001b[K`);
    },
    end() {
      if (isShown) screen.write('\r\u001b[K');
    },
  };
}

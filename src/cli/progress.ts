// One line on a terminal's stderr while a review takes long; nothing when nobody looks.
import type { Work } from '../review/checks.ts';
import { isCi } from './settings.ts';

/** Told of every search before it begins. */
export interface Progress {
  readonly search: (work: Work) => void;
  readonly tick: () => void; // the clock goes on during a long search
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
 * Returns what prints the search that runs, how many of how many, the states a second and the time that is left; undefined
 * when `screen` is no terminal, in CI and with TERM=dumb.
 */
export function openProgress(
  screen: Screen,
  env: Readonly<Record<string, string | undefined>>,
  now: () => number,
): Progress | undefined {
  if (screen.isTTY !== true || isCi(env) || env['TERM'] === 'dumb') return undefined;
  const start = now();
  let last = start + QUIET - BETWEEN;
  let isShown = false;
  let latest: Work | undefined;
  const show = (): void => {
    const time = now();
    if (latest === undefined || time - last < BETWEEN) return;
    last = time;
    isShown = true;
    const line = progressWords(latest, (time - start) / 1000).replace(/\p{Cc}/gu, '?');
    screen.write(`\r${line.slice(0, Math.max(20, (screen.columns ?? 80) - 1))}\u001b[K`);
  };
  return {
    search(work) {
      latest = { ...work };
      show();
    },
    tick: show,
    end() {
      if (isShown) screen.write('\r\u001b[K');
    },
  };
}

/** What is known first: the end of a narrow line is cut. */
function progressWords({ words, done, total, states }: Work, seconds: number): string {
  const left = done > 1 && total >= done ? Math.ceil((seconds / (done - 1)) * (total - done + 1)) : undefined;
  const speed = states / Math.max(seconds, 0.001);
  const rate = speed < 10_000 ? `${Math.round(speed)}` : `${Math.round(speed / 1000)} k`;
  const time = left === undefined ? `${Math.round(seconds)} s` : `${Math.round(seconds)} s, at most ${left} s left`;
  return `${done} of ${total}: ${words}; ${time}, ${rate} states/s`;
}

// git as a plumbing command: no shell, no revision that is an option, and no program that a repository's configuration
// names. Nothing is fetched or written.

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';

const MOST_OUTPUT = 1 << 29; // bytes

/** What one run of git gave. `status` is null when git could not be started. */
export interface GitRun {
  readonly status: number | null;
  readonly out: Buffer;
  readonly err: string; // its first line, without control characters
}

const SAFE = [
  ...['-c', 'protocol.allow=never'],
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'diff.noprefix=false'],
  ...['-c', 'diff.mnemonicPrefix=false'],
  ...['--no-pager', '--no-optional-locks', '--no-replace-objects'],
];

/** Runs git in `folder`, for at most a minute. The environment has no GIT_DIR and its kin: a hook sets them. */
export function runGit(folder: string, args: readonly string[]): GitRun {
  const limits = { maxBuffer: MOST_OUTPUT, timeout: 60_000 };
  const run = spawnSync('git', [...SAFE, ...args], { cwd: folder, env: ownEnvironment(), ...limits });
  const said = (run.stderr?.toString('utf8') ?? '').split('\n').find((line) => line.trim() !== '') ?? '';
  return { status: run.status, out: run.stdout ?? Buffer.alloc(0), err: said.replace(/\p{Cc}/gu, '?').slice(0, 200) };
}

/** Starts git in `folder`, to be written to and read from while it runs; whoever starts it ends it. */
export function startGit(folder: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn('git', [...SAFE, ...args], { cwd: folder, env: ownEnvironment() });
}

function ownEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^GIT_(?!CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)$)/.test(name),
  );
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' };
}

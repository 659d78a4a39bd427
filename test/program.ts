// The program as it is built in dist/, run as a user runs it.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The repository. */
export const ROOT = join(import.meta.dirname, '..');

const PROGRAM = join(ROOT, 'dist/relore.js');

/** How a run ended. */
export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `relore` with `args` to its end. */
export function runRelore(args: readonly string[], env: NodeJS.ProcessEnv, cwd?: string): Ran {
  const run = spawnSync(process.execPath, [PROGRAM, ...args], {
    ...{ encoding: 'utf8', env, maxBuffer: 1 << 28 },
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { status: run.status, out: run.stdout, err: run.stderr };
}

/** Starts `relore` with `args`; `ended` has what it printed. */
export function startRelore(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString();
  });
  child.stderr.on('data', (part: Buffer) => {
    err += part.toString();
  });
  return { child, ended: new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err }))) };
}

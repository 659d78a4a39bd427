// Text for a person: through a pager when it is longer than the terminal, with links where the terminal shows them.
import { spawnSync } from 'node:child_process';

type Env = Readonly<Record<string, string | undefined>>;

/** The terminal that is written to. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly rows?: number;
}

/** Returns the command of the pager: as git chooses it, with a name of our own before all; '' for none. */
export function pagerCommand(env: Env): string {
  const { RELORE_PAGER: own, PAGER: general, TERM } = env;
  if (TERM === 'dumb') return '';
  const command = own ?? general ?? 'less';
  return command === 'cat' ? '' : command;
}

/**
 * Shows `text` in the pager of `env` and returns true; false when it was not shown: no terminal, a text that fits, no pager, or one
 * that cannot be started. Waits until the pager is left. The command is the user's own and is run by a shell, as git runs it.
 */
export function page(text: string, terminal: Terminal, env: Env): boolean {
  const command = pagerCommand(env);
  if (terminal.isTTY !== true || command === '' || text.split('\n').length <= (terminal.rows ?? 24)) return false;
  const run = spawnSync('/bin/sh', ['-c', command], {
    input: text,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...env, LESS: env['LESS'] ?? 'FRX', LV: env['LV'] ?? '-c' },
  });
  // 126 and 127: the shell could not start it. A pager that is left early breaks the pipe, which is no failure.
  return run.error === undefined || (run.error as NodeJS.ErrnoException).code === 'EPIPE'
    ? run.status !== 126 && run.status !== 127
    : false;
}

/** Whether links can be written: a terminal that is not dumb, and no pager but less behind it. */
export function showsLinks(terminal: Terminal, env: Env): boolean {
  const { TERM = '' } = env;
  return terminal.isTTY === true && TERM !== 'dumb' && TERM !== 'linux' && /^(?:less\b.*)?$/.test(pagerCommand(env));
}

/** Returns `text` with `<id>` of each Message-ID in `ids` as an OSC 8 link to `mask`, in which %s stands for the id. */
export function withLinks(text: string, ids: ReadonlySet<string>, mask: string): string {
  return text.replace(/<([^\s<>@]+@[^\s<>@]+)>/g, (whole, id: string) => {
    if (!ids.has(id)) return whole;
    const url = mask.replace('%s', () => encodeURIComponent(id).replaceAll('%40', '@'));
    return `<\u001b]8;;${url}\u001b\\${id}\u001b]8;;\u001b\\>`;
  });
}

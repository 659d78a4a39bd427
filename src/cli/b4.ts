// b4, when it is installed, fetches threads with the settings, the caches and the credentials that its user gave it.
import { spawnSync } from 'node:child_process';

const MOST_OUTPUT = 1 << 29; // bytes

/**
 * Returns the mbox that `b4 mbox` prints for a Message-ID, or undefined when there is no b4 or it does not know the message: then
 * we ask the server ourselves. No shell is used, and an id that could be an option is never handed over.
 */
export function mboxByB4(messageId: string, say: (words: string) => void): Buffer | undefined {
  if (messageId.startsWith('-')) return undefined;
  const run = spawnSync('b4', ['-q', 'mbox', '-o', '-', messageId], {
    maxBuffer: MOST_OUTPUT,
    timeout: 120_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (run.error !== undefined) return undefined;
  if (run.status === 0 && run.stdout.length > 0) return run.stdout;
  const why = run.stderr.toString('utf8').trim().split('\n').at(-1) ?? '';
  say(`b4 mbox: ${why.replace(/\p{Cc}/gu, '?').slice(0, 200) || 'no mail'}; asking the server`);
  return undefined;
}

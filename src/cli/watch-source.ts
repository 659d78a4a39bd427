// What came to an inbox since the last look: threads with new mail, from epochs on disk or from a server.
import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { Archive } from '../mail/archive.ts';
import { streamThreads } from '../mail/archive.ts';
import { readThread } from '../mail/read.ts';
import { unpack } from '../mail/unpack.ts';
import type { Thread } from '../types.ts';
import { archiveIn } from './archive.ts';
import { runGit } from './git.ts';
import { download } from './http.ts';
import { epochMails, epochsOf } from './inbox.ts';
import { mboxEntry } from './source.ts';

/** What was seen of an inbox: the newest commit of each epoch, or the newest Message-IDs of a server. */
export interface Cursor {
  readonly commits: Readonly<Record<string, string>>;
  readonly seen: readonly string[];
}

/** A thread with new mail, and its bytes. */
export interface NewThread {
  readonly thread: Thread;
  readonly bytes: Uint8Array;
}

/** What a look found, and where the next one begins. */
export interface Look {
  readonly threads: AsyncIterable<NewThread>;
  readonly next: Cursor;
}

const WINDOW = 5000; // mails of an epoch that are read again, so that a reply finds its thread
const MOST_THREADS = 50; // that one look fetches from a server; the rest comes with the next
const MOST_SEEN = 1000; // Message-IDs that are kept
const MOST_FEED = 16 << 20; // bytes

/**
 * Looks at an inbox. Without a cursor nothing is new: a watch begins with what comes. Throws InputError for what is no public-inbox, and for a
 * server that does not answer.
 */
export async function look(source: string, cursor: Cursor | undefined, say: (words: string) => void): Promise<Look> {
  if (/^https?:\/\//.test(source)) return lookAtServer(source.replace(/\/*$/, ''), cursor, say);
  const epochs = await epochsOf(source);
  if (epochs === undefined)
    throw new InputError({ place: { file: source }, expected: 'a public-inbox (v2) or the URL of one', found: 'none' });
  const heads = Object.fromEntries(epochs.map((epoch) => [epoch, headOf(epoch)]));
  const changed = epochs.filter((epoch) => heads[epoch] !== (cursor?.commits[epoch] ?? ''));
  const next = { commits: heads, seen: [] };
  return { threads: cursor === undefined ? none() : newThreads(changed, cursor, source), next };
}

async function* none(): AsyncGenerator<NewThread> {}

function headOf(epoch: string): string {
  return runGit(epoch, ['rev-parse', '--verify', '--quiet', 'HEAD']).out.toString('latin1').trim();
}

/** The threads of the last mails that have one behind the cursor. */
async function* newThreads(epochs: readonly string[], cursor: Cursor, name: string): AsyncGenerator<NewThread> {
  if (epochs.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), 'relore-watch-'));
  const file = await open(join(folder, 'new.mbox'), 'wx+');
  try {
    const fresh: [number, number][] = []; // bytes of new mails
    let at = 0;
    for (const epoch of epochs) {
      const last = cursor.commits[epoch];
      const known = last === undefined ? [] : [last];
      const behind = new Set(commitsBehind(epoch, known));
      for await (const { commit, bytes } of epochMails(epoch, startOf(epoch))) {
        const entry = mboxEntry(bytes);
        await file.write(entry);
        if (behind.has(commit)) fresh.push([at, at + entry.length]);
        at += entry.length;
      }
    }
    if (fresh.length === 0) return;
    const archive: Archive = archiveIn(name, file);
    for await (const { thread, bytes, pieces } of streamThreads(archive)) {
      const isNew = pieces.some(({ from }) => fresh.some(([start, end]) => start <= from && from < end));
      if (isNew) yield { thread, bytes };
    }
  } finally {
    await file.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function commitsBehind(epoch: string, known: readonly string[]): string[] {
  const range = known.map((commit) => `^${commit}`);
  const { out } = runGit(epoch, ['rev-list', '--first-parent', 'HEAD', ...range, '--']);
  return out.toString('latin1').split('\n').filter(Boolean);
}

/** The commit before the last mails; undefined for an epoch that has fewer. */
function startOf(epoch: string): string | undefined {
  const { status, out } = runGit(epoch, ['rev-parse', '--verify', '--quiet', `HEAD~${WINDOW}`]);
  return status === 0 ? out.toString('latin1').trim() : undefined;
}

/** The feed of a public-inbox names its newest messages; each thread is fetched whole, one request at a time. */
async function lookAtServer(url: string, cursor: Cursor | undefined, say: (words: string) => void): Promise<Look> {
  const feed = (await download(`${url}/new.atom`, { most: MOST_FEED, say })).toString('utf8');
  if (!/<feed\b/.test(feed.slice(0, 4096)))
    throw new InputError({ place: { file: url }, expected: 'a public-inbox, with new.atom', found: 'something else' });
  const escaped = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/^https?/, 'https?');
  const links = [...feed.matchAll(new RegExp(`<link\\b[^>]*href="${escaped}/([^"/]+@[^"/]+)/"`, 'g'))];
  const ids = [...new Set(links.map(([, id = '']) => id))];
  const seen = new Set(cursor?.seen ?? []);
  const fresh = cursor === undefined ? [] : ids.filter((id) => !seen.has(id)).slice(-MOST_THREADS);
  const next = { commits: {}, seen: [...(cursor === undefined ? ids : fresh), ...seen].slice(0, MOST_SEEN) };
  return { threads: fetched(url, fresh, say), next };
}

async function* fetched(url: string, ids: readonly string[], say: (words: string) => void): AsyncGenerator<NewThread> {
  const told = new Set<string>(); // first messages of threads that were given
  for (const id of ids) {
    const from = `${url}/${id}/t.mbox.gz`;
    const bytes = await unpack(await download(from, { most: 64 << 20, say }), from);
    const thread = await readThread(bytes, from);
    const first = thread.messages[0]?.id ?? id;
    if (!told.has(first)) yield { thread, bytes };
    told.add(first);
  }
}

/** Runs a command of the user's own with `json` on its standard input. Returns its exit code, 127 when it cannot be run. */
export function runUserCommand(command: string, json: string): number {
  const run = spawnSync('/bin/sh', ['-c', command], { input: json, stdio: ['pipe', 'inherit', 'inherit'] });
  return run.status ?? 127;
}

// What came to an inbox since the last look: threads with new mail, from epochs on disk or from a server.
import { spawnSync } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { Place } from '../mail/archive.ts';
import { unpack } from '../mail/unpack.ts';
import type { ArchiveFile } from './archive.ts';
import { runGit } from './git.ts';
import { download } from './http.ts';
import { epochMails, epochsOf } from './inbox.ts';
import { mboxEntry } from './source.ts';

/** What was seen of an inbox: the newest commit of each epoch, or the newest Message-IDs of a server. */
export interface Cursor {
  readonly commits: Readonly<Record<string, string>>;
  readonly seen: readonly string[];
}

/** What a look found, in a file of its own, and where the next one begins. */
export interface Look {
  readonly found?: { readonly file: ArchiveFile; readonly isNew: (thread: readonly Place[]) => boolean };
  readonly next: Cursor;
  /** Removes the file. */
  readonly close: () => Promise<void>;
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
  return cursor === undefined || changed.length === 0 ? nothing(next) : newMails(changed, cursor, source, next);
}

function nothing(next: Cursor): Look {
  return { next, close: async () => {} };
}

function headOf(epoch: string): string {
  return runGit(epoch, ['rev-parse', '--verify', '--quiet', 'HEAD']).out.toString('latin1').trim();
}

/** The last mails of each epoch, and which threads have one behind the cursor. */
async function newMails(epochs: readonly string[], cursor: Cursor, name: string, next: Cursor): Promise<Look> {
  const fresh: Place[] = [];
  return written(name, next, async (file) => {
    let at = 0;
    for (const epoch of epochs) {
      const last = cursor.commits[epoch];
      const behind = new Set(commitsBehind(epoch, last === undefined ? [] : [last]));
      for await (const { commit, bytes } of epochMails(epoch, startOf(epoch))) {
        const entry = mboxEntry(bytes);
        await file.write(entry);
        if (behind.has(commit)) fresh.push({ from: at, to: at + entry.length });
        at += entry.length;
      }
    }
    return (thread) => thread.some(({ from }) => fresh.some((mail) => mail.from <= from && from < mail.to));
  });
}

type Found = NonNullable<Look['found']>;

/** A look whose mails `write` puts into a temporary file. */
async function written(
  name: string,
  next: Cursor,
  write: (file: FileHandle) => Promise<Found['isNew']>,
): Promise<Look> {
  const folder = await mkdtemp(join(tmpdir(), 'relore-watch-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'new.mbox');
    const file = await open(path, 'wx');
    const isNew = await write(file).finally(() => file.close());
    const { size } = await stat(path);
    return { found: { file: { path, name, size }, isNew }, next, close };
  } catch (error) {
    await close();
    throw error;
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
  return fresh.length === 0 ? nothing(next) : fetched(url, fresh, next, say);
}

/** The threads of some messages, each once. */
async function fetched(url: string, ids: readonly string[], next: Cursor, say: (words: string) => void): Promise<Look> {
  const held = new Set<string>(); // Message-IDs of what was fetched
  return written(url, next, async (file) => {
    for (const id of ids) {
      if (held.has(unescaped(id))) continue;
      const from = `${url}/${id}/t.mbox.gz`;
      const bytes = await unpack(await download(from, { most: 64 << 20, say }), from);
      const own = [...bytes.toString('latin1').matchAll(/^message-id:\s*<([^<>\s]+)>/gim)].map(([, one = '']) => one);
      if (!held.has(own[0] ?? '')) await file.write(mboxEntry(bytes));
      for (const one of own) held.add(one);
    }
    return () => true;
  });
}

function unescaped(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Runs a command of the user's own with `json` on its standard input. Returns its exit code, 127 when it cannot be run. */
export function runUserCommand(command: string, json: string): number {
  const run = spawnSync('/bin/sh', ['-c', command], { input: json, stdio: ['pipe', 'inherit', 'inherit'] });
  return run.status ?? 127;
}

// What is named by a Message-ID or a URL: where the thread is fetched, and what an earlier run has kept of it. Nothing is
// fetched for any other source.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError } from '../errors.ts';
import { isMail } from '../mail/form.ts';
import { unpack } from '../mail/unpack.ts';
import { mboxByB4 } from './b4.ts';
import { runGit } from './git.ts';
import { download } from './http.ts';

/** A thread on a server. */
export interface Remote {
  readonly url: string; // of an mbox
  readonly messageId: string | undefined; // when it was named by that alone
}

/** Where b4 looks and links to; `%s` stands for the Message-ID. */
export interface Masks {
  readonly mid: string; // git config b4.midmask
  readonly link: string; // git config b4.linkmask
}

const MOST_BYTES = 64 << 20; // of one thread, packed: the largest threads of lore have 10 MB
const MOST_UNPACKED = 512 << 20;

/** Returns the masks of git config in `folder`, or those that b4 has by itself. */
export function readMasks(folder: string): Masks {
  const get = (key: string, otherwise: string): string => {
    const value = runGit(folder, ['config', '--get', key]).out.toString('utf8').trim();
    return value.includes('%s') && /^https?:\/\//.test(value) ? value : otherwise;
  };
  return {
    mid: get('b4.midmask', 'https://lore.kernel.org/all/%s'),
    link: get('b4.linkmask', 'https://lore.kernel.org/r/%s'),
  };
}

/**
 * Returns where the thread that `name` stands for is fetched: a URL of a public-inbox (of a message, its thread, raw text or mbox), one
 * that b4.linkmask makes, `<id>`, or a bare Message-ID. Undefined for every other name. Throws InputError for a URL that does not read.
 */
export function remoteOf(name: string, masks: Masks): Remote | undefined {
  if (/^https?:\/\//i.test(name)) return { url: mboxUrl(linkedId(name, masks) ?? name), messageId: undefined };
  const [, id = ''] = /^<([^\s<>]+@[^\s<>]+)>$/.exec(name) ?? /^([^\s<>{}@/]+@[^\s<>{}@/]+)$/.exec(name) ?? [];
  return id === '' ? undefined : { url: mboxUrl(masks.mid.replace('%s', escapedId(id))), messageId: id };
}

/** The page of a Message-ID on the server of the masks, when the URL is a link of b4.linkmask: that one only redirects. */
function linkedId(url: string, masks: Masks): string | undefined {
  for (const mask of [masks.link, 'https://lore.kernel.org/r/%s', 'https://patch.msgid.link/%s']) {
    const [before = '', after = ''] = mask.split('%s');
    if (!url.startsWith(before) || !url.endsWith(after)) continue;
    const id = url.slice(before.length, url.length - after.length).replace(/\/+$/, '');
    if (id.includes('@') && id !== '') return masks.mid.replace('%s', id);
  }
  return undefined;
}

function escapedId(id: string): string {
  return encodeURIComponent(id).replaceAll('%40', '@');
}

// What stands behind a message in the URLs of public-inbox: its thread, nested or flat, as a feed, its raw text.
const VIEW = /\/(?:[Tt]|t\.atom|s|#[^/]*)?\/?$/;
const IS_FILE = /\/(?:raw|mbox\/?|[^/]*\.(?:mbox|mboxrd|patch|eml|txt)(?:\.gz|\.xz)?)$/;

function mboxUrl(given: string): string {
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw new InputError({ place: { file: given }, expected: 'a URL', found: 'what cannot be one' });
  }
  url.hash = '';
  url.search = '';
  if (IS_FILE.test(url.pathname)) return url.href;
  if (!/@|%40/i.test(url.pathname)) {
    const expected = 'the URL of a message or thread of a public-inbox, with its Message-ID';
    throw new InputError({ place: { file: given }, expected, found: 'none in the URL' });
  }
  url.pathname = `${url.pathname.replace(VIEW, '')}/t.mbox.gz`;
  return url.href;
}

/** How a thread is fetched. */
export interface FetchOptions {
  readonly refresh: boolean; // fetch again what is kept
  readonly say: (words: string) => void; // told of waiting and of what came out of the cache
  readonly folder: string; // of the cache
}

/** Returns where threads are kept: relore/threads in $XDG_CACHE_HOME or ~/.cache. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CACHE_HOME: xdg = '' } = env;
  return join(xdg.startsWith('/') ? xdg : join(homedir(), '.cache'), 'relore', 'threads');
}

/**
 * Returns the mbox of a thread: out of the cache, where it is kept for ever, else by `b4 mbox` when b4 is installed and the thread was named
 * by its Message-ID, else by HTTP. Throws InputError for what is not there or is no mail.
 */
export async function readRemote(remote: Remote, options: FetchOptions): Promise<Buffer> {
  const { url, messageId } = remote;
  const kept = join(options.folder, createHash('sha256').update(url).digest('hex').slice(0, 40));
  if (!options.refresh) {
    const bytes = await readFile(kept).catch(() => undefined);
    if (bytes !== undefined) {
      const day = (await stat(kept)).mtime.toISOString().slice(0, 10);
      options.say(`${url}: as kept on ${day}; --refresh fetches it again`);
      return unpack(bytes, url, MOST_UNPACKED);
    }
  }
  const packed =
    (messageId === undefined ? undefined : mboxByB4(messageId, options.say)) ??
    (await download(url, { most: MOST_BYTES, say: options.say }));
  const bytes = await unpack(packed, url, MOST_UNPACKED);
  checkMail(bytes, url);
  await keep(kept, packed).catch((error: NodeJS.ErrnoException) => {
    options.say(`${url}: not kept in ${options.folder}: ${error.code ?? error.message}`);
  });
  return bytes;
}

/** Servers answer some requests for mail with a page, and with 200. */
function checkMail(bytes: Buffer, url: string): void {
  const head = bytes.subarray(0, 4096).toString('latin1');
  const isPage = /^\s*(?:<!doctype html|<html|<\?xml)/i.test(head);
  if (!isPage && bytes.length > 0 && (head.startsWith('From ') || isMail(bytes))) return;
  const found = isPage ? 'a web page: is this a public-inbox?' : bytes.length === 0 ? 'nothing' : 'something else';
  throw new InputError({ place: { file: url }, expected: 'mail', found });
}

/** Whole or not at all: a run beside this one may read it. */
async function keep(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(beside, bytes, { flag: 'wx' });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

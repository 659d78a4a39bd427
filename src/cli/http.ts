// One request at a time, politely: a name of our own, waiting as long as the server asks, and a bound on bytes and time.
import { InputError } from '../errors.ts';
import { packageRoot } from './package-root.ts';

const TRIES = 4;
const LONGEST_WAIT = 60; // seconds between two tries
const MOST_TIME = 120_000; // ms for one answer

/** Limits of a download and who is told of waiting. */
export interface DownloadOptions {
  readonly most: number; // bytes
  readonly say: (words: string) => void;
  readonly wait?: (seconds: number) => Promise<void>;
}

type Answer = { readonly bytes: Buffer } | { readonly again: string; readonly seconds: number | undefined };

/**
 * Returns the body behind an http(s) URL, redirects followed. Asks again, at most four times, when the server is busy (429, 502,
 * 503, 504) or the connection is cut. Throws InputError for any other answer, for more than `most` bytes and when no answer comes.
 */
export async function download(url: string, { most, say, wait = sleep }: DownloadOptions): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await request(url, most);
    if ('bytes' in answer) return answer.bytes;
    if (attempt === TRIES) throw bad(url, 'an answer', `${answer.again}, ${TRIES} times`);
    const seconds = Math.min(LONGEST_WAIT, answer.seconds ?? 2 ** (attempt - 1));
    say(`${url}: ${answer.again}; asking again in ${seconds} s`);
    await wait(seconds);
  }
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

async function request(url: string, most: number): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { 'user-agent': userAgent(), accept: '*/*' },
      signal: AbortSignal.timeout(MOST_TIME),
    });
  } catch (error) {
    throw bad(url, 'a server that answers', failure(error));
  }
  if ([429, 502, 503, 504].includes(response.status)) {
    await response.body?.cancel();
    return { again: `the server is busy (${response.status})`, seconds: retryAfter(response) };
  }
  if (!response.ok) {
    await response.body?.cancel();
    const found = response.status === 404 ? 'no such message there (404)' : `status ${response.status}`;
    throw bad(url, 'mail', found);
  }
  try {
    return { bytes: await bodyOf(response, url, most) };
  } catch (error) {
    if (error instanceof InputError) throw error;
    return { again: `the connection was cut (${failure(error)})`, seconds: undefined };
  }
}

async function bodyOf(response: Response, url: string, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > most) throw bad(url, `at most ${most >> 20} MB`, 'more');
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}

/** Seconds or a date (RFC 9110 section 10.2.3). */
function retryAfter(response: Response): number | undefined {
  const value = response.headers.get('retry-after') ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const until = Date.parse(value);
  return Number.isNaN(until) ? undefined : Math.max(0, Math.ceil((until - Date.now()) / 1000));
}

/** The cause of a failed fetch is one or two errors further down. */
function failure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${MOST_TIME / 1000} s`;
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}

function userAgent(): string {
  return `relore/${packageRoot().version} (+https://www.npmjs.com/package/relore; one request at a time)`;
}

function bad(url: string, expected: string, found: string): InputError {
  return new InputError({ place: { file: url }, expected, found });
}

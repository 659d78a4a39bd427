// What the tree of a thread says of one message.

import type { BlockKind, Message, Patch, Thread, Trailer } from '../types.ts';
import { clean, counted, cut } from './text.ts';
import { diffWords } from './thread-sections.ts';

const MOST_QUOTED = 8; // speakers named as quoted in one message
const OPENING = 140; // characters of its own words that a message is shown with

/** What the thread says of its messages, by Message-ID. */
export interface Known {
  readonly thread: Thread;
  readonly messages: ReadonlyMap<string, Message>;
  readonly patches: ReadonlyMap<string, Patch>;
  readonly given: ReadonlyMap<string, readonly Trailer[]>; // in replies
  readonly pulls: ReadonlyMap<string, string>; // what a pull request asks to pull
  readonly openings: ReadonlyMap<string, string>; // how a message's own words begin
}

/** Returns what the thread says of its messages; `safe` is the thread with the words that may be printed. */
export function knownOf(thread: Thread, safe: Thread): Known {
  const given = new Map<string, Trailer[]>();
  for (const trailer of safe.trailers ?? []) {
    if (!trailer.own) given.set(trailer.messageId, [...(given.get(trailer.messageId) ?? []), trailer]);
  }
  return {
    thread: safe,
    messages: new Map(safe.messages.map((message) => [message.id, message])),
    patches: new Map(safe.patches.map((patch) => [patch.messageId, patch])),
    given,
    openings: new Map(thread.messages.map((message) => [clean(message.id), cut(clean(openingOf(message)), OPENING)])),
    pulls: new Map(thread.messages.flatMap((message) => pullOf(message).map((url) => [clean(message.id), clean(url)]))),
  };
}

const PULL =
  /\bavailable in the git repository at:\s*((?:[a-z+]{2,9}:\/\/|[\w.-]+@)[^\s<>]{4,200}(?:[ \n]+[\w./-]{1,100})?)/i;

/** The repository and branch of `git request-pull`, as its author wrote them. */
function pullOf({ blocks }: Message): string[] {
  const prose = blocks.filter((block) => block.depth === 0 && block.kind === 'prose');
  const match = PULL.exec(prose.map((block) => block.text).join('\n'));
  return match?.[1] === undefined ? [] : [match[1].replace(/\s+/g, ' ')];
}

const GREETING = /^(?:(?:hi|hello|hey|dear|good (?:morning|day))\b.{0,40}|[^.?!:]{1,30},)$/i;

/** The unquoted prose of a message up to what is shown of it; a greeting in a line of its own is left out. */
function openingOf({ blocks }: Message): string {
  let opening = '';
  for (const { depth, kind, text } of blocks) {
    if (depth > 0 || kind !== 'prose') continue;
    const lines = text
      .slice(0, 2 * OPENING)
      .split('\n')
      .map((line) => line.trim());
    const words = lines.filter((line, at) => line !== '' && !(opening === '' && at === 0 && GREETING.test(line)));
    opening = `${opening} ${words.join(' ')}`.trim();
    if (opening.length >= OPENING) return opening;
  }
  return opening;
}

/** Returns the sender, or that none is known. */
export function senderOf({ from }: Message): string {
  return from === '' ? '(no sender)' : from;
}

/** Returns the subject where it is another than that of the message above; a counter-patch and a robot are marked. */
export function titleOf(message: Message, { thread, messages, patches }: Known): string {
  const above = messages.get(message.parent?.id ?? '')?.subject ?? thread.subject;
  const marks = [
    ...(message.origin === 'bot' ? ['[written by a program]'] : []),
    ...(patches.get(message.id)?.kind === 'reply' ? ['[counter-patch]'] : []),
  ];
  return [...marks, ...(message.subject === above ? [] : [message.subject])].join(' ');
}

/** Returns what a message brings, gives, says and quotes, and how far to believe it. */
export function detailWords(message: Message, known: Known): string[] {
  const patch = known.patches.get(message.id);
  const pull = known.pulls.get(message.id);
  const given = (known.given.get(message.id) ?? []).map(
    (trailer) => `gives ${trailer.name} to ${targetWords(trailer, known)}`,
  );
  return [
    ...(patch === undefined ? [] : [diffWords(patch)]),
    ...(pull === undefined ? [] : [`asks to pull ${pull}`]),
    ...new Set(given),
    blockWords(message),
    ...quoteWords(message),
    ...noteWords(message, known),
  ];
}

function targetWords({ to, series }: Trailer, { thread }: Known): string {
  if (series !== undefined) return 'the series';
  const patch = thread.patches.find((each) => each.id === to);
  if (patch === undefined) return 'no patch that was read';
  return patch.index === undefined ? `"${patch.title}"` : `patch ${patch.index}/${patch.total ?? '?'}`;
}

/** What a reader should know before believing the line: the guesses, the losses, and who did not write it. */
function noteWords(message: Message, { messages }: Known): string[] {
  const { parent } = message;
  const absent = parent !== undefined && !messages.has(parent.id);
  const by =
    parent?.how === 'in-reply-to' || parent?.how === 'references'
      ? parent.how
      : `${parent?.how ?? ''}${parent?.matched === undefined ? '' : ` of ${counted(parent.matched, 'line')}`}`;
  const linked = parent !== undefined && (parent.guessed || parent.how === 'quote' || parent.how === 'attribution');
  return [
    ...(message.virtual ? ['known only from quotes'] : []),
    ...(absent ? [`answers <${parent.id}>, which is not in the input`] : []),
    ...(linked ? [`parent ${parent.guessed ? 'guessed' : 'found'} by ${by}`] : []),
    ...(message.synthetic && !message.virtual ? ['id made from the content'] : []),
    ...message.lossy.filter((loss) => !message.virtual || !loss.startsWith('known only from quotes')),
  ];
}

/** Returns the date in UTC to the minute, or as it was stated. */
export function dateWords(message: Message): string {
  if (message.date !== undefined) return `${message.date.slice(0, 16).replace('T', ' ')}Z`;
  return message.rawDate === undefined ? 'no date' : `stated ${message.rawDate}`;
}

/** The kinds of what the sender wrote, unquoted. */
function blockWords(message: Message): string {
  const counts = new Map<BlockKind, number>();
  for (const { depth, kind } of message.blocks) {
    if (depth === 0 && kind !== 'attribution') counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
  return kinds === '' ? 'no text of its own' : kinds;
}

/** Whom a message quotes, by depth. */
function quoteWords({ blocks }: Message): string[] {
  const depths = new Map<string, Set<number>>();
  for (const { depth, speaker = 'unknown' } of blocks) {
    if (depth > 0) depths.set(speaker, (depths.get(speaker) ?? new Set()).add(depth));
  }
  const first = (set: ReadonlySet<number>) => Math.min(...set);
  const named = [...depths]
    .sort(([, a], [, b]) => first(a) - first(b))
    .map(([speaker, set]) => `${speaker} (${numbers([...set].sort((a, b) => a - b))})`);
  const shown =
    named.length <= MOST_QUOTED ? named : [...named.slice(0, MOST_QUOTED), `${named.length - MOST_QUOTED} more`];
  return named.length === 0 ? [] : [`quotes ${shown.join(', ')}`];
}

/** `1, 3` as it is; many depths as the first and the last. */
function numbers(sorted: readonly number[]): string {
  return sorted.length <= 6 ? sorted.join(', ') : `${sorted[0]} to ${sorted.at(-1)}`;
}

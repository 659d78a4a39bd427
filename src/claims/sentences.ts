// Cuts a thread into passages and sentences: who says what, at which depth, and which of several quotes to keep.

import { Buffer } from 'node:buffer';
import type { Block, Message, Thread } from '../types.ts';

/** A sentence of one speaker, as often as mails hold it. */
export interface Sentence {
  readonly text: string; // blanks folded
  readonly key: string; // equal for all quotes of it
  readonly message: Message;
  readonly passage: Passage;
  readonly index: number; // in the passage, 0-based
  readonly order: number; // in the thread: messages oldest first, within a message as written
  readonly span: readonly [number, number]; // bytes of the source; of the block when it is not known finer
}

/** What one speaker says without another speaker coming between; diagrams and code may. */
export interface Passage {
  readonly message: Message;
  readonly messageIndex: number;
  readonly speaker: string | undefined;
  readonly depth: number;
  readonly sentences: readonly Sentence[];
  readonly previous: Passage | undefined; // in the same message
}

const SENTENCE_LIMIT = 2_000; // characters

/**
 * Returns the passages of all mails that were really read, oldest first. Virtual messages are left out: their text is quoted
 * in a real one, and is found there under the name of its speaker. Linear in the size of the thread.
 */
export function readPassages(thread: Thread): Passage[] {
  const passages: Passage[] = [];
  let order = 0;
  for (const [messageIndex, message] of thread.messages.entries()) {
    if (message.virtual) continue;
    let previous: Passage | undefined;
    for (const blocks of runsOfSpeaker(message.blocks)) {
      const sentences: Sentence[] = [];
      const { speaker, depth } = blocks[0]!;
      const passage: Passage = { message, messageIndex, speaker, depth, sentences, previous };
      for (const piece of proseOf(blocks)) {
        for (const { text, span } of cutSentences(piece)) {
          sentences.push({ text, key: keyOf(text), message, passage, index: sentences.length, order: order++, span });
        }
      }
      if (sentences.length === 0) continue;
      passages.push(passage);
      previous = passage;
    }
  }
  return passages;
}

/**
 * Returns each sentence once over all mails that quote it: the speaker's own mail when it is there, the least quoted copy
 * otherwise. Two people who write the same words are two sentences. Sorted oldest first: by message, deepest quote, place.
 */
export function withoutQuotes(passages: readonly Passage[]): Sentence[] {
  const best = new Map<string, Sentence>();
  const all = passages.flatMap((passage) => passage.sentences);
  for (const sentence of all) {
    const known = best.get(sentence.key);
    if (known === undefined || sentence.passage.depth < known.passage.depth) best.set(sentence.key, sentence);
  }
  const kept = all.filter((sentence) => sentence.passage.depth === 0 || best.get(sentence.key) === sentence);
  return kept.sort(byTime);
}

/**
 * Returns the comments that diffs of the thread add, as passages of their own: who sent or quotes the diff is their speaker.
 * Spans are those of the diff. Linear in the size of the thread.
 */
export function readComments(thread: Thread): Passage[] {
  let order = Number.MAX_SAFE_INTEGER / 2; // after all prose of a message
  return thread.messages.flatMap((message, messageIndex) =>
    message.blocks.flatMap((block): Passage[] => {
      if (message.virtual || (block.kind !== 'diff' && block.kind !== 'hunk-fragment')) return [];
      const { speaker, depth, span } = block;
      return addedComments(block.text).map((comment): Passage => {
        const sentences: Sentence[] = [];
        const passage: Passage = { message, messageIndex, speaker, depth, sentences, previous: undefined };
        for (const { text } of cutSentences({
          text: comment,
          blocks: [{ start: 0, block: { ...block, text: comment } }],
        })) {
          sentences.push({ text, key: keyOf(text), message, passage, index: sentences.length, order: order++, span });
        }
        return passage;
      });
    }),
  );
}

//  +	/* Whoever held PG_lru may have put
//  +	 * the folio back by now. */
/** The text of each comment on added lines of a diff, without its signs. */
function addedComments(diff: string): string[] {
  const added = diff
    .split('\n')
    .filter((line) => line.startsWith('+') && !line.startsWith('+++'))
    .map((line) => line.slice(1))
    .join('\n');
  return [...added.matchAll(/\/\*([\s\S]{10,4000}?)\*\/|^[ \t]*\/\/(.{10,})$/gm)].map(([, block, line]) =>
    (block ?? line ?? '').replace(/^[ \t]*\*+[ \t]?/gm, '').trim(),
  );
}

/** Orders sentences by time: a deeper quote is older than what answers it. */
export function byTime(a: Sentence, b: Sentence): number {
  return a.passage.messageIndex - b.passage.messageIndex || b.passage.depth - a.passage.depth || a.order - b.order;
}

/** Returns whether two names are the same person's: "Doe, Jane" is "Jane Doe". Unknown is no one. */
export function isSameSpeaker(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a === b || sortedWords(a) === sortedWords(b);
}

function sortedWords(name: string): string {
  const words = name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.sort().join(' ');
}

function keyOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]+/gu, ' ')
    .trim();
}

function runsOfSpeaker(blocks: readonly Block[]): Block[][] {
  const runs: Block[][] = [];
  for (const block of blocks) {
    const last = runs.at(-1)?.[0];
    if (last !== undefined && last.depth === block.depth && last.speaker === block.speaker) runs.at(-1)!.push(block);
    else runs.push([block]);
  }
  return runs;
}

/** Prose that may hold one sentence across several blocks. */
interface Piece {
  readonly text: string;
  readonly blocks: readonly { readonly start: number; readonly block: Block }[]; // start: in characters of text
}

function proseOf(blocks: readonly Block[]): Piece[] {
  const pieces: Piece[] = [];
  let open: Block[] = [];
  const close = () => {
    if (open.length > 0) pieces.push(joinBlocks(open));
    open = [];
  };
  for (const block of blocks) {
    if (block.kind === 'prose') open.push(block);
    else close();
  }
  close();
  return pieces;
}

function joinBlocks(blocks: readonly Block[]): Piece {
  const starts: { start: number; block: Block }[] = [];
  const texts: string[] = [];
  let start = 0;
  for (const block of blocks) {
    starts.push({ start, block });
    texts.push(block.text);
    start += block.text.length + 2;
  }
  return { text: texts.join('\n\n'), blocks: starts };
}

function cutSentences(piece: Piece): { text: string; span: readonly [number, number] }[] {
  const sentences: { text: string; span: readonly [number, number] }[] = [];
  const spanOf = spansOf(piece);
  let from = 0;
  for (const to of boundaries(piece.text)) {
    const raw = piece.text.slice(from, to);
    const text = fold(raw);
    const lead = raw.length - raw.trimStart().length;
    if (/\w/.test(text)) sentences.push({ text, span: spanOf(from + lead, from + raw.trimEnd().length) });
    from = to;
  }
  return sentences;
}

/** Joins lines and drops the mark of a list item; a name that was wrapped after `_` is one name. */
function fold(text: string): string {
  return text
    .replace(/_[ \t]*\n\s*(?=[a-z])/g, '_')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:[-*+•]|\(?[0-9a-z][.)]) /, '');
}

const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|resp|approx|[A-Z]|wrt)$/;
const LIST_ITEM = /\n[ \t]*(?:[-*+•]|\(?[0-9a-z][.)])[ \t]/y;

/** Ends of sentences, in characters; the last is the end of the text. */
function boundaries(text: string): number[] {
  const ends: number[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const end = sentenceEndAt(text, at) ?? (at - from >= SENTENCE_LIMIT ? at : undefined);
    if (end === undefined || end <= from) continue;
    ends.push(end);
    from = end;
    at = end - 1;
  }
  if (from < text.length) ends.push(text.length);
  return ends;
}

/** Where the sentence ends when the character at `at` ends it. */
function sentenceEndAt(text: string, at: number): number | undefined {
  const char = text[at]!;
  if (char === '\n') return lineEndsSentence(text, at) ? at + 1 : undefined;
  if (char === ':') return /^\n[ \t]*(?:\n|$)/.test(text.slice(at + 1, at + 40)) ? at + 1 : undefined;
  if (char !== '.' && char !== '?' && char !== '!') return undefined;
  let end = at + 1;
  while (end < text.length && end - at < 4 && /[.?!)"'*]/.test(text[end]!)) end++;
  if (end < text.length && !/\s/.test(text[end]!)) return undefined;
  if (char === '.' && ABBREVIATION.test(text.slice(Math.max(0, at - 8), at))) return undefined;
  const isCut = text[at - 1] === '.' && text[at + 1] === '"'; // a title that was cut
  const isEllipsis = char === '.' && (text[at + 1] === '.' || isCut);
  if (isEllipsis && /^\s+[a-z]/.test(text.slice(end, end + 8))) return undefined;
  return end;
}

function lineEndsSentence(text: string, at: number): boolean {
  LIST_ITEM.lastIndex = at;
  if (LIST_ITEM.test(text)) return true;
  if (text[at + 1] !== '\n') return false;
  // A blank line inside a sentence: archives put one after every line.
  let next = at;
  const limit = Math.min(text.length, at + 200);
  while (next < limit && /\s/.test(text[next]!)) next++;
  const before =
    text
      .slice(Math.max(0, at - 40), at)
      .trimEnd()
      .at(-1) ?? '.';
  return /[.?!:;]/.test(before) || !/[a-z(]/.test(text[next] ?? '.');
}

/**
 * Bytes of the source for ascending ranges of characters: of the sentence when the block stands there unchanged, of the
 * whole blocks otherwise. Keeps its place, so that a long text is measured once.
 */
function spansOf(piece: Piece): (from: number, to: number) => readonly [number, number] {
  const { blocks } = piece;
  let index = 0;
  let chars = 0;
  let bytes = 0;
  return (from, to) => {
    while (index + 1 < blocks.length && blocks[index + 1]!.start <= from) {
      index++;
      chars = 0;
      bytes = 0;
    }
    const { block, start } = blocks[index]!;
    if (to > start + block.text.length) {
      let last = index;
      while (last + 1 < blocks.length && blocks[last + 1]!.start < to) last++;
      return [block.span[0], blocks[last]!.block.span[1]];
    }
    if (!isUnchanged(block)) return block.span;
    bytes += Buffer.byteLength(block.text.slice(chars, from - start));
    chars = from - start;
    const begin = block.span[0] + bytes;
    return [begin, begin + Buffer.byteLength(block.text.slice(from - start, to - start))];
  };
}

/** Whether the bytes of the source are those of the text: no quote marks, no transfer encoding. At most one line end more. */
function isUnchanged(block: Block): boolean {
  const more = block.span[1] - block.span[0] - Buffer.byteLength(block.text);
  return block.depth === 0 && (more === 0 || more === 1);
}

// Builds small threads by hand, for tests of the claims stage alone.

import { readFileSync } from 'node:fs';
import { type Cues, parseCues } from '../../src/claims/cues.ts';
import { parseVocabulary } from '../../src/rules/vocabulary.ts';
import type { Block, Message, Thread, Vocabulary } from '../../src/types.ts';

const CUE_FILE = new URL('../../rules/claims/cues.md', import.meta.url);

export const cues: Cues = parseCues(readFileSync(CUE_FILE, 'utf8'), 'rules/claims/cues.md');

const WORDS_FILE = new URL('../../rules/vocabulary.md', import.meta.url);

export const vocabulary: Vocabulary = parseVocabulary(readFileSync(WORDS_FILE, 'utf8'), 'rules/vocabulary.md');

/** A part of a mail: who, at which depth, what. */
export interface Part {
  readonly by: string;
  readonly depth?: number; // default 0
  readonly text: string;
  readonly kind?: Block['kind']; // default prose
}

/** A mail of these parts; each block begins where the one before it ended. */
export function mail(id: string, parts: readonly Part[], parent?: string): Message {
  let at = 0;
  const blocks = parts.map(({ by, depth = 0, text, kind = 'prose' }): Block => {
    const size = Buffer.byteLength(text) + depth * text.split('\n').length;
    const span = [at, at + size] as const;
    at += size + 1;
    return { speaker: by, depth, kind, text, span, line: 1 };
  });
  const link = { id: parent ?? '', how: 'in-reply-to', guessed: false } as const;
  return {
    id,
    synthetic: false,
    virtual: false,
    subject: 'Re: specimen',
    from: parts.findLast((part) => (part.depth ?? 0) === 0)?.by ?? 'nobody',
    address: undefined,
    rawDate: undefined,
    date: undefined,
    parent: parent === undefined ? undefined : link,
    blocks,
    lossy: [],
  };
}

export function threadOf(...messages: readonly Message[]): Thread {
  return { kind: 'mbox', lossy: [], subject: 'specimen', messages, speakers: [], series: [], patches: [] };
}

/** One mail of one speaker. */
export function said(text: string): Thread {
  return threadOf(mail('one@relore.example', [{ by: 'Ada', text }]));
}

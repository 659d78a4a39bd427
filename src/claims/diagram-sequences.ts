// Schedules told in prose, one CPU after the other: "CPU0: folio_test_clear_lru() returns 0. CPU1: folio_set_lru()".

import type { Block, Message, Thread } from '../types.ts';
import { readStep, type Step } from './diagram-steps.ts';

/** A schedule that somebody tells step by step. */
export interface Sequence {
  readonly message: Message;
  readonly block: Block; // the first that it stands in
  readonly columns: readonly string[]; // CPUs in order of appearance
  readonly steps: readonly Step[]; // in the order of the text
  readonly isCut: boolean; // it has more steps than are read
  readonly isRound: boolean; // some CPU comes twice, so that the order of the text is the order in time
}

const STEP_LIMIT = 60; // steps of one sequence
const SEQUENCE_LIMIT = 40; // of one thread
const MOST_TEXT = 50_000; // characters of one speaker's turn

/**
 * Returns the told schedules of `thread`, oldest mail first, each once over all mails that quote it: two CPUs or more, each with a
 * call, three calls in all. Linear in the size of the thread.
 */
export function findSequences(thread: Thread): Sequence[] {
  const best = new Map<string, Sequence>();
  for (const message of thread.messages) {
    if (message.virtual) continue;
    for (const run of turnsOf(message.blocks)) {
      for (const text of accountsIn(run.text)) {
        const sequence = sequenceOf(message, run.block, text);
        if (sequence === undefined) continue;
        const key = sequence.steps.map(({ cpu, text: step }) => `${cpu}: ${step}`).join('\n');
        const known = best.get(key);
        if (known === undefined || run.block.depth < known.block.depth) best.set(key, sequence);
      }
    }
  }
  return [...best.values()].slice(0, SEQUENCE_LIMIT);
}

/** Prose and code of one speaker without another coming between. */
function turnsOf(blocks: readonly Block[]): { readonly block: Block; readonly text: string }[] {
  const turns: { block: Block; text: string }[] = [];
  let isOpen = false;
  for (const block of blocks) {
    const isTold = block.kind === 'prose' || block.kind === 'code';
    const last = turns.at(-1);
    if (isTold && isOpen && last?.block.depth === block.depth && last.block.speaker === block.speaker) {
      last.text = `${last.text}\n\n${block.text}`.slice(0, MOST_TEXT);
    } else if (isTold) turns.push({ block, text: block.text.slice(0, MOST_TEXT) });
    isOpen = isTold;
  }
  return turns;
}

const ACTOR = /\b(?:(?:cpu|task|thread|process|core)[ _]?#?(?:\d{1,3}|[A-Z])|P\d{1,2})\b/gi;

/** Runs of paragraphs that name a CPU, with the indented ones between them. */
function accountsIn(text: string): string[] {
  const accounts: string[][] = [];
  let isOpen = false;
  for (const paragraph of text.split(/\n[ \t]*\n/)) {
    const names = paragraph.match(ACTOR) !== null;
    const isCode = /^(?:\s+\S|\S*\()/.test(paragraph) && !/[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(paragraph);
    if (names && !isOpen) accounts.push([paragraph]);
    else if (isOpen && (names || isCode)) accounts.at(-1)!.push(paragraph);
    isOpen = names || (isOpen && isCode);
  }
  return accounts.map((paragraphs) => paragraphs.join('\n\n'));
}

function sequenceOf(message: Message, block: Block, text: string): Sequence | undefined {
  const actors = [...text.matchAll(ACTOR)];
  const steps = actors.flatMap((one, index) => {
    const cpu = one[0].toLowerCase().replace(/[ _#]/g, '');
    return callsIn(text.slice(one.index + one[0].length, actors[index + 1]?.index ?? text.length), cpu);
  });
  const columns = [...new Set(steps.map(({ cpu }) => cpu!))];
  if (columns.length < 2 || steps.length < 3) return undefined;
  const turns = steps.filter(({ cpu }, index) => index === 0 || steps[index - 1]!.cpu !== cpu);
  return {
    message,
    block,
    columns,
    steps: steps.slice(0, STEP_LIMIT),
    isCut: steps.length > STEP_LIMIT,
    isRound: turns.length > columns.length,
  };
}

// What makes a call one that does not happen, or happens at another time than it is told.
const ASIDE =
  /\b(?:not|never|without|instead of|before|until|unless|should|could|would|rather than|in|inside|within)\s+(?:\w+\s+){0,3}$/i;
const VALUE =
  /^\s*(?:,\s*)?(?:(?:and|which|it|that)\s+)*(?:-+>|=+>?|returns?|returned|gives?|gave|gets?|got|sees?|reads?|yields?|is|:)?\s*\(?(?:the bit is\s+)?(-?\d{1,9}|true|false|null|fails?|failed|succeeds?|succeeded)\b/i;

/** The calls that a CPU is told to make, each with the value that the words after it state. */
function callsIn(text: string, cpu: string): Step[] {
  const steps: Step[] = [];
  for (const found of text.matchAll(/\b([A-Za-z_]\w*)\(/g)) {
    const name = found[1]!;
    if (!name.includes('_') && !/[a-z][A-Z]/.test(name)) continue;
    if (ASIDE.test(text.slice(Math.max(0, found.index - 60), found.index))) continue;
    const close = closing(text, found.index + found[0].length);
    const value = VALUE.exec(text.slice(close, close + 60))?.[1];
    const call = text.slice(found.index, close).replace(/\s+/g, ' ');
    steps.push(readStep(value === undefined ? call : `${call} // ${value}`, cpu));
  }
  return steps;
}

const LONGEST_ARGUMENTS = 120; // characters

/** Where the parenthesis that is open before `from` closes; `from` when it does not nearby. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length && at - from < LONGEST_ARGUMENTS; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at + 1;
  }
  return from;
}

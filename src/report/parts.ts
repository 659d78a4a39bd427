// The report before layout: sections of parts. terminal.ts and markdown.ts print the same parts in their own way.

import type { Chosen } from './select.ts';
import type { Tone } from './words.ts';

/** One cell of a table. */
export interface TableCell {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the verdict: `does not close it  fix-1  clear mlocked first`. */
export interface VerdictRow {
  readonly words: string;
  readonly tone: Tone;
  readonly id: string;
  readonly title: string;
  readonly note: string; // '' or what to read with it: '(withdrawn by its author: "...")'
}

/** A name and what is to be said about it, one line or more. */
export interface Entry {
  readonly label: string;
  readonly lines: readonly string[];
}

/** A piece of a section. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly tone: Tone }
  | { readonly kind: 'verdicts'; readonly rows: readonly VerdictRow[] }
  | {
      readonly kind: 'schedule';
      readonly title: string;
      readonly right: string;
      readonly chosen: Chosen;
      readonly facts: readonly string[];
    }
  | { readonly kind: 'quote'; readonly who: string; readonly quote: string }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly TableCell[])[] }
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'command'; readonly text: string };

export interface Section {
  readonly title: string;
  readonly parts: readonly Part[];
}

/** What a reader asked to see. */
export interface ReportOptions {
  readonly all: boolean; // every schedule, combination, claim and note
  readonly allSteps: boolean; // schedules are not cut to the steps that matter
  readonly only: 'new' | 'all'; // new: what the base violates too is counted, not shown
  readonly replay: string; // the command line that made this review, for the replay line: 'relore replay thread.mbox'
}

/** What is shown when nothing is asked for. */
export const DEFAULT_OPTIONS: ReportOptions = {
  all: false,
  allSteps: false,
  only: 'all',
  replay: 'relore replay SOURCE',
};

/** Returns a paragraph. */
export function paragraph(text: string, tone: Tone = 'plain'): Part {
  return { kind: 'text', text, tone };
}

/** Returns the first `most` items and a last one that says how many are left out; all of them with `all`. */
export function capped(items: readonly string[], most: number, all: boolean): readonly string[] {
  if (all || items.length <= most) return items;
  return [...items.slice(0, most), `${items.length - most} more: --all`];
}

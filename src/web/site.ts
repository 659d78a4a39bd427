// What the pages are made of. Everything here is data or asked for by name; nothing is read or run by a page.

import type { History, Review, Rule, Thread } from '../types.ts';
import type { ScenarioGraphs } from './graph-data.ts';
import type { WalkCode } from './walk-data.ts';

/** A scenario as the explorer shows it. */
export interface ScenarioWalks {
  readonly codes: readonly WalkCode[];
  readonly left: readonly string[]; // code that is not there, each with its reason
}

/** A reviewed thread. */
export interface SiteReview {
  readonly id: string; // names its pages: mlock-large-folio, r-0123456789abcdef
  readonly review: Review;
  readonly thread: Thread | undefined;
  /** The findings as the report prints them, as HTML of the report, and the most radio buttons in a row. */
  readonly report: { readonly body: string; readonly versions: number };
}

export interface Site {
  readonly version: string; // of relore
  readonly history: History;
  readonly rules: readonly Rule[];
  /** The text of a rule before its first heading of the second level, as paragraphs of Markdown. */
  readonly introductions: ReadonlyMap<string, readonly string[]>;
  readonly reviews: readonly SiteReview[];
  readonly walks: (rule: string, scenario: string, model: 'sc' | 'tso') => ScenarioWalks | undefined;
  /** The executions under LKMM. */
  readonly graphs: (rule: string, scenario: string) => ScenarioGraphs | undefined;
}

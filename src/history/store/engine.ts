// What the two kinds of database do each in their own way. Everything else is the same code.
import type { Kysely, RawBuilder } from 'kysely';
import type { InputError } from '../../errors.ts';
import type { Tables } from './schema.ts';
import type { Term } from './tokens.ts';

/** A table that is searched by words. */
export type Worded = 'messages' | 'claims';

/** What a search by words need not look beyond. */
export interface Window {
  readonly before?: number; // rows below this one
  readonly most?: number; // rows; absent when other conditions may leave some out
}

/** An open database. */
export interface Engine {
  readonly kind: 'sqlite' | 'postgres';
  readonly where: string;
  readonly db: Kysely<Tables>;
  /** Stores the words of a row. */
  addWords(
    db: Kysely<Tables>,
    table: Worded,
    rows: readonly { readonly row: number; readonly words: readonly string[] }[],
  ): Promise<void>;
  /** The condition that `row` of `table` has all `terms`. Only rows in the window can be asked for: `most` of them, newest first. */
  hasTerms(table: Worded, terms: readonly Term[], window: Window): RawBuilder<boolean>;
  /** What went wrong in words for a person; undefined for what is no fault of the outside. */
  explain(error: unknown): InputError | undefined;
}

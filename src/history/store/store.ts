// The interface of the store: what was reviewed, kept in one SQLite file or in PostgreSQL. open.ts opens either.
import type { ClaimKind, Message, Review, ReviewClaim, Thread } from '../../types.ts';

/** One page of an answer. Pages are asked for by `before`, so that what is stored meanwhile shifts nothing. */
export interface Page<T> {
  readonly rows: readonly T[]; // newest recorded first
  readonly before: number | undefined; // asks for the next page; undefined: there is none
}

/** Which page: at most `limit` rows (1 to 1,000) that were recorded before the row `before`. */
export interface Paging {
  readonly limit?: number; // 50 when absent
  readonly before?: number;
}

/** A review as it is listed. */
export interface StoredReview {
  readonly row: number; // grows with each recording
  readonly id: string; // 'r-0123456789abcdef': of the bytes of the review
  readonly thread: string; // StoredThread id
  readonly subject: string;
  readonly base: string; // v6.12, or the name of a tree
  readonly rules: string; // sha256 of the rules
  readonly version: string; // of relore
  readonly recorded: string; // ISO 8601, UTC
  readonly patches: number;
  readonly claims: number;
  readonly opens: number; // invariants that a patch opens
  readonly closes: number;
}

/** A thread as it is listed. */
export interface StoredThread {
  readonly row: number;
  readonly id: string; // Message-ID of its first message
  readonly subject: string;
  readonly first: string; // ISO 8601 of the first message; '' when unknown
  readonly messages: number;
  readonly speakers: readonly string[];
}

/** A message that was found. */
export interface MessageHit {
  readonly row: number;
  readonly id: string;
  readonly thread: string;
  readonly subject: string;
  readonly from: string;
  readonly date: string; // ISO 8601; '' when unknown
  readonly excerpt: string; // plain text about the first word that was found
}

/** A claim that was found, with the verdict of the review it stands in. */
export interface ClaimHit {
  readonly row: number;
  readonly review: string;
  readonly thread: string;
  readonly id: string;
  readonly messageId: string;
  readonly speaker: string;
  readonly date: string;
  readonly kind: ClaimKind;
  readonly status: string;
  readonly verdict: ReviewClaim['verdict'];
  readonly quote: string;
  readonly why: string;
}

/**
 * What is searched for. All words of `text` must be there; identifiers count whole (`lru_add` does not find
 * `folio_batch_lru_add_fn`), `lru_add*` finds what begins so, "set PG_lru" finds the words in a row. Case does not count.
 */
export interface Search extends Paging {
  readonly text?: string;
  readonly thread?: string;
  readonly speaker?: string; // exact
  readonly kind?: ClaimKind; // of claims
  readonly verdict?: ReviewClaim['verdict']; // of claims
  readonly since?: string; // YYYY-MM-DD, of the mail
  readonly until?: string;
}

/** Which reviews. Filters narrow together. */
export interface ReviewSearch extends Paging {
  readonly rule?: string;
  readonly scenario?: string; // with `rule`
  readonly function?: string; // that a patch of the review touches
  readonly change?: 'opens' | 'closes';
  readonly thread?: string;
}

/** What makes a result of a batch unique. */
export interface ResultKey {
  readonly series: string; // hash of the series
  readonly scenario: string; // 'stranded-unevictable/S1'; '' for a series that touches no function of a rule
  readonly rules: string; // sha256 of the rules
  readonly engine: string; // version of relore
}

/** The verdict of one scenario for one series. Deterministic: no times, no host. */
export interface ResultRow extends ResultKey {
  readonly thread: string; // Message-ID of the first message
  readonly subject: string; // of the series
  readonly date: string; // ISO 8601 of the series; ''
  readonly change: 'opens' | 'closes' | 'keeps' | 'still-violated' | 'unknown' | 'untouched'; // untouched: of scenario ''
  readonly before: string; // verdicts: 'holds', 'violated', 'bounded', 'refused', ''
  readonly after: string;
  readonly states: number; // of the search after
  readonly why: string; // of unknown
  readonly detail: string; // JSON of the caller's, '' for none: the schedule, the checks
}

/** Which results. */
export interface ResultSearch extends Paging {
  readonly scenario?: string; // 'stranded-unevictable/S1', or a rule: 'stranded-unevictable'
  readonly change?: ResultRow['change'];
  readonly series?: string;
  readonly rules?: string;
  readonly engine?: string;
}

/** What recording a review did. */
export interface Recorded {
  readonly review: string; // StoredReview id
  readonly isNew: boolean; // false: it was there, and nothing was added
}

/** Results by change, for summaries. */
export type ResultCounts = Readonly<Partial<Record<ResultRow['change'], number>>>;

/**
 * A store. Every call is one transaction: what a promise says is stored stays, also when the process is killed, and
 * nothing of a call that failed is there. Several processes may use one store. Calls throw InputError when the disk is
 * full, the file is no store, or the server refuses or is gone.
 */
export interface Store {
  readonly kind: 'sqlite' | 'postgres';
  readonly where: string; // the file, or the URL without its password
  /** Stores a review with its thread. The same review twice is stored once. */
  record(review: Review, thread: Thread): Promise<Recorded>;
  reviews(search: ReviewSearch): Promise<Page<StoredReview>>;
  review(id: string): Promise<Review | undefined>;
  threads(paging: Paging): Promise<Page<StoredThread>>;
  /** The messages of a thread with their text, as they were read; oldest first. */
  messages(thread: string): Promise<readonly Message[]>;
  searchMessages(search: Search): Promise<Page<MessageHit>>;
  searchClaims(search: Search): Promise<Page<ClaimHit>>;
  /** Stores results of a batch in one transaction; those whose key is there are left as they are. Returns how many were new. */
  putResults(rows: readonly ResultRow[]): Promise<number>;
  /** Of `keys` those that have no result yet, in their order. */
  missingResults(keys: readonly ResultKey[]): Promise<readonly ResultKey[]>;
  results(search: ResultSearch): Promise<Page<ResultRow & { readonly row: number }>>;
  /** All results of a search in the order of their keys, for a summary that is the same bytes everywhere. */
  eachResult(search: Omit<ResultSearch, keyof Paging>): AsyncIterable<ResultRow>;
  countResults(search: Omit<ResultSearch, keyof Paging>): Promise<ResultCounts>;
  close(): Promise<void>;
}

// Mutants that mean the same as the program they were made from.

interface Equivalent {
  readonly why: string;
  readonly isShown: boolean; // by the engine: see mutants.test.ts; otherwise the reason is all there is
  readonly mutants: readonly string[];
}

/** Names of mutants (specimen: process, index, change) with the reason why no execution tells them from the original. */
export const EQUIVALENT: readonly Equivalent[] = [
  {
    why: 'each of the two locks alone keeps the others out, and both are taken by both',
    isShown: true,
    mutants: [
      'two locks in one order: P0 0 drop lock',
      'two locks in one order: P0 1 drop lock',
      'two locks in one order: P0 1 swap lock and load',
      'two locks in one order: P0 3 swap store and unlock',
      'two locks in one order: P0 4 swap unlock and unlock',
      'two locks in one order: P1 0 drop lock',
      'two locks in one order: P1 1 drop lock',
      'two locks in one order: P1 1 swap lock and load',
      'two locks in one order: P1 3 swap store and unlock',
      'two locks in one order: P1 4 swap unlock and unlock',
    ],
  },
  {
    why: 'nobody else writes the cell between the two halves: all writers hold the lock',
    isShown: true,
    mutants: [
      'a plain update under a lock: P1 1 split rmw',
      'a look again under the lock: P0 6 split rmw',
      'a look again under the lock: P1 6 split rmw',
    ],
  },
  {
    why: 'no other process touches the count of attempts',
    isShown: false,
    mutants: ['a retry that is bounded: P0 0 split rmw'],
  },
  {
    why: 'only the winner comes there',
    isShown: true,
    mutants: ['exactly one winner: P0 2 split rmw', 'exactly one winner: P1 2 split rmw'],
  },
  {
    why: 'flags are bits of one word, and accesses to one word are ordered by coherence',
    isShown: true,
    mutants: [
      'munlock, one word: P0 1 swap rmw and fence',
      'munlock, one word: P0 2 drop fence',
      'munlock, one word: P0 2 swap fence and load',
    ],
  },
  {
    why: 'with two processes every end is one with PG_unevictable clear, by the process that clears PG_mlocked; what was set before is not seen',
    isShown: true,
    mutants: ['munlock, one word: P0 4 never', 'munlock, split words: P0 4 never', 'munlock, stored words: P0 4 never'],
  },
  {
    why: 'the other process asks for PG_lru only, and takes the lock before it goes on',
    isShown: true,
    mutants: [
      'munlock, one word: P0 0 swap lock and rmw',
      'munlock, split words: P0 0 swap lock and rmw',
      'munlock, stored words: P0 0 swap lock and store',
    ],
  },
  {
    why: 'a process that comes there holds the lock, and the other one does not read these two cells without it',
    isShown: true,
    mutants: [
      'munlock, one word: P0 5 swap rmw and store',
      'munlock, one word: P0 8 swap rmw and store',
      'munlock, one word: P1 5 swap rmw and store',
      'munlock, one word: P1 6 swap store and rmw',
      'munlock, split words: P0 5 swap rmw and store',
      'munlock, split words: P0 8 swap rmw and store',
      'munlock, split words: P1 5 swap rmw and store',
      'munlock, split words: P1 6 swap store and rmw',
      'munlock, stored words: P0 5 swap store and store',
      'munlock, stored words: P0 8 swap store and store',
      'munlock, stored words: P1 5 swap store and store',
      'munlock, stored words: P1 6 swap store and store',
    ],
  },
  {
    why: 'whoever sets PG_lru last comes after both have done with the folio: no third process takes it off the list',
    isShown: true,
    mutants: [
      'munlock, one word: P1 7 swap rmw and unlock',
      'munlock, split words: P1 7 swap rmw and unlock',
      'munlock, stored words: P1 7 swap store and unlock',
    ],
  },
  {
    why: 'what is lost between the two halves is a bit that the other process writes again, or nothing: it has done with the word, or has not begun',
    isShown: true,
    mutants: [
      'munlock, one word: P0 8 split rmw',
      'munlock, one word: P1 5 split rmw',
      'munlock, one word: P1 7 split rmw',
      'munlock, split words: P0 1 split rmw',
      'munlock, split words: P0 5 split rmw',
      'munlock, split words: P0 8 split rmw',
      'munlock, split words: P1 0 split rmw',
      'munlock, split words: P1 5 split rmw',
      'munlock, split words: P1 7 split rmw',
    ],
  },
];

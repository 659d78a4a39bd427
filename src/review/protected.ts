// "PG_lru is protected by lru_lock": held against every access to the flag in the explored states of a scenario.
import type { Claim, Program, ReviewClaim } from '../types.ts';
import { type FieldAccess, type Locksets, locksetsOf } from './locksets.ts';

type Finding = Pick<ReviewClaim, 'verdict' | 'why'>;

const MOST_EXPLORED = 8; // scenarios
const MOST_TOLD = 2; // accesses that a sentence names

/**
 * Returns what the accesses to the field say of a claim that it is protected, or not, by a lock: one of `programs` in
 * which it is written without the lock decides, else the first that has both; at most 8 that have both are explored. A read without the lock refutes nothing. Undefined when the words name no single lock, or no program has the field.
 */
export function protectedFinding(claim: Claim, programs: readonly Program[]): Finding | undefined {
  const { locks = [], names = [], functions = [] } = claim.slots ?? {};
  const [lock] = locks;
  if (claim.kind !== 'protected-by' || lock === undefined || locks.length > 1) return undefined;
  const explored: Explored[] = [];
  for (const program of programs) {
    for (const name of [...names, ...functions].map(flagOf)) {
      const locksets = locksetsOf(program, lock, name);
      if (locksets !== undefined) explored.push({ scenario: program.name, locksets });
    }
    if (explored.length >= MOST_EXPLORED) break;
  }
  const telling = explored.find(({ locksets }) => writesOf(locksets).length > 0) ?? explored[0];
  return telling === undefined ? undefined : verdictOf(claim, telling, explored.length);
}

interface Explored {
  readonly scenario: string;
  readonly locksets: Locksets;
}

function writesOf({ without }: Locksets): readonly FieldAccess[] {
  return without.filter(({ isWrite }) => isWrite);
}

/** folio_test_clear_lru speaks of PG_lru; other names stand for themselves. */
function flagOf(name: string): string {
  const flag = /^folio_(?:test_|set_|clear_|test_clear_|test_set_)(\w+)$/.exec(name)?.[1];
  return flag === undefined ? name : `PG_${flag.replace(/^(?:clear|set)_/, '')}`;
}

function verdictOf(claim: Claim, { scenario, locksets }: Explored, count: number): Finding {
  const { field, lock, without, isWhole } = locksets;
  const writes = writesOf(locksets);
  const isDenied = claim.polarity === '-';
  if (writes.length > 0)
    return {
      verdict: isDenied ? 'confirmed' : 'refuted',
      why: `${scenario}: ${field} is written without ${lock} at ${listed(writes)}`,
    };
  if (!isWhole) return { verdict: 'undecided', why: `${scenario}: not every state was visited` };
  const reads = without.length === 0 ? '' : `, and read without it at ${listed(without)}`;
  const others = count === 1 ? '' : `, as in ${count - 1} other ${count === 2 ? 'scenario' : 'scenarios'}`;
  return {
    verdict: isDenied ? 'refuted' : 'confirmed',
    why: `${scenario}: ${field} is written only with ${lock}${reads}${others}`,
  };
}

function listed(accesses: readonly FieldAccess[]): string {
  const told = accesses.slice(0, MOST_TOLD).map(({ where, process }) => `${where} (${process})`);
  const more = accesses.length - told.length;
  return `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

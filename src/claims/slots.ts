// What a statement names: functions, fields and flags, locks, commits, releases.

import type { ClaimSlots } from '../types.ts';
import { foldCommits, lex } from './lex.ts';
import { isCodeName, isLockName, isRelease } from './match.ts';
import type { Names } from './names.ts';

/** Returns what one sentence names, each list sorted and without repeats. Linear in its length. */
export function slotsOf(sentence: string, names: Names): ClaimSlots {
  const found = {
    functions: new Set<string>(),
    names: new Set<string>(),
    locks: new Set<string>(),
    commits: new Set<string>(),
    releases: new Set<string>(),
  };
  const tokens = foldCommits(lex(sentence));
  const texts = tokens.map(({ text }) => text);
  for (const [at, { raw, args, mention }] of tokens.entries()) {
    if (mention?.kind === 'commit') found.commits.add(mention.commit);
    else if (isRelease(raw)) found.releases.add(raw.startsWith('v') ? raw : `v${raw}`);
    else {
      const lock = args === undefined ? names.lockAt(texts, at)?.lock : undefined;
      if (lock !== undefined) found.locks.add(lock);
      else if (isLockName(raw) && args === undefined && isCodeName(raw)) found.locks.add(raw.split('->').at(-1)!);
      else if (args !== undefined || names.knows(raw)) found.functions.add(raw);
      else if (isCodeName(raw)) found.names.add(raw);
    }
  }
  const sorted = (set: ReadonlySet<string>): string[] => [...set].sort();
  return {
    functions: sorted(found.functions),
    names: sorted(found.names),
    locks: sorted(found.locks),
    commits: sorted(found.commits),
    releases: sorted(found.releases),
  };
}

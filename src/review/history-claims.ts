// What the patch stack says of a claim about history: whether the commit is known, in which release, and what it did to the code.
import type { Stack } from '../c/stack.ts';
import type { Claim, KernelSource, ReviewClaim } from '../types.ts';

const LEAST_ID = 7; // digits

/**
 * Returns `confirmed` when the release or the quoted code in the words fits the commit they name, `refuted` when it does not,
 * and `not-modelled` for a commit that rules/kernel does not have or a sentence that says nothing that can be looked up.
 */
export function historyVerdict(claim: Claim, stack: Stack): Pick<ReviewClaim, 'verdict' | 'why'> {
  const { commits = [], releases = [] } = claim.slots ?? {};
  const index = stack.patches.findIndex(({ commit }) => commits.some((named) => isSame(commit, named)));
  const patch = stack.patches[index];
  if (patch === undefined) return { verdict: 'not-modelled', why: 'it names no commit that rules/kernel has' };
  const release = patch.tagAfter ?? patch.release;
  const isThere = releases.includes(patch.release) || releases.includes(release);
  if (releases.length > 0 && !isThere)
    return { verdict: 'refuted', why: `${patch.commit} is of ${patch.release}, not of ${releases.join(' or ')}` };
  const change = changeOf(claim.quote, stack.after(index), stack.after(index + 1));
  if (change !== undefined && !change.isSo)
    return { verdict: 'refuted', why: `${patch.commit} does not ${change.does} "${change.code}"` };
  const parts = [
    ...(isThere ? [`${patch.commit} is of ${patch.release}`] : []),
    ...(change === undefined ? [] : [`it ${change.does}s "${change.code}" (model sources)`]),
  ];
  if (parts.length === 0)
    return {
      verdict: 'not-modelled',
      why: `${patch.commit} is of ${patch.release}; what the sentence says of it cannot be looked up`,
    };
  return { verdict: 'confirmed', why: parts.join(', and ') };
}

function isSame(commit: string, named: string): boolean {
  return (
    commit.length >= LEAST_ID && named.length >= LEAST_ID && (commit.startsWith(named) || named.startsWith(commit))
  );
}

/** `the "details = NULL;" got deleted`: whether code that the words quote is there before and gone after, or the other way round. */
function changeOf(quote: string, before: KernelSource, after: KernelSource) {
  const code = /"([^"\n]{4,80}[;)}])"/.exec(quote)?.[1];
  if (code === undefined || /^\w+(?:, \w+)*: /.test(code)) return undefined;
  const at = quote.indexOf(code);
  const words = quote.slice(Math.max(0, at - 40), at + code.length + 60);
  const removes = /\b(?:deleted?|removed?|dropped|went away|gone)\b/.test(words);
  const adds = /\b(?:added|introduced|inserted)\b/.test(words);
  if (removes === adds) return undefined;
  const had = timesIn(before, code);
  const has = timesIn(after, code);
  return { code, does: removes ? 'remove' : 'add', isSo: removes ? has < had : has > had };
}

function timesIn(source: KernelSource, code: string): number {
  const wanted = code.replace(/\s+/g, '');
  return source.paths.reduce(
    (sum, path) => sum + (source.read(path)?.text.replace(/\s+/g, '').split(wanted).length ?? 1) - 1,
    0,
  );
}

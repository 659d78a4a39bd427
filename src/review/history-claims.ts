// What the patch stack, or the repository of the tree, says of a claim about history: whether the commit is known, in which release,
// and what it did to the code.
import type { Repository } from '../c/git-tree.ts';
import type { Stack } from '../c/stack.ts';
import type { Claim, KernelSource, ReviewClaim } from '../types.ts';

const LEAST_ID = 7; // digits

type Finding = Pick<ReviewClaim, 'verdict' | 'why'>;

/** What is known of the commit that a sentence names. */
interface Known {
  readonly commit: string;
  readonly releases: readonly string[]; // that the sentence may say; the first is told
  readonly subject: string | undefined;
  readonly before: () => KernelSource | undefined;
  readonly after: () => KernelSource | undefined;
  readonly where: string;
}

/**
 * Returns `confirmed` when the release, the title or the code in the words fits the commit they name, `refuted` when one does not,
 * and `not-modelled` for a commit that neither rules/kernel nor the repository has, or a sentence that says nothing that can be looked up.
 */
export function historyVerdict(claim: Claim, stack: Stack, repository: Repository | undefined): Finding {
  const { commits = [], releases = [] } = claim.slots ?? {};
  const known = inRepository(commits, repository) ?? inStack(commits, stack);
  if (known === undefined) {
    const where = repository === undefined ? 'rules/kernel has' : 'rules/kernel or the repository has';
    return { verdict: 'not-modelled', why: `it names no commit that ${where}` };
  }
  return verdictOf(claim.quote, releases, known);
}

function verdictOf(quote: string, releases: readonly string[], known: Known): Finding {
  const { commit, where } = known;
  const [release = 'no release'] = known.releases;
  const said = releases.map(withoutCandidate);
  const isThere = said.some((one) => known.releases.includes(one));
  if (releases.length > 0 && !isThere)
    return { verdict: 'refuted', why: `${commit} is of ${release}, not of ${releases.join(' or ')}` };
  const title = titleOf(quote, commit);
  if (title !== undefined && known.subject !== undefined && !isSameTitle(title, known.subject))
    return { verdict: 'refuted', why: `${commit} is "${known.subject}" (${where})` };
  const change = changeOf(quote, known);
  if (change !== undefined && !change.isSo)
    return { verdict: 'refuted', why: `${commit} does not ${change.does} "${change.code}"` };
  const parts = [
    ...(isThere ? [`${commit} is of ${release}`] : []),
    ...(change === undefined ? [] : [`it ${change.does}s "${change.code}" (${where})`]),
  ];
  if (parts.length > 0) return { verdict: 'confirmed', why: parts.join(', and ') };
  const why = `${commit} is of ${release}; what the sentence says of it cannot be looked up`;
  return { verdict: 'not-modelled', why };
}

/** v5.18-rc1 is of v5.18. */
function withoutCandidate(release: string): string {
  return release.replace(/-rc\d+$/, '');
}

function inStack(commits: readonly string[], stack: Stack): Known | undefined {
  const index = stack.patches.findIndex(({ commit }) => commits.some((named) => isSame(commit, named)));
  const patch = stack.patches[index];
  if (patch === undefined) return undefined;
  return {
    commit: patch.commit,
    releases: [patch.release, ...(patch.tagAfter === undefined ? [] : [patch.tagAfter])],
    subject: undefined,
    before: () => stack.after(index),
    after: () => stack.after(index + 1),
    where: 'model sources',
  };
}

function inRepository(commits: readonly string[], repository: Repository | undefined): Known | undefined {
  const commit = commits.find((named) => /^[0-9a-f]{7,64}$/.test(named) && repository?.has(named) === true);
  if (commit === undefined || repository === undefined) return undefined;
  const release = repository.release(commit);
  return {
    commit,
    releases: release === undefined ? [] : [release],
    subject: repository.subject(commit),
    before: () => (repository.has(`${commit}^`) ? repository.at(`${commit}^`) : undefined),
    after: () => repository.at(commit),
    where: 'the repository of the tree',
  };
}

function isSame(commit: string, named: string): boolean {
  return (
    commit.length >= LEAST_ID && named.length >= LEAST_ID && (commit.startsWith(named) || named.startsWith(commit))
  );
}

/** The title that stands behind a commit: 2262ace60713 ("mm/munlock: delete smp_mb() ..."). */
function titleOf(quote: string, commit: string): string | undefined {
  const from = quote.indexOf(commit);
  return from < 0 ? undefined : /^\s*\(?"([^"]{8,200})"/.exec(quote.slice(from + commit.length))?.[1];
}

/** Whether a title is the subject of a commit, as far as it is given: people cut titles. */
function isSameTitle(title: string, subject: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '');
  const given = plain(title.replace(/\.\.\.$/, ''));
  return plain(subject).startsWith(given) || given.startsWith(plain(subject));
}

/** `the "details = NULL;" got deleted`, `removed the smp_mb()`: whether that code is there before and gone after, or the other way round. */
function changeOf(quote: string, { before, after }: Known) {
  const spoken = quotedChange(quote) ?? namedChange(quote);
  const [old, fresh] = spoken === undefined ? [] : [before(), after()];
  if (spoken === undefined || old === undefined || fresh === undefined) return undefined;
  const had = timesIn(old, spoken.code);
  const has = timesIn(fresh, spoken.code);
  return { ...spoken, isSo: spoken.does === 'remove' ? has < had : has > had };
}

interface Spoken {
  readonly code: string;
  readonly does: 'remove' | 'add';
}

function quotedChange(quote: string): Spoken | undefined {
  const code = /"([^"\n]{4,80}[;)}])"/.exec(quote)?.[1];
  if (code === undefined || /^\w+(?:, \w+)*: /.test(code)) return undefined;
  const at = quote.indexOf(code);
  const words = quote.slice(Math.max(0, at - 40), at + code.length + 60);
  const removes = /\b(?:deleted?|removed?|dropped|went away|gone)\b/.test(words);
  const adds = /\b(?:added|introduced|inserted)\b/.test(words);
  return removes === adds ? undefined : { code, does: removes ? 'remove' : 'add' };
}

/** A call right behind the verb; a title in quotation marks is not the sentence's own. */
function namedChange(quote: string): Spoken | undefined {
  const own = quote.replace(/"[^"]*"/g, '');
  const [, verb, name] =
    /\b(removed|deleted|dropped|added|introduced) (?:an? |the |its )?(?:call (?:of|to) )?(\w+)\(\)/.exec(own) ?? [];
  if (verb === undefined || name === undefined) return undefined;
  return { code: `${name}(`, does: /^(?:added|introduced)$/.test(verb) ? 'add' : 'remove' };
}

function timesIn(source: KernelSource, code: string): number {
  const wanted = code.replace(/\s+/g, '');
  return source.paths
    .filter((path) => path.startsWith('mm/') || source.kind === 'model')
    .reduce((sum, path) => sum + (source.read(path)?.text.replace(/\s+/g, '').split(wanted).length ?? 1) - 1, 0);
}

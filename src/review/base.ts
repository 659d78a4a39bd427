// Which code a thread is about: the tree that was given, or the version of the model sources that fits its date.
import { applyPatch } from '../c/apply.ts';
import { openGitTree, openRepository, type Repository } from '../c/git-tree.ts';
import { openTree } from '../c/tree.ts';
import type { Knowledge } from '../knowledge.ts';
import { placementSource } from '../knowledge.ts';
import { looseDay, statedDay } from '../mail/date.ts';
import type { KernelSource, Patch, Thread } from '../types.ts';

const MOST_TRIED = 4; // diffs of replies that a version is looked for

/** The code before any patch, and one sentence that says why this one. */
export interface Base {
  readonly source: KernelSource;
  readonly why: string;
}

/**
 * The tree when one is given, at revision `base` of its repository, or at the base-commit that a posted patch names when
 * the repository has that; else the version of the model sources that was asked for; else the newest one that was
 * released when the thread began, or, where a posted patch does not apply to that, the version it applies to that is
 * nearest in time. Throws InputError for a folder that is no kernel tree, or an unknown version or revision.
 */
export function chooseBase(
  knowledge: Knowledge,
  thread: Thread,
  wanted: { readonly tree?: string; readonly base?: string; readonly kernel?: string },
): Base {
  const { stack } = knowledge;
  if (wanted.tree !== undefined) {
    const base = treeBase(thread, wanted.tree, wanted.base);
    folders.set(base.source, wanted.tree);
    return base;
  }
  if (wanted.kernel !== undefined) return { source: stack.at(wanted.kernel), why: 'the version given by --kernel' };
  const day = firstDay(thread);
  const newest = stack.tags[stack.tags.length - 1] ?? '';
  const dated =
    stack.tags.findLast((tag) => day !== undefined && (stack.released.get(tag) ?? '') <= day) ??
    (day === undefined ? newest : (stack.tags[0] ?? newest));
  const byDate =
    day === undefined
      ? 'the newest version that is modelled; the thread has no date'
      : `the newest modelled version on ${day}, the day the thread begins`;
  const touching = thread.patches.filter((patch) => touches(stack.at(newest), patch));
  const posted = touching.filter(({ kind }) => kind === 'posted').slice(0, 1);
  const at = stack.tags.indexOf(dated);
  const nearest = [...stack.tags].sort(
    (a, b) => Math.abs(stack.tags.indexOf(a) - at) - Math.abs(stack.tags.indexOf(b) - at) || (a < b ? -1 : 1),
  );
  // Without a posted patch, the code is that which a diff of a reply was written for.
  for (const patch of posted.length > 0 ? posted : touching.slice(0, MOST_TRIED)) {
    const fitting = nearest.find((tag) => applies(knowledge, stack.at(tag), patch));
    if (fitting === dated) break;
    if (fitting === undefined) continue;
    const whose = patch.kind === 'posted' ? 'the posted patch' : `"${patch.title}"`;
    return {
      source: stack.at(fitting),
      why: `the modelled version that ${whose} applies to (${dated} would fit the date)`,
    };
  }
  return { source: stack.at(dated), why: byDate };
}

const folders = new WeakMap<KernelSource, string>(); // where the base of a review was read from

/** Returns the repository that the base of a review was read from; undefined for the model sources, and a folder that is in none. */
export function repositoryOf(source: KernelSource): Repository | undefined {
  const folder = folders.get(source);
  return folder === undefined ? undefined : openRepository(folder);
}

/** The code of `tree`: of the revision asked for, of the base-commit in the mail, or as it lies there. */
function treeBase(thread: Thread, tree: string, revision: string | undefined): Base {
  if (revision !== undefined)
    return { source: openGitTree(tree, revision), why: `the revision given by --base: ${revision}` };
  const stated = thread.patches.find((patch) => patch.kind === 'posted' && patch.baseCommit !== undefined)?.baseCommit;
  if (stated === undefined) return { source: openTree(tree), why: 'the tree given by --tree' };
  const repository = openRepository(tree);
  const has = /^[0-9a-f]{7,64}$/.test(stated) && repository?.commit(stated) !== undefined;
  if (has && repository !== undefined)
    return {
      source: repository.at(stated),
      why: 'the base-commit that the mail names, in the repository given by --tree',
    };
  const lacks = `it does not have the base-commit that the mail names, ${stated.slice(0, 12)}`;
  return { source: openTree(tree), why: `the tree given by --tree; ${lacks}` };
}

function applies(knowledge: Knowledge, source: KernelSource, patch: Patch): boolean {
  return applyPatch(placementSource(knowledge, source), patch.files).kind === 'applied';
}

function touches(source: KernelSource, patch: Patch): boolean {
  return patch.files.some((file) => source.paths.includes(file.newPath ?? file.oldPath ?? ''));
}

/**
 * Day of the oldest message, YYYY-MM-DD. A Date line whose zone is lost still names a day; when no mail has one, the days
 * that attribution lines state count.
 */
function firstDay(thread: Thread): string | undefined {
  const days = thread.messages.map((message) => message.date?.slice(0, 10) ?? statedDay(message.rawDate));
  const loose = thread.messages.map(({ rawDate }) => (rawDate === undefined ? undefined : looseDay(rawDate)));
  const known = (all: readonly (string | undefined)[]): string | undefined =>
    all.filter((day) => day !== undefined).sort()[0];
  return known(days) ?? known(loose);
}

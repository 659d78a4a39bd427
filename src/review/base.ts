// Which code a thread is about: the tree that was given, or the version of the model sources that fits its date.
import { applyPatch } from '../c/apply.ts';
import { openGitTree, openRepository } from '../c/git-tree.ts';
import { openTree } from '../c/tree.ts';
import type { Knowledge } from '../knowledge.ts';
import { placementSource } from '../knowledge.ts';
import { statedDay } from '../mail/date.ts';
import type { KernelSource, Patch, Thread } from '../types.ts';

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
  if (wanted.tree !== undefined) return treeBase(thread, wanted.tree, wanted.base);
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
  const posted = thread.patches.filter((patch) => patch.kind === 'posted' && touches(stack.at(newest), patch));
  const first = posted[0];
  if (first === undefined || applies(knowledge, stack.at(dated), first))
    return { source: stack.at(dated), why: byDate };
  const at = stack.tags.indexOf(dated);
  const nearest = [...stack.tags].sort(
    (a, b) => Math.abs(stack.tags.indexOf(a) - at) - Math.abs(stack.tags.indexOf(b) - at) || (a < b ? -1 : 1),
  );
  const fitting = nearest.find((tag) => applies(knowledge, stack.at(tag), first));
  if (fitting === undefined) return { source: stack.at(dated), why: byDate };
  return {
    source: stack.at(fitting),
    why: `the modelled version that the posted patch applies to (${dated} would fit the date)`,
  };
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

/** Day of the oldest message, YYYY-MM-DD. A Date line whose zone is lost still names a day. */
function firstDay(thread: Thread): string | undefined {
  const days = thread.messages.flatMap((message) => {
    const day = message.date?.slice(0, 10) ?? (message.rawDate === undefined ? undefined : statedDay(message.rawDate));
    return day === undefined ? [] : [day];
  });
  return days.sort()[0];
}

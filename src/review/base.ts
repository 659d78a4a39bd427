// Which code a thread is about: the tree that was given, or the version of the model sources that fits its date.
import { applyPatch } from '../c/apply.ts';
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
 * The tree when one is given; else the version of the model sources that was asked for; else the newest one that was
 * released when the thread began, or, where a posted patch does not apply to that, the version it applies to that is
 * nearest in time. Throws InputError for a folder that is no kernel tree, or an unknown version.
 */
export function chooseBase(
  knowledge: Knowledge,
  thread: Thread,
  wanted: { readonly tree?: string; readonly kernel?: string },
): Base {
  const { stack } = knowledge;
  if (wanted.tree !== undefined) return { source: openTree(wanted.tree), why: 'the tree given by --tree' };
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

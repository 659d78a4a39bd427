import { InputError } from '../errors.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { Review } from '../types.ts';
import type { OptIn, Recipients } from './delivery.ts';
import { EXIT, type FailOn } from './exit.ts';
import { exitCode } from './exit-code.ts';
import type { Format } from './formats.ts';
import { type ColorWish, emit, present } from './output.ts';
import { shippedRules } from './package-root.ts';
import { readWaivers, today, withWaivers } from './policy.ts';
import { rendered, writeSummary } from './render.ts';
import { type RunOptions, replayCommandLine, runReviewTask } from './run.ts';
import { checkFolder } from './source.ts';
import type { Task } from './task.ts';
import { isUnknownBase } from './unknown-base.ts';

/** Options of `relore review`. */
export interface ReviewCommandOptions extends RunOptions, OptIn {
  readonly format: Format;
  readonly output?: string;
  readonly failOn: FailOn;
  readonly only: 'new' | 'all';
  readonly waivers?: string;
  readonly patch?: string; // id of the patch that a reply answers
  readonly all: boolean;
  readonly allSteps: boolean;
  readonly record: boolean;
  readonly db?: string; // implies record
  readonly color: ColorWish;
  readonly pager: boolean;
}

/**
 * Reviews the thread in `sources` and prints it; sets the exit code by `--fail-on`. Waivers are read before anything is
 * run. A range whose base is not in the repository is not decided: exit code 3, and a notice where GitHub shows one.
 */
export async function reviewCommand(sources: readonly string[], options: ReviewCommandOptions): Promise<void> {
  try {
    const { review, task } = await waived(sources, options);
    checkPatch(review, options.patch);
    const replay = replayCommandLine(sources, options);
    const recipientsOf = await drafting(task, options);
    const text = await rendered(review, { ...options, replay, recipientsOf });
    if (text === undefined) process.stderr.write('relore: no draft: nothing to ask about this patch\n');
    else if (options.format === 'terminal') await present(text, options.output, { ...options, ids: realIds(review) });
    else await emit(text, options.output);
    if (options.format === 'github') await writeSummary(review, { ...options, replay });
    process.exitCode = exitCode(review, options.failOn);
  } catch (error) {
    if (!isUnknownBase(error)) throw error;
    if (options.format === 'github') process.stdout.write(`::notice title=relore::${escaped(error.message)}\n`);
    process.stderr.write(`relore: not decided: ${error.message}\n`);
    process.exitCode = EXIT.undecided;
  }
}

/** A review, and what it was made from. */
interface Done {
  readonly review: Review;
  readonly task: Task;
}

async function waived(sources: readonly string[], options: ReviewCommandOptions): Promise<Done> {
  if (options.waivers === undefined) return ran(sources, options);
  const rulesDir = options.rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  const { rules } = await loadKnowledge(rulesDir);
  const known = rules.map(({ name, scenarios }) => ({ name, scenarios: scenarios.map((scenario) => scenario.name) }));
  const waivers = await readWaivers(options.waivers, known, today(process.env, new Date()));
  const { review, task } = await ran(sources, options);
  return { review: withWaivers(review, waivers), task };
}

/** Runs the review, and records it without the waivers of who asked. */
async function ran(sources: readonly string[], options: ReviewCommandOptions): Promise<Done> {
  const { review, task } = await runReviewTask(sources, options);
  if (options.record || options.db !== undefined)
    await (await import('./record.ts')).recordReview(review, task, options.db);
  return { review, task };
}

/** Whom a draft may be addressed to: nobody, unless the list and the author of the mail asked. */
async function drafting(
  { bytes, name }: Task,
  options: ReviewCommandOptions,
): Promise<(messageId: string) => Recipients | undefined> {
  if (options.format !== 'reply' || options.lists === undefined || options.people === undefined) return () => undefined;
  const { readEnvelopes, recipientsOf } = await import('./delivery.ts');
  const envelopes = await readEnvelopes(bytes, name);
  return (id) => {
    const envelope = envelopes.get(id);
    return envelope === undefined ? undefined : recipientsOf(envelope, options);
  };
}

function realIds(review: Review): string[] {
  return review.thread.messages.filter(({ synthetic, virtual }) => !synthetic && !virtual).map(({ id }) => id);
}

function checkPatch(review: Review, id: string | undefined): void {
  if (id === undefined || review.patches.some((patch) => patch.id === id)) return;
  const found = review.patches.map((patch) => patch.id).join(', ');
  throw new InputError({
    place: { file: '--patch' },
    expected: `a patch of this review: ${found || 'none'}`,
    found: id,
  });
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replace(/\p{Cc}/gu, '?');
}

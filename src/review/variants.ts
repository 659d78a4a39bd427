// Every change that the thread asks to be tried: posted patches, fixes in prose with each of their readings, and pairs.
import { applyPatch } from '../c/apply.ts';
import { applyEdits } from '../c/edit.ts';
import { findFunctions } from '../c/functions.ts';
import { withFiles } from '../c/tree.ts';
import type { Knowledge } from '../knowledge.ts';
import { placementSource } from '../knowledge.ts';
import { matchRules, operationOf } from '../rules/match.ts';
import type { Applied, AppliedEdit, Claim, Edit, KernelSource, Patch, Refusal, ReviewPatch, Thread } from '../types.ts';
import { withNewTests } from './new-tests.ts';
import { printEdit } from './print-edit.ts';

const MAX_OTHERS = 20; // diffs that another is tried on top of
const MAX_PAIRS = 60; // combinations of fixes that are tried; more are named in notChecked

/** A change to try: the code before it and after it, or why it could not be applied. */
export interface Variant {
  readonly id: string; // 'patch-1', 'fix-3/a', 'fix-1+fix-2/b'
  readonly kind: ReviewPatch['kind'];
  readonly messageId: string;
  readonly title: string;
  readonly claim: string | undefined;
  readonly reading: string | undefined;
  readonly parts: readonly string[] | undefined;
  readonly paths: readonly string[]; // files that the change names
  readonly before: KernelSource;
  readonly after: KernelSource | undefined; // undefined: refused
  readonly refusal: Refusal | undefined;
  readonly covered: boolean; // false: it names nothing that any rule covers
  readonly functions: readonly string[]; // touched, sorted
  readonly edits: readonly AppliedEdit[];
  readonly notes: readonly string[];
}

/** Posted patches and counter-patches of replies, each on top of the earlier ones of its series. */
export function postedVariants(knowledge: Knowledge, thread: Thread, base: KernelSource): Variant[] {
  const variants: Variant[] = [];
  const ids = patchIds(thread);
  const seriesOf = new Map(
    thread.series.flatMap((series, index) => series.patches.map((id): [string, number] => [id, index])),
  );
  const built = new Map<number, KernelSource>();
  for (const patch of thread.patches) {
    const series = patch.kind === 'posted' ? seriesOf.get(patch.id) : undefined;
    const before = (series === undefined ? undefined : built.get(series)) ?? base;
    const variant = { ...postedVariant(knowledge, patch, before), id: ids.get(patch.id) ?? patch.id };
    if (series !== undefined && variant.after !== undefined) built.set(series, variant.after);
    variants.push(variant);
  }
  return variants.map((variant, index) => {
    const patch = thread.patches[index];
    if (patch?.kind !== 'reply' || variant.after !== undefined) return variant;
    return onAnother(knowledge, patch, variant, variants);
  });
}

/** A diff of a reply that does not fit the base was written for the code of another diff of the thread. */
function onAnother(knowledge: Knowledge, patch: Patch, variant: Variant, others: readonly Variant[]): Variant {
  for (const { id, after } of others.slice(0, MAX_OTHERS)) {
    if (after === undefined) continue;
    const tried = postedVariant(knowledge, patch, after);
    if (tried.after !== undefined)
      return { ...tried, id: variant.id, notes: [...tried.notes, `on the code with ${id}: it does not fit the base`] };
  }
  return variant;
}

/** Short names of the diffs of a thread, by Patch id: patch-1, patch-2 for posted ones, reply-1 for those of replies. */
export function patchIds(thread: Thread): ReadonlyMap<string, string> {
  const counts = { posted: 0, reply: 0 };
  return new Map(
    thread.patches.map((patch) => [patch.id, `${patch.kind === 'posted' ? 'patch' : 'reply'}-${++counts[patch.kind]}`]),
  );
}

function postedVariant(knowledge: Knowledge, patch: Patch, before: KernelSource): Variant {
  const paths = patch.files.map((file) => file.newPath ?? file.oldPath ?? '').filter((path) => path !== '');
  const applied = applyPatch(placementSource(knowledge, before), patch.files);
  const functions = applied.kind === 'applied' ? applied.functions : namedFunctions(patch, before);
  const covered = matchRules(knowledge.rules, functions, knowledge.vocabulary).length > 0;
  return {
    id: patch.id,
    kind: patch.kind,
    messageId: patch.messageId,
    title: patch.title,
    claim: undefined,
    reading: undefined,
    parts: undefined,
    paths: [...new Set(paths)].sort(),
    before,
    ...outcomeOf(applied, before),
    functions,
    covered,
  };
}

const NO_FUNCTIONS = new Set(['if', 'for', 'while', 'switch', 'return', 'sizeof', 'typeof', 'defined']);

/** What a diff that could not be placed names: functions of its lines, and those that stand at its lines. Only a hint. */
function namedFunctions(patch: Patch, before: KernelSource): string[] {
  const names = new Set<string>();
  for (const { oldPath, hunks } of patch.files) {
    const standing = findFunctions(before.read(oldPath ?? '')?.text ?? '');
    for (const { section, lines, oldStart, oldLines } of hunks) {
      for (const line of [section, ...lines]) {
        for (const match of line.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)) names.add(match[1] ?? '');
      }
      const at = standing.findLast(({ line }) => line <= oldStart + oldLines);
      if (at !== undefined && oldLines > 0) names.add(at.name);
    }
  }
  return [...names].filter((name) => !NO_FUNCTIONS.has(name)).sort();
}

function outcomeOf(applied: Applied, before: KernelSource): Pick<Variant, 'after' | 'refusal' | 'edits' | 'notes'> {
  if (applied.kind === 'refused') return { after: undefined, refusal: applied.refusal, edits: [], notes: [] };
  return { after: withFiles(before, applied.files), refusal: undefined, edits: applied.edits, notes: applied.notes };
}

/** The fixes that claims propose, one variant a reading. `mentioned`: names that the thread writes as calls. */
export function proseVariants(
  knowledge: Knowledge,
  claims: readonly Claim[],
  base: KernelSource,
  mentioned: readonly string[],
): Variant[] {
  return claims
    .filter((claim) => claim.edits.length > 0)
    .flatMap((claim) => proseVariant(knowledge, claim, base, mentioned));
}

function proseVariant(knowledge: Knowledge, claim: Claim, base: KernelSource, mentioned: readonly string[]): Variant[] {
  const readings = readingsOf(knowledge, claim.edits, base, mentioned);
  const common = {
    kind: 'prose' as const,
    messageId: claim.messageId,
    title: claim.edits.map(printEdit).join(', and '),
    claim: claim.id,
    parts: undefined,
    before: base,
    covered: true,
  };
  return readings.map((applied, index) => ({
    ...common,
    id: readings.length === 1 ? claim.id : `${claim.id}/${letter(index)}`,
    reading: applied.kind === 'applied' && applied.words !== '' ? applied.words : undefined,
    paths: applied.kind === 'applied' ? applied.files.map((file) => file.path) : [],
    functions: applied.kind === 'applied' ? applied.functions : [],
    ...outcomeOf(applied, base),
  }));
}

/** Every reading of a list of edits: those of reverts come from the patch stack, the others from the code. */
function readingsOf(
  knowledge: Knowledge,
  edits: readonly Edit[],
  base: KernelSource,
  mentioned: readonly string[],
): readonly Applied[] {
  const revert = edits.find((edit) => edit.kind === 'revert');
  if (revert === undefined) return placeReadings(knowledge, edits, base, mentioned);
  const readings = knowledge.stack.revertReadings(revert.commit);
  if (readings === undefined) {
    const why = `expected a commit that the model sources know (rules/kernel/series), found ${revert.commit}; what its revert means on this code is not known`;
    return [{ kind: 'refused', refusal: { what: `revert ${revert.commit}`, why } }];
  }
  return readings.flatMap((reading) => {
    const replaced = edits.flatMap((edit) => (edit === revert ? reading.edits : [edit]));
    return placeReadings(knowledge, replaced, base, mentioned).map((applied) => withWords(applied, reading.words));
  });
}

/**
 * Readings of edits that may not say which function they speak of. Functions that the thread names come first; when
 * several of them have what the edits speak of, each is a reading.
 */
function placeReadings(
  knowledge: Knowledge,
  edits: readonly Edit[],
  base: KernelSource,
  mentioned: readonly string[],
): readonly Applied[] {
  const { rules, vocabulary } = knowledge;
  const covered = [...new Set(rules.flatMap((rule) => rule.functions))];
  const functions = edits.flatMap((edit) => ('functions' in edit ? edit.functions : []));
  if (edits.every((edit) => 'functions' in edit && edit.functions.length > 0))
    return functions.length === 1
      ? inFunction(edits, base, vocabulary, functions[0]!)
      : applyEdits(base, edits, vocabulary, covered);
  const operations = new Set(mentioned.map((name) => operationOf(name, vocabulary)));
  const named = covered.filter((name) => operations.has(operationOf(name, vocabulary)));
  for (const candidates of [named, covered]) {
    const each = candidates.flatMap((name) => {
      const readings = inFunction(edits, base, vocabulary, name).filter((applied) => applied.kind === 'applied');
      return readings.length === 0 ? [] : [{ name, readings }];
    });
    const places = each.filter(
      ({ readings }, index) => each.findIndex((other) => sameText(other.readings[0], readings[0])) === index,
    );
    if (places.length === 1) return places[0]?.readings ?? [];
    if (places.length > 1)
      return places.flatMap(({ name, readings }) => readings.map((applied) => withWords(applied, `in ${name}()`)));
  }
  return applyEdits(base, edits, vocabulary, covered);
}

/** Every reading of edits in one function. */
function inFunction(
  edits: readonly Edit[],
  base: KernelSource,
  vocabulary: Knowledge['vocabulary'],
  name: string,
): readonly Applied[] {
  return withNewTests(edits, base, vocabulary, name).flatMap(({ words, edits: made }) =>
    applyEdits(base, made, vocabulary, [name]).map((applied) => withWords(applied, words)),
  );
}

function sameText(one: Applied | undefined, other: Applied | undefined): boolean {
  if (one?.kind !== 'applied' || other?.kind !== 'applied') return false;
  return (
    one.files.length === other.files.length && one.files.every((file, index) => file.text === other.files[index]?.text)
  );
}

function withWords(applied: Applied, words: string): Applied {
  if (applied.kind === 'refused') return applied;
  return { ...applied, words: [words, applied.words].filter((part) => part !== '').join('; ') };
}

/** All pairs of fixes of different claims, and of a posted patch with a fix. */
export function pairVariants(
  knowledge: Knowledge,
  singles: readonly Variant[],
  claims: readonly Claim[],
  mentioned: readonly string[],
): { pairs: Variant[]; left: number } {
  const usable = singles.filter((variant) => variant.after !== undefined && variant.covered);
  const pairs: Variant[] = [];
  let left = 0;
  for (const [i, first] of usable.entries()) {
    for (const second of usable.slice(i + 1)) {
      if (second.claim === undefined || second.claim === first.claim) continue;
      if (pairs.length >= MAX_PAIRS) {
        left++;
        continue;
      }
      const pair = combine(knowledge, first, second, { claims, mentioned });
      if (pair !== undefined) pairs.push(pair);
    }
  }
  return { pairs, left };
}

/** `second` (in prose) applied on top of `first`, in the same reading; undefined when the two do not go together. */
function combine(
  knowledge: Knowledge,
  first: Variant,
  second: Variant,
  thread: { readonly claims: readonly Claim[]; readonly mentioned: readonly string[] },
): Variant | undefined {
  const claim = thread.claims.find((one) => one.id === second.claim);
  if (claim === undefined || first.after === undefined) return undefined;
  const readings = readingsOf(knowledge, claim.edits, first.after, thread.mentioned);
  const applied =
    readings.length === 1
      ? readings[0]
      : readings.find((one) => one.kind === 'applied' && one.words === second.reading);
  if (applied?.kind !== 'applied') return undefined;
  return {
    id: `${first.id}+${second.id}`,
    kind: 'combination',
    messageId: second.messageId,
    title: `${first.title}; and ${second.title}`,
    claim: undefined,
    reading: [first.reading, second.reading].filter((words) => words !== undefined).join('; ') || undefined,
    parts: [first.id, second.id],
    paths: [...new Set([...first.paths, ...applied.files.map((file) => file.path)])].sort(),
    before: first.before,
    after: withFiles(first.after, applied.files),
    refusal: undefined,
    covered: true,
    functions: [...new Set([...first.functions, ...applied.functions])].sort(),
    edits: [...first.edits, ...applied.edits],
    notes: [...first.notes, ...applied.notes],
  };
}

function letter(index: number): string {
  return String.fromCharCode(97 + (index % 26)) + (index < 26 ? '' : String(Math.floor(index / 26)));
}

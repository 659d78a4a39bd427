// Which code a claim speaks of: the code before any change, a posted patch, a proposal above it, or code that a rule's edit makes.

import { editedSource } from '../judge.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Claim, ClaimTopic, KernelSource, ReviewBinding, Rule } from '../types.ts';
import type { Variant } from './variants.ts';

/** One reading of a claim: scenarios of a rule on one source. */
export interface Bound {
  readonly rule: Rule;
  readonly topic: ClaimTopic;
  readonly version: ReviewBinding['version'];
  readonly of: string; // id of a variant, names of edits, or ''
  readonly source: KernelSource;
  readonly before: KernelSource | undefined; // of an edit: the code without it
}

const MOST_TRIED = 8; // versions that an edit of a rule is tried on

/**
 * Returns every reading of a claim that has a topic, in the order of its topics and of the readings of the fix it speaks of.
 * `runs` says whether a scenario can be run on a source: where it cannot, the nearest version is taken on which it can.
 */
export function bindClaim(
  claim: Claim,
  of: {
    readonly knowledge: Knowledge;
    readonly base: KernelSource;
    readonly variants: readonly Variant[];
    readonly runs: (source: KernelSource, rule: Rule, topic: ClaimTopic) => boolean;
  },
): Bound[] {
  return (claim.about?.topics ?? []).flatMap((topic): Bound[] => {
    const rule = of.knowledge.rules.find(({ name }) => name === topic.rule);
    if (rule === undefined) return [];
    if (topic.edits.length > 0) return editBound(rule, topic, of);
    const changed = changedBy(claim, of.variants);
    if (changed.length > 0) return changed.map((variant) => variantBound(rule, topic, variant));
    const source = nearest(of, rule, [], (each) => of.runs(each, rule, topic));
    return source === undefined ? [] : [{ rule, topic, version: 'before', of: '', source, before: undefined }];
  });
}

/** The variants that stand for the proposal or the patch that a claim speaks of. */
function changedBy(claim: Claim, variants: readonly Variant[]): Variant[] {
  const { fix, patch } = claim.about ?? {};
  return variants.filter(
    (variant) =>
      variant.after !== undefined &&
      variant.parts === undefined &&
      ((fix !== undefined && variant.claim === fix) ||
        (patch === true && variant.kind === 'posted' && variant.messageId === claim.messageId)),
  );
}

function variantBound(rule: Rule, topic: ClaimTopic, variant: Variant): Bound {
  const version = variant.kind === 'posted' || variant.kind === 'reply' ? 'patch' : 'fix';
  return { rule, topic, version, of: variant.id, source: variant.after ?? variant.before, before: undefined };
}

type Place = Pick<Parameters<typeof bindClaim>[1], 'knowledge' | 'base' | 'runs'>;

/** Code that edits of the rule make of the base, or of the nearest version that they fit; `v5.11` is that version or a later base. */
function editBound(rule: Rule, topic: ClaimTopic, of: Place): Bound[] {
  const { tags } = of.knowledge.stack;
  const edits = topic.edits.filter((name) => !tags.includes(name));
  const least = topic.edits.find((name) => tags.includes(name));
  const lowest = least === undefined ? 0 : tags.indexOf(least);
  const source = nearest(of, rule, edits, (each) => of.runs(each, rule, topic), lowest);
  if (source === undefined) return [];
  const version = edits.length === 0 ? 'before' : 'edit';
  const runs = (each: KernelSource): boolean => of.runs(each, rule, topic);
  const before = edits.length === 0 ? undefined : nearest(of, rule, topic.against ?? [], runs, lowest);
  return [{ rule, topic, version, of: edits.join(', '), source, before }];
}

/** The base with `edits`, or the version nearest to it on which they apply and `runs` is true. */
function nearest(
  { knowledge, base }: Place,
  rule: Rule,
  edits: readonly string[],
  runs: (source: KernelSource) => boolean,
  lowest = 0,
): KernelSource | undefined {
  const { tags } = knowledge.stack;
  const own = tags.indexOf(base.name);
  const from = own < 0 ? tags.length - 1 : own;
  const known = new Set(rule.rows.map(({ version }) => version));
  const near = tags
    .map((tag, index) => ({ tag, index }))
    .filter(({ tag, index }) => index >= lowest && (known.has(tag) || index === lowest || index === own))
    .sort((a, b) => Math.abs(a.index - from) - Math.abs(b.index - from) || b.index - a.index)
    .slice(0, MOST_TRIED);
  if (edits.length === 0 && from >= lowest && runs(base)) return base;
  for (const { tag } of near) {
    const source = edited(knowledge, rule, tag, edits);
    if (source !== undefined && runs(source)) return source;
  }
  return undefined;
}

const sources = new WeakMap<Knowledge, Map<string, KernelSource | undefined>>();

function edited(knowledge: Knowledge, rule: Rule, tag: string, edits: readonly string[]): KernelSource | undefined {
  const known = sources.get(knowledge) ?? new Map<string, KernelSource | undefined>();
  sources.set(knowledge, known);
  const key = [rule.name, tag, ...edits].join('\n');
  if (!known.has(key)) known.set(key, tryEdits(knowledge, rule, tag, edits));
  return known.get(key);
}

/** Undefined when an edit does not fit the version, which is no error here. */
function tryEdits(knowledge: Knowledge, rule: Rule, tag: string, edits: readonly string[]): KernelSource | undefined {
  try {
    return editedSource(knowledge, rule, tag, edits, 0);
  } catch {
    return undefined;
  }
}

/** Returns a reading in words: `the code of v6.3`, `v6.12 with trylock tried first (lock-first)`. */
export function wordsOf({ version, of, source, rule }: Bound): string {
  switch (version) {
    case 'before':
      return `the code of ${source.name}`;
    case 'patch':
    case 'fix':
      return `the code with ${of}`;
    case 'edit': {
      const words = of.split(', ').map((name) => rule.edits.find((edit) => edit.name === name)?.words ?? name);
      return `${source.name} with ${of} (${words.join('; ')})`;
    }
    default:
      return version satisfies never;
  }
}

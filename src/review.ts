// The pipeline: a thread in, a review out. Start reading here.
//
//   thread -- claims --> fixes -- edits --> code after --+
//      |                                                 +--> scenarios --> outcomes --> checks --> Review
//      +------ patches ----- hunks --> code after -------+
import { readClaims } from './claims/read.ts';
import { knownRaces } from './history/known.ts';
import type { Knowledge } from './knowledge.ts';
import { loadKnowledge } from './knowledge.ts';
import { chooseBase } from './review/base.ts';
import type { Bench, Checked, Work } from './review/checks.ts';
import { checkBase, checkVariant, workOf } from './review/checks.ts';
import { judgeClaims } from './review/claims.ts';
import { judgeDiagrams } from './review/diagrams.ts';
import { eventEdits } from './review/edits.ts';
import { judgeLogs } from './review/logs.ts';
import { withNewLines } from './review/new-lines.ts';
import { assumptionsOf, hunksOf, mentionedFunctions, notChecked, seriesOf, threadOf } from './review/parts.ts';
import { withQuotedPatches } from './review/quoted.ts';
import { refereeSequences } from './review/referee.ts';
import { openTraceBook } from './review/traces.ts';
import type { Variant } from './review/variants.ts';
import { pairVariants, patchIds, postedVariants, proseVariants } from './review/variants.ts';
import { matchRules } from './rules/match.ts';
import type { AppliedEdit, MemoryModel, Review, ReviewCheck, ReviewPatch, Thread } from './types.ts';

/** What a review runs on and how far it searches. */
export interface ReviewOptions {
  readonly rulesDir: string;
  readonly tree?: string; // kernel sources; absent: the model sources
  readonly base?: string; // revision of the repository of `tree`; absent: the mail's base-commit, or the files of `tree`
  readonly kernel?: string; // version of the model sources
  readonly models: readonly MemoryModel[];
  readonly states: number; // limit of distinct states of one search
  readonly version: string; // of relore
  readonly referee?: true; // also run the schedules that are told in prose
  readonly patchesOnly?: true; // posted diffs alone: no fixes in prose, no combinations, nothing that is only named
  readonly knowledge?: Knowledge; // of rulesDir, when it is read already
  readonly progress?: (work: Work) => void; // told of every search before it begins
  readonly isStopped?: () => boolean; // asked between two searches; what is decided by then is the review
}

/**
 * Reviews a thread: tries every posted patch, every fix proposed in prose (each reading) and all pairs of fixes.
 * Deterministic. Throws InputError for rules or a tree that cannot be used; what is not modelled is in the Review.
 */
export async function review(read: Thread, options: ReviewOptions): Promise<Review> {
  const thread = withQuotedPatches(read);
  const knowledge = options.knowledge ?? (await loadKnowledge(options.rulesDir));
  const base = chooseBase(knowledge, thread, options);
  const isWhole = options.patchesOnly !== true;
  const claims = isWhole ? readClaims(thread, knowledge) : [];
  const mentioned = isWhole ? mentionedFunctions(thread) : [];
  const bench = openBench(knowledge, options);
  const ids = patchIds(thread);

  const posted = postedVariants(knowledge, thread, base.source);
  const prose = isWhole ? proseVariants(knowledge, claims, base.source, mentioned) : [];
  const singles = [...posted, ...prose];
  const { pairs, left } = isWhole ? pairVariants(knowledge, singles, claims, mentioned) : { pairs: [], left: 0 };
  const variants = [...singles, ...pairs];

  const touched = [...variants.flatMap((variant) => variant.functions), ...mentioned];
  const matched = matchRules(knowledge.rules, touched, knowledge.vocabulary);
  bench.work.total = workOf(bench, variants, matched);
  const checks: ReviewCheck[] = checkBase(bench, base.source, matched);
  const patches: ReviewPatch[] = [];
  for (const variant of variants) {
    const checked = checkVariant(bench, variant);
    checks.push(...checked.checks);
    patches.push(patchOf(variant, checked, posted.includes(variant) ? eventEdits(bench.judged, variant) : []));
  }
  const traceOf = (patch: string): string | undefined =>
    checks.find((check) => check.patch === patch && check.level === 'error' && check.after.trace !== undefined)?.after
      .trace;

  const judgedClaims = judgeClaims(claims, patches, traceOf, { bench, base: base.source, variants });
  const grounds = { bench, base: base.source, variants, claims, rules: matched.map(({ rule }) => rule) };
  const series = seriesOf(thread, ids);
  return {
    schema: 'relore.review/1',
    tool: { name: 'relore', version: options.version, rules: knowledge.hash },
    source: { kind: thread.kind, lossy: thread.lossy },
    rules: [...bench.ran.values()].map(({ name, title, invariant, scenarios }) => ({
      name,
      title,
      invariant,
      scenarios: scenarios.map((one) => ({ name: one.name, words: one.words })),
    })),
    base: { kind: base.source.kind, name: base.source.name, why: base.why },
    thread: threadOf(thread),
    series,
    patches: patches.map((patch) => ({ ...patch, ...hunksOf(thread, ids, patch.id) })),
    checks,
    claims: judgedClaims,
    diagrams: isWhole
      ? judgeDiagrams(thread, grounds).concat(options.referee ? refereeSequences(thread, grounds) : [])
      : [],
    logs: isWhole ? judgeLogs(thread, bench, base.source, grounds.rules) : [],
    known: knownRaces(options.rulesDir, checks),
    traces: withNewLines(bench.traces.traces, variants, series),
    coverage: bench.coverage,
    notChecked: notChecked({
      ...{ thread, models: options.models, rules: [...bench.ran.values()], patches, left },
      stopped: bench.isStopped?.() === true ? bench.work.total - bench.work.done : 0,
    }),
    assumptions: assumptionsOf(knowledge, bench.assumptions, base),
  };
}

function openBench(knowledge: Knowledge, options: ReviewOptions): Bench {
  const { models, states } = options;
  return {
    knowledge,
    models,
    states,
    traces: openTraceBook(),
    judged: new Map(),
    coverage: [],
    assumptions: new Set(),
    ran: new Map(),
    work: { words: '', done: 0, total: 0, states: 0 },
    ...(options.progress === undefined ? {} : { progress: options.progress }),
    ...(options.isStopped === undefined ? {} : { isStopped: options.isStopped }),
  };
}

function patchOf(variant: Variant, { verdict, opens, reason }: Checked, events: readonly AppliedEdit[]): ReviewPatch {
  const { id, messageId, title, kind, reading, parts, claim, functions, edits, notes } = variant;
  return {
    id,
    messageId,
    title,
    kind,
    base: { kind: variant.before.kind, name: variant.before.name },
    applies: variant.after !== undefined,
    ...(reason === undefined ? {} : { reason }),
    ...(reading === undefined ? {} : { reading }),
    ...(parts === undefined ? {} : { parts }),
    ...(claim === undefined ? {} : { claim }),
    files: variant.paths,
    functions,
    edits: [...edits, ...events],
    notes,
    verdict,
    ...(opens.length === 0 || verdict === 'opens' ? {} : { opens }),
  };
}

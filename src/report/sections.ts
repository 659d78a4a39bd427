// The report as sections, in the order every format keeps: see docs/design.md section 6.

import type { Review, ReviewClaim } from '../types.ts';
import { fixesSection } from './fixes.ts';
import { alsoSection, assumptionsSection, notCheckedSection, replaySection, searchSection } from './limits.ts';
import { type Part, paragraph, type ReportOptions, type Section } from './parts.ts';
import { cutWords } from './schedule.ts';
import { type Chosen, type Selection, selectSchedules } from './select.ts';
import { counted, cut, thousands } from './text.ts';
import { verdictSection } from './verdict.ts';
import { scenarioWords, versionName } from './view.ts';
import { modelName } from './words.ts';

const CLAIMS_UNDER_A_SCHEDULE = 2;
const QUOTE_LENGTH = 300;

/** Returns the sections of a review that have something to say, in the order of the report. Linear in the review. */
export function sectionsOf(review: Review, options: ReportOptions): readonly Section[] {
  const selection = selectSchedules(review, options.all);
  return [
    verdictSection(review, options),
    schedulesSection(review, selection, options),
    claimsSection(review, selection, options),
    fixesSection(review, options),
    alsoSection(review, options),
    searchSection(review, options),
    assumptionsSection(review),
    notCheckedSection(review, options),
    replaySection(selection, options),
  ].filter((section) => section.parts.length > 0);
}

function schedulesSection(review: Review, selection: Selection, options: ReportOptions): Section {
  const parts = selection.shown.flatMap((chosen) => scheduleParts(review, chosen, options));
  const hidden = selection.hidden.length;
  if (hidden > 0 && parts.length > 0) parts.push(paragraph(`${counted(hidden, 'more schedule')}: --all.`));
  return { title: selection.shown.length === 1 ? 'Schedule' : 'Schedules', parts };
}

function scheduleParts(review: Review, chosen: Chosen, options: ReportOptions): Part[] {
  const { id, trace } = chosen;
  const words = scenarioWords(review, trace.rule, trace.scenario);
  const rest = options.allSteps ? '' : cutWords(trace);
  const same = chosen.same.map((other) => `${versionName(other.trace)} [${other.id}]`);
  return [
    {
      kind: 'schedule',
      title: `${trace.scenario} ${versionName(trace)}${words === undefined ? '' : `: ${words}`}`,
      right: `${trace.rule}, ${modelName(trace.model)} [${id}]`,
      chosen,
      facts: [
        `${counted(trace.switches, 'context switch')}, path ${trace.path}${statesWords(review, id)}.${rest === '' ? '' : ` ${rest}.`}`,
        ...(same.length === 0 ? [] : [`The same schedule is left with ${same.join(', ')}.`]),
      ],
    },
    ...chosen.claims
      .slice(0, options.all ? chosen.claims.length : CLAIMS_UNDER_A_SCHEDULE)
      .map((claim) => quoteOf(claim, options.all)),
  ];
}

function statesWords(review: Review, trace: string): string {
  const side = review.checks.flatMap((check) => [check.after, check.before]).find((item) => item.trace === trace);
  return side === undefined ? '' : `, found in ${thousands(side.states)} states`;
}

function quoteOf(claim: ReviewClaim, all: boolean): Part {
  const hedge = claim.hedge === 'none' ? '' : `, ${claim.hedge === 'weak' ? 'hedged' : 'unsure'}`;
  const status = claim.status === 'stands' ? '' : `, ${claim.status}`;
  return {
    kind: 'quote',
    who: `${claim.speaker ?? 'unknown speaker'} <${claim.messageId}>: ${claim.kind}${hedge}${status}, ${claimVerdict(claim)}`,
    quote: all ? claim.quote : cut(claim.quote, QUOTE_LENGTH),
  };
}

function claimVerdict(claim: ReviewClaim): string {
  const words = claim.verdict === 'not-modelled' ? 'not modelled' : claim.verdict;
  return claim.why === '' ? words : `${words} (${claim.why})`;
}

/** The claims that were decided and are quoted nowhere else; with `all` also those that were not. */
function claimsSection(review: Review, selection: Selection, options: ReportOptions): Section {
  const quoted = new Set(
    selection.shown.flatMap(({ claims }) =>
      (options.all ? claims : claims.slice(0, CLAIMS_UNDER_A_SCHEDULE)).map((claim) => claim.id),
    ),
  );
  const claims = review.claims.filter(
    (claim) => !quoted.has(claim.id) && (options.all || (claim.kind !== 'fix' && claim.verdict !== 'not-modelled')),
  );
  const drawn = review.diagrams.filter((diagram) => options.all || diagram.verdict !== 'not-modelled');
  const diagrams = drawn.map(
    (diagram) =>
      `Diagram in <${diagram.messageId}>: ${diagram.verdict === 'not-modelled' ? 'not modelled' : diagram.verdict}${diagram.why === '' ? '' : ` (${diagram.why})`}`,
  );
  return {
    title: 'Claims',
    parts: [
      ...claims.map((claim) => quoteOf(claim, options.all)),
      ...(diagrams.length === 0 ? [] : [{ kind: 'list' as const, items: diagrams }]),
    ],
  };
}

// The report as sections, in the order every format keeps: see docs/design.md section 6.

import type { Review } from '../types.ts';
import { CLAIMS_UNDER_A_SCHEDULE, claimsSection, quoteOf } from './claims.ts';
import { diagramsSection, logsSection } from './diagrams.ts';
import { fixesSection } from './fixes.ts';
import { alsoSection, assumptionsSection, notCheckedSection, replaySection, searchSection } from './limits.ts';
import { type Part, paragraph, type ReportOptions, type Section } from './parts.ts';
import { cutWords } from './schedule.ts';
import { type Chosen, type Selection, selectSchedules } from './select.ts';
import { counted, thousands } from './text.ts';
import { verdictSection } from './verdict.ts';
import { scenarioWords, versionName } from './view.ts';
import { modelName } from './words.ts';

/** Returns the sections of a review that have something to say, in the order of the report. Linear in the review. */
export function sectionsOf(review: Review, options: ReportOptions): readonly Section[] {
  const selection = selectSchedules(review, options.all);
  return [
    verdictSection(review, options),
    schedulesSection(review, selection, options),
    claimsSection(review, selection, options),
    diagramsSection(review, options),
    logsSection(review, options),
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

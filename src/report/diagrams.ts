// The schedules that people draw or tell, and the logs that they show, in thread order: what the code says of each.
import type { Review, ReviewDiagram, ReviewLog } from '../types.ts';
import { type Part, paragraph, type ReportOptions, type Section } from './parts.ts';
import type { Tone } from './words.ts';

/** Returns the section of diagrams and told schedules. Those that are not modelled are counted, and shown with `all`. */
export function diagramsSection(review: Review, options: ReportOptions): Section {
  // Who asks for told schedules wants to know of each.
  const shown = review.diagrams.filter(
    ({ verdict, source }) => options.all || verdict !== 'not-modelled' || source === 'sequence',
  );
  const left = review.diagrams.length - shown.length;
  const parts = shown.flatMap(diagramParts);
  if (left > 0 && parts.length > 0) parts.push(paragraph(`${left} more not modelled: --all.`));
  return {
    title: shown.some(({ source }) => source === 'sequence') ? 'Diagrams and told schedules' : 'Diagrams',
    parts,
  };
}

const TONES: Readonly<Record<ReviewDiagram['verdict'], Tone>> = {
  executable: 'bad',
  impossible: 'good',
  'not-modelled': 'plain',
};

function diagramParts(diagram: ReviewDiagram): Part[] {
  const { messageId, speaker, verdict, why, trace, violated = [] } = diagram;
  const what = diagram.source === 'sequence' ? 'Schedule' : 'Diagram';
  const lost = diagram.columns === 'collapsed' && diagram.source === undefined ? ', columns lost' : '';
  const words = verdict === 'not-modelled' ? 'not modelled' : verdict;
  const tone = verdict === 'executable' && violated.length === 0 ? 'plain' : TONES[verdict];
  const schedule = trace === undefined ? '' : ` [${trace}]`;
  return [
    paragraph(
      `${what}${speaker === undefined ? '' : ` of ${speaker}`} in <${messageId}>${lost}: ${words}, ${why}.${schedule}`,
      tone,
    ),
    ...(verdict === 'not-modelled' ? [] : [{ kind: 'list' as const, items: stepsOf(diagram) }]),
  ];
}

/** One line a step, as written, with its CPU; what several solutions make of it below. */
function stepsOf({ steps, assignments = [], impossibleAt }: ReviewDiagram): string[] {
  const lines = steps.map(({ text, cpu }, index) => {
    const mark = impossibleAt === index + 1 ? ' <- cannot run' : '';
    return `${cpu === undefined ? '' : `${cpu}: `}${text}${mark}`;
  });
  const ways = assignments.map(
    (cpus, index) => `way ${index + 1}: ${cpus.map((cpu) => (cpu === '' ? '?' : cpu)).join(' ')}`,
  );
  return [...lines, ...ways];
}

/** Returns the section of what people saw: what each log says, and what the code says of it. Logs that no rule is about wait for `all`. */
export function logsSection(review: Review, options: ReportOptions): Section {
  const logs = (review.logs ?? []).filter(({ rule }) => options.all || rule !== undefined);
  return { title: 'Logs', parts: logs.flatMap(logParts) };
}

function logParts({ messageId, speaker, facts, rule, scenario, property, verdict }: ReviewLog): Part[] {
  const who = `${speaker ?? 'unknown speaker'} <${messageId}>`;
  const where = scenario === undefined ? `${rule}: ${property}` : `${rule} ${scenario}: ${property}`;
  const words =
    verdict === undefined ? '' : `, which ${verdict === 'violated' ? 'is violated' : verdict} on the code as it stands`;
  return [
    paragraph(rule === undefined ? who : `${who}, evidence of ${where}${words}:`),
    { kind: 'list', items: facts },
  ];
}

// The review as JSON: the master format, described by docs/review.schema.json.

import type { Review } from '../types.ts';

// Keys in the order of types.ts, so that a reader meets the verdicts before the fine print.
const ORDER: readonly string[] = [
  ...[
    'schema',
    'tool',
    'source',
    'rules',
    'base',
    'thread',
    'series',
    'patches',
    'checks',
    'claims',
    'diagrams',
    'logs',
    'known',
    'traces',
  ],
  ...[
    'coverage',
    'notChecked',
    'assumptions',
    'lossy',
    'id',
    'messageId',
    'name',
    'version',
    'opened',
    'closed',
    'commit',
    'release',
    'subject',
    'title',
    'messages',
  ],
  ...[
    'speakers',
    'speaker',
    'from',
    'date',
    'parent',
    'synthetic',
    'virtual',
    'blocks',
    'depths',
    'depth',
    'quote',
    'span',
  ],
  ...[
    'kind',
    'hedge',
    'status',
    'statusQuote',
    'applies',
    'reason',
    'reading',
    'parts',
    'claim',
    'files',
    'functions',
    'edits',
  ],
  ...[
    'notes',
    'missing',
    'rule',
    'scenario',
    'patch',
    'invariant',
    'level',
    'model',
    'before',
    'after',
    'change',
    'because',
  ],
  ...[
    'process',
    'cpu',
    'label',
    'function',
    'file',
    'line',
    'added',
    'newLine',
    'text',
    'event',
    'values',
    'matters',
    'sees',
    'what',
    'verdict',
    'opens',
  ],
  ...[
    'states',
    'violated',
    'trace',
    'why',
    'repeats',
    'columns',
    'steps',
    'solutions',
    'path',
    'processes',
    'switches',
    'words',
    'end',
    'fences',
  ],
  ...['terminals', 'unreached', 'scenarios', 'hunks', 'oldStart', 'newStart', 'section', 'lines', 'rerolls'],
  ...['waivers', 'place', 'expires', 'expired'],
  ...['code', 'result', 'assignments', 'impossibleAt', 'facts', 'calls', 'property'],
  ...['polarity', 'slots', 'names', 'locks', 'commits', 'releases', 'answers', 'binding', 'of', 'readings'],
];
const RANK = new Map(ORDER.map((key, index) => [key, index]));

/**
 * Returns the review as JSON: two blanks of indentation, a final newline, keys in a fixed order whatever order the
 * objects were built in. The keys of `traces` are sorted by number. Same review, same bytes.
 */
export function renderJson(review: Review): string {
  return `${JSON.stringify(ordered(review), null, 2)}\n`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (RANK.get(a) ?? ORDER.length) - (RANK.get(b) ?? ORDER.length) || byNumber(a, b))
      .map(([key, item]) => [key, ordered(item)]),
  );
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

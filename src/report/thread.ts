// What was read from a thread: who said what in which mail, which patches are in it, and what was given to them.

import type { BlockKind, Message, Patch, QuotedHunk, Thread, Trailer } from '../types.ts';
import { escaped } from './markdown.ts';
import { clean, cleaned, counted, listed, wrap } from './text.ts';

const DEEPEST = 16; // levels of indentation; deeper replies stay at this one

/** Returns the tree of messages with their blocks, then the series with patches and trailers, the quoted hunks and the speakers, as plain text ending with a newline. */
export function renderThread(thread: Thread, options: { readonly color: boolean; readonly width: number }): string {
  const safe = withCleanWords(thread);
  const strong = (text: string) => (options.color ? `\u001b[1m${text}\u001b[0m` : text);
  const width = Math.max(78, Math.min(100, options.width));
  const lines = [
    ...wrap(safe.subject, width).map(strong),
    ...wrap(countWords(safe), width),
    '',
    ...inTreeOrder(safe.messages).flatMap(({ message, depth }) => messageLines(message, { depth, width, strong })),
    ...sections(safe).flatMap(([title, rows]) => [
      '',
      strong(title),
      ...rows.flatMap(({ level, text }) => {
        const indent = '  '.repeat(level + 1);
        return wrap(text, Math.max(40, width - indent.length)).map(
          (line, at) => `${indent}${at === 0 ? '' : '  '}${line}`,
        );
      }),
    ]),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Returns the thread as Markdown: a nested list of messages, then the same sections as the terminal has. */
export function renderThreadMarkdown(thread: Thread): string {
  const safe = withCleanWords(thread);
  const messages = inTreeOrder(safe.messages).map(
    ({ message, depth }) =>
      `${'  '.repeat(depth)}- **${escaped(message.from)}** ${escaped(`<${message.id}>`)} ${escaped(dateWords(message))}: ${escaped([blockWords(message), ...noteWords(message)].join('; '))}`,
  );
  const blocks = [
    `# ${escaped(safe.subject)}`,
    escaped(countWords(safe)),
    messages.join('\n'),
    ...sections(safe).flatMap(([title, rows]) => [
      `## ${title}`,
      rows.map(({ level, text }) => `${'  '.repeat(level)}- ${escaped(text)}`).join('\n'),
    ]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Returns the thread as JSON with its blocks, `schema: relore.thread/1`; two blanks of indentation, a final newline. */
export function renderThreadJson(thread: Thread): string {
  return `${JSON.stringify({ schema: 'relore.thread/1', ...thread }, null, 2)}\n`;
}

/** Returns the thread as JSON in one line, for archives of many threads: JSON Lines. */
export function renderThreadJsonLine(thread: Thread): string {
  return `${JSON.stringify({ schema: 'relore.thread/1', ...thread })}\n`;
}

interface Row {
  readonly level: number;
  readonly text: string;
}

/** Titles and rows behind the tree; an empty section is left out. */
function sections(thread: Thread): (readonly [string, readonly Row[]])[] {
  const all = [
    ['Series', seriesRows(thread)],
    [
      'Patches in replies',
      thread.patches.filter((patch) => patch.kind === 'reply').flatMap((patch) => patchRows(thread, patch, 0)),
    ],
    ['Quoted hunks', quotedRows(thread.quoted ?? [])],
    ['Not in the input', (thread.ghosts ?? []).map((id) => ({ level: 0, text: `<${id}>` }))],
    ['Speakers', thread.speakers.map((speaker) => ({ level: 0, text: speakerWords(speaker) }))],
  ] as const;
  return all.filter(([, rows]) => rows.length > 0);
}

/** Text of blocks, notes and hunks is never printed here, so it is left out rather than cleaned. */
function withCleanWords(thread: Thread): Thread {
  const messages = thread.messages.map((message) => ({
    ...message,
    blocks: message.blocks.map((block) => ({ ...block, text: '' })),
  }));
  const quoted = (thread.quoted ?? []).map((each) => ({
    ...each,
    hunk: { ...each.hunk, lines: each.hunk.lines.map(() => '') },
  }));
  const safe = cleaned({ ...thread, messages, quoted, patches: thread.patches.map(withoutText) });
  return { ...safe, subject: safe.subject === '' ? '(no subject)' : safe.subject };
}

function withoutText(patch: Patch): Patch {
  const files = patch.files.map((file) => ({
    ...file,
    hunks: file.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map((line) => line.slice(0, 1)) })),
  }));
  return { ...patch, notes: '', files };
}

function countWords(thread: Thread): string {
  const virtual = thread.messages.filter((message) => message.virtual).length;
  const lossy = thread.lossy.length === 0 ? '' : ` Lost by the ${thread.kind}: ${thread.lossy.join(', ')}.`;
  const parts = [
    counted(thread.messages.length - virtual, 'message'),
    ...(virtual === 0 ? [] : [`${virtual} known only from quotes`]),
    counted(thread.speakers.length, 'speaker'),
    counted(thread.patches.length, 'patch'),
  ];
  return `${listed(parts)}, read as ${thread.kind}.${lossy}`;
}

/** Depth first, replies in the order they came; an explicit stack, since a stranger decides how deep a thread is. */
function inTreeOrder(messages: readonly Message[]): readonly { readonly message: Message; readonly depth: number }[] {
  const known = new Set(messages.map((message) => message.id));
  const children = new Map<string, Message[]>();
  for (const message of messages) {
    const { parent } = message;
    const above = parent !== undefined && known.has(parent.id) && parent.id !== message.id ? parent.id : '';
    const siblings = children.get(above);
    if (siblings === undefined) children.set(above, [message]);
    else siblings.push(message);
  }
  const ordered: { message: Message; depth: number }[] = [];
  const stack = (children.get('') ?? []).toReversed().map((message) => ({ message, depth: 0 }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    ordered.push(next);
    const depth = Math.min(DEEPEST, next.depth + 1);
    for (const message of (children.get(next.message.id) ?? []).toReversed()) stack.push({ message, depth });
  }
  return ordered;
}

function messageLines(
  message: Message,
  page: { readonly depth: number; readonly width: number; readonly strong: (text: string) => string },
): string[] {
  const indent = '  '.repeat(page.depth);
  const text = [blockWords(message), ...noteWords(message)].join('; ');
  return [
    `${indent}${page.strong(message.from)}  ${dateWords(message)}  <${message.id}>`,
    ...wrap(text, Math.max(40, page.width - indent.length - 4)).map((line) => `${indent}    ${line}`),
  ];
}

/** What a reader should know before believing the line: the guesses, the losses, and who did not write it. */
function noteWords(message: Message): string[] {
  const { parent } = message;
  const by =
    parent?.how === 'in-reply-to' || parent?.how === 'references'
      ? parent.how
      : `${parent?.how ?? ''}${parent?.matched === undefined ? '' : ` of ${counted(parent.matched, 'line')}`}`;
  const linked = parent !== undefined && (parent.guessed || parent.how === 'quote' || parent.how === 'attribution');
  return [
    ...(message.virtual ? ['known only from quotes'] : []),
    ...(message.origin === 'bot' ? ['written by a program'] : []),
    ...(linked ? [`parent ${parent.guessed ? 'guessed' : 'found'} by ${by}`] : []),
    ...(message.synthetic && !message.virtual ? ['id made from the content'] : []),
    ...message.lossy.filter((loss) => !message.virtual || !loss.startsWith('known only from quotes')),
  ];
}

function dateWords(message: Message): string {
  if (message.date !== undefined) return `${message.date.slice(0, 16).replace('T', ' ')}Z`;
  return message.rawDate === undefined ? 'no date' : `stated ${message.rawDate}`;
}

function blockWords(message: Message): string {
  const counts = new Map<BlockKind, number>();
  for (const block of message.blocks) counts.set(block.kind, (counts.get(block.kind) ?? 0) + 1);
  const kinds = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
  if (kinds === '') return 'no text';
  const deepest = message.blocks.reduce((most, block) => Math.max(most, block.depth), 0);
  return deepest === 0 ? kinds : `${kinds}; quotes ${deepest} deep`;
}

function seriesRows(thread: Thread): Row[] {
  return thread.series.flatMap((series, index): Row[] => {
    const posting = thread.postings?.[index];
    const name = (at: number) => `"${thread.series[at]?.subject ?? ''}" v${thread.series[at]?.version ?? 1}`;
    const notes = [
      `v${series.version}`,
      ...(posting?.labels ?? []),
      counted(series.patches.length, 'patch'),
      ...(series.missing.length === 0 ? [] : [`${series.missing.join(', ')} missing`]),
      ...(posting?.cover === undefined ? [] : [`cover <${posting.cover}>`]),
      ...(posting?.resends === undefined ? [] : [`repeats ${name(posting.resends)}`]),
      ...(posting?.rerolls === undefined
        ? []
        : [`${series.missing.length > 0 ? 'replaces a part of' : 'replaces'} ${name(posting.rerolls)}`]),
    ];
    const patches = new Set(series.patches);
    return [
      { level: 0, text: `${series.subject}: ${notes.join(', ')}` },
      ...trailerRows(
        (thread.trailers ?? []).filter((trailer) => !trailer.own && trailer.series === index),
        1,
      ),
      ...thread.patches.filter((patch) => patches.has(patch.id)).flatMap((patch) => patchRows(thread, patch, 1)),
    ];
  });
}

function patchRows(thread: Thread, patch: Patch, level: number): Row[] {
  const given = (thread.trailers ?? []).filter((trailer) => !trailer.own && trailer.to === patch.id);
  return [{ level, text: patchWords(patch) }, ...trailerRows(given, level + 1)];
}

function trailerRows(trailers: readonly Trailer[], level: number): Row[] {
  return trailers.map((trailer) => ({
    level,
    text: `${trailer.name}: ${trailer.value}${trailer.mismatch === true ? ` (given by ${trailer.speaker ?? 'an unknown sender'})` : ''}`,
  }));
}

function patchWords(patch: Patch): string {
  const hunks = patch.files.flatMap((file) => file.hunks);
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const count = (mark: string) => lines.filter((line) => line.startsWith(mark)).length;
  const broken = hunks.filter((hunk) => !hunk.complete).length;
  const names = patch.files.map((file) => file.newPath ?? file.oldPath ?? '?');
  const files = names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
  const notes = [
    `${patch.index === undefined ? '' : `${patch.index}/${patch.total ?? '?'} `}by ${patch.author ?? 'unknown'}`,
    `${files}: ${counted(hunks.length, 'hunk')}, +${count('+')} -${count('-')}`,
    ...(broken === 0 ? [] : [`${broken} incomplete`]),
    ...(patch.repeats === undefined ? [] : [`the same change as <${patch.repeats}>`]),
    ...(patch.amends === undefined ? [] : [`a fix for <${patch.amends}>`]),
    `<${clean(patch.id)}>`,
  ];
  return `${patch.title}: ${notes.join('; ')}`;
}

/** One line for each hunk that the sender of a mail comments on; the rest is counted. */
function quotedRows(quoted: readonly QuotedHunk[]): Row[] {
  const own = quoted.filter((hunk) => hunk.depth > 0 && hunk.comments.some((comment) => comment.depth === 0));
  const anchored = quoted.filter((hunk) => hunk.anchor !== undefined).length;
  const rest = `${counted(quoted.length, 'quoted hunk')}, ${anchored} found in a patch of the thread, ${own.length} commented by the sender${own.length === 0 ? '' : ':'}`;
  return quoted.length === 0
    ? []
    : [{ level: 0, text: rest }, ...own.map((hunk) => ({ level: 1, text: quotedWords(hunk) }))];
}

function quotedWords({ messageId, speaker, depth, line, path, hunk, comments, anchor }: QuotedHunk): string {
  const size = hunk.complete ? 'whole' : `${counted(hunk.lines.length, 'line')} of it`;
  const where =
    anchor === undefined
      ? 'its patch is not known'
      : `from <${anchor.patch}> ${anchor.path ?? ''} hunk ${anchor.hunk + 1}, by ${anchor.how}`;
  const remarks = comments.length === 0 ? [] : [counted(comments.length, 'comment')];
  return [
    `<${messageId}> line ${line}: quoted at depth ${depth} (${speaker ?? 'unknown'})`,
    path ?? 'no file header',
    size,
    ...remarks,
    where,
  ].join('; ');
}

function speakerWords(speaker: Thread['speakers'][number]): string {
  const depths = [...speaker.depths].sort((a, b) => a - b).join(', ');
  return `${speaker.name}: at ${speaker.depths.length === 1 ? 'depth' : 'depths'} ${depths}`;
}

// What was read from a thread: who said what in which mail, which patches are in it, and what was given to them.

import type { BlockKind, Message, Patch, QuotedHunk, Thread, Trailer } from '../types.ts';
import { escaped } from './markdown.ts';
import { clean, cleaned, counted, listed, wrap } from './text.ts';

const MOST_QUOTED = 8; // speakers named as quoted in one message
const DEEPEST = 16; // levels of indentation; deeper replies stay at this one

/** Returns the tree of messages with what each brings, gives and quotes, then the series with patches and trailers, the quoted hunks and the speakers, as plain text ending with a newline. */
export function renderThread(thread: Thread, options: { readonly color: boolean; readonly width: number }): string {
  const safe = withCleanWords(thread);
  const known = knownOf(thread, safe);
  const strong = (text: string) => (options.color ? `\u001b[1m${text}\u001b[0m` : text);
  const width = Math.max(78, Math.min(100, options.width)); // columns
  const lines = [
    ...wrap(safe.subject, width).map(strong),
    ...wrap(countWords(safe), width),
    '',
    ...inTreeOrder(safe.messages).flatMap(({ message, depth }) =>
      messageLines(message, { depth, width, strong, known }),
    ),
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
  const known = knownOf(thread, safe);
  const messages = inTreeOrder(safe.messages).map(({ message, depth }) => {
    const title = titleOf(message, known);
    const words = [...(title === '' ? [] : [title]), ...detailWords(message, known)].join('; ');
    return `${'  '.repeat(depth)}- **${escaped(message.from)}** ${escaped(`<${message.id}>`)} ${escaped(dateWords(message))}: ${escaped(words)}`;
  });
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

/** What the thread says of its messages, by Message-ID. */
interface Known {
  readonly thread: Thread;
  readonly messages: ReadonlyMap<string, Message>;
  readonly patches: ReadonlyMap<string, Patch>;
  readonly given: ReadonlyMap<string, readonly Trailer[]>; // in replies
  readonly pulls: ReadonlyMap<string, string>; // what a pull request asks to pull
}

function knownOf(thread: Thread, safe: Thread): Known {
  const given = new Map<string, Trailer[]>();
  for (const trailer of safe.trailers ?? []) {
    if (!trailer.own) given.set(trailer.messageId, [...(given.get(trailer.messageId) ?? []), trailer]);
  }
  return {
    thread: safe,
    messages: new Map(safe.messages.map((message) => [message.id, message])),
    patches: new Map(safe.patches.map((patch) => [patch.messageId, patch])),
    given,
    pulls: new Map(thread.messages.flatMap((message) => pullOf(message).map((url) => [clean(message.id), clean(url)]))),
  };
}

const PULL =
  /\bavailable in the git repository at:\s*((?:[a-z+]{2,9}:\/\/|[\w.-]+@)[^\s<>]{4,200}(?:[ \n]+[\w./-]{1,100})?)/i;

/** The repository and branch of `git request-pull`, as its author wrote them. */
function pullOf({ blocks }: Message): string[] {
  const prose = blocks.filter((block) => block.depth === 0 && block.kind === 'prose');
  const match = PULL.exec(prose.map((block) => block.text).join('\n'));
  return match?.[1] === undefined ? [] : [match[1].replace(/\s+/g, ' ')];
}

function messageLines(
  message: Message,
  page: {
    readonly depth: number;
    readonly width: number;
    readonly strong: (text: string) => string;
    readonly known: Known;
  },
): string[] {
  const indent = '  '.repeat(page.depth);
  const below = (text: string) =>
    wrap(text, Math.max(40, page.width - indent.length - 4)).map((line) => `${indent}    ${line}`);
  const title = titleOf(message, page.known);
  return [
    `${indent}${page.strong(message.from)}  ${dateWords(message)}`,
    ...(title === '' ? [] : below(title)),
    ...below([...detailWords(message, page.known), `<${message.id}>`].join('; ')),
  ];
}

/** The subject where it is another than that of the message above; a counter-patch and a robot are marked. */
function titleOf(message: Message, { thread, messages, patches }: Known): string {
  const above = messages.get(message.parent?.id ?? '')?.subject ?? thread.subject;
  const marks = [
    ...(message.origin === 'bot' ? ['[written by a program]'] : []),
    ...(patches.get(message.id)?.kind === 'reply' ? ['[counter-patch]'] : []),
  ];
  return [...marks, ...(message.subject === above ? [] : [message.subject])].join(' ');
}

/** What a message brings, gives, says and quotes, and how far to believe it. */
function detailWords(message: Message, known: Known): string[] {
  const patch = known.patches.get(message.id);
  const pull = known.pulls.get(message.id);
  const given = (known.given.get(message.id) ?? []).map(
    (trailer) => `gives ${trailer.name} to ${targetWords(trailer, known)}`,
  );
  return [
    ...(patch === undefined ? [] : [diffWords(patch)]),
    ...(pull === undefined ? [] : [`asks to pull ${pull}`]),
    ...new Set(given),
    blockWords(message),
    ...quoteWords(message),
    ...noteWords(message, known),
  ];
}

function targetWords({ to, series }: Trailer, { thread }: Known): string {
  if (series !== undefined) return 'the series';
  const patch = thread.patches.find((each) => each.id === to);
  if (patch === undefined) return 'no patch that was read';
  return patch.index === undefined ? `"${patch.title}"` : `patch ${patch.index}/${patch.total ?? '?'}`;
}

/** What a reader should know before believing the line: the guesses, the losses, and who did not write it. */
function noteWords(message: Message, { messages }: Known): string[] {
  const { parent } = message;
  const absent = parent !== undefined && !messages.has(parent.id);
  const by =
    parent?.how === 'in-reply-to' || parent?.how === 'references'
      ? parent.how
      : `${parent?.how ?? ''}${parent?.matched === undefined ? '' : ` of ${counted(parent.matched, 'line')}`}`;
  const linked = parent !== undefined && (parent.guessed || parent.how === 'quote' || parent.how === 'attribution');
  return [
    ...(message.virtual ? ['known only from quotes'] : []),
    ...(absent ? [`answers <${parent.id}>, which is not in the input`] : []),
    ...(linked ? [`parent ${parent.guessed ? 'guessed' : 'found'} by ${by}`] : []),
    ...(message.synthetic && !message.virtual ? ['id made from the content'] : []),
    ...message.lossy.filter((loss) => !message.virtual || !loss.startsWith('known only from quotes')),
  ];
}

function dateWords(message: Message): string {
  if (message.date !== undefined) return `${message.date.slice(0, 16).replace('T', ' ')}Z`;
  return message.rawDate === undefined ? 'no date' : `stated ${message.rawDate}`;
}

/** The kinds of what the sender wrote, unquoted. */
function blockWords(message: Message): string {
  const counts = new Map<BlockKind, number>();
  for (const { depth, kind } of message.blocks) {
    if (depth === 0 && kind !== 'attribution') counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
  return kinds === '' ? 'no text of its own' : kinds;
}

/** Whom a message quotes, by depth. */
function quoteWords({ blocks }: Message): string[] {
  const depths = new Map<string, Set<number>>();
  for (const { depth, speaker = 'unknown' } of blocks) {
    if (depth > 0) depths.set(speaker, (depths.get(speaker) ?? new Set()).add(depth));
  }
  const first = (set: ReadonlySet<number>) => Math.min(...set);
  const named = [...depths]
    .sort(([, a], [, b]) => first(a) - first(b))
    .map(([speaker, set]) => `${speaker} (${numbers([...set].sort((a, b) => a - b))})`);
  const shown =
    named.length <= MOST_QUOTED ? named : [...named.slice(0, MOST_QUOTED), `${named.length - MOST_QUOTED} more`];
  return named.length === 0 ? [] : [`quotes ${shown.join(', ')}`];
}

/** `1, 3` as it is; many depths as the first and the last. */
function numbers(sorted: readonly number[]): string {
  return sorted.length <= 6 ? sorted.join(', ') : `${sorted[0]} to ${sorted.at(-1)}`;
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
  const notes = [
    `${patch.index === undefined ? '' : `${patch.index}/${patch.total ?? '?'} `}by ${patch.author ?? 'unknown'}`,
    diffWords(patch),
    ...(patch.repeats === undefined ? [] : [`the same change as <${patch.repeats}>`]),
    ...(patch.amends === undefined ? [] : [`a fix for <${patch.amends}>`]),
    `<${clean(patch.id)}>`,
  ];
  return `${patch.title}: ${notes.join('; ')}`;
}

/** Files, hunks and changed lines; what is not whole. */
function diffWords({ files }: Patch): string {
  const hunks = files.flatMap((file) => file.hunks);
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const count = (mark: string) => lines.filter((line) => line.startsWith(mark)).length;
  const broken = hunks.filter((hunk) => !hunk.complete).length;
  const binary = files.filter((file) => file.binary === true).length;
  const names = files.map((file) => file.newPath ?? file.oldPath ?? '?');
  const shown = names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
  return [
    `${shown}: ${counted(hunks.length, 'hunk')}, +${count('+')} -${count('-')}`,
    ...(broken === 0 ? [] : [`${broken} incomplete`]),
    ...(binary === 0 ? [] : [`${binary} binary`]),
  ].join(', ');
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

// What was read from a thread: who said what in which mail, which patches are in it, and what was given to them.

import type { Message, Patch, Thread } from '../types.ts';
import { escaped } from './markdown.ts';
import { cleaned, counted, listed, wrap } from './text.ts';
import type { Known } from './thread-message.ts';
import { dateWords, detailWords, knownOf, senderOf, titleOf } from './thread-message.ts';
import { sections } from './thread-sections.ts';

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
    const opening = known.openings.get(message.id) ?? '';
    const shown = [title, opening === '' ? '' : `"${opening}"`].filter((words) => words !== '');
    const words = [...shown, ...detailWords(message, known)].join('; ');
    return `${'  '.repeat(depth)}- **${escaped(senderOf(message))}** ${escaped(`<${message.id}>`)} ${escaped(dateWords(message))}: ${escaped(words)}`;
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
  const opening = page.known.openings.get(message.id) ?? '';
  return [
    `${indent}${page.strong(senderOf(message))}  ${dateWords(message)}`,
    ...(title === '' ? [] : below(title)),
    ...(opening === '' ? [] : below(`"${opening}"`)),
    ...below([...detailWords(message, page.known), `<${message.id}>`].join('; ')),
  ];
}

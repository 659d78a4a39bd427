// What was read from a thread: who said what in which mail, and which patches are in it.

import type { BlockKind, Message, Patch, Thread } from '../types.ts';
import { escaped } from './markdown.ts';
import { clean, cleaned, columnsOf, counted, listed, wrap } from './text.ts';

const DEEPEST = 16; // levels of indentation; deeper replies stay at this one

/** Returns the tree of messages with their blocks, then the speakers and patches, as plain text ending with a newline. */
export function renderThread(thread: Thread, options: { readonly color: boolean; readonly width: number }): string {
  const safe = withCleanWords(thread);
  const strong = (text: string) => (options.color ? `\u001b[1m${text}\u001b[0m` : text);
  const width = Math.max(78, Math.min(100, options.width));
  const lines = [
    ...wrap(safe.subject, width).map(strong),
    ...wrap(countWords(safe), width),
    '',
    ...inTreeOrder(safe.messages).flatMap(({ message, depth }) => messageLines(message, { depth, width, strong })),
    ...speakerLines(safe, strong),
    ...patchLines(safe, strong),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Returns the thread as Markdown: a nested list of messages, then speakers and patches. */
export function renderThreadMarkdown(thread: Thread): string {
  const safe = withCleanWords(thread);
  const messages = inTreeOrder(safe.messages).map(
    ({ message, depth }) =>
      `${'  '.repeat(depth)}- **${escaped(message.from)}** ${escaped(`<${message.id}>`)} ${escaped(dateWords(message))}: ${escaped(blockWords(message))}`,
  );
  const speakers = safe.speakers.map((speaker) => `- ${escaped(speakerWords(speaker))}`);
  const patches = safe.patches.map((patch) => `- ${escaped(`${patch.id}: ${patchSummary(patch)}`)}`);
  const blocks = [
    `# ${escaped(safe.subject)}`,
    escaped(countWords(safe)),
    messages.join('\n'),
    '## Speakers',
    speakers.join('\n'),
    ...(patches.length === 0 ? [] : ['## Patches', patches.join('\n')]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Returns the thread as JSON with its blocks, `schema: relore.thread/1`; two blanks of indentation, a final newline. */
export function renderThreadJson(thread: Thread): string {
  return `${JSON.stringify({ schema: 'relore.thread/1', ...thread }, null, 2)}\n`;
}

/** The text of blocks is never printed here, so it is left out rather than cleaned. */
function withCleanWords(thread: Thread): Thread {
  const messages = thread.messages.map((message) => ({
    ...message,
    blocks: message.blocks.map((block) => ({ ...block, text: '' })),
  }));
  const safe = cleaned({ ...thread, messages, patches: thread.patches.map((patch) => ({ ...patch, notes: '' })) });
  return { ...safe, subject: safe.subject === '' ? '(no subject)' : safe.subject };
}

function countWords(thread: Thread): string {
  const lossy = thread.lossy.length === 0 ? '' : ` Lost by the ${thread.kind}: ${thread.lossy.join(', ')}.`;
  return `${listed([counted(thread.messages.length, 'message'), counted(thread.speakers.length, 'speaker'), counted(thread.patches.length, 'patch')])}, read as ${thread.kind}.${lossy}`;
}

/** Depth first, replies in the order they came; an explicit stack, since a stranger decides how deep a thread is. */
function inTreeOrder(messages: readonly Message[]): readonly { readonly message: Message; readonly depth: number }[] {
  const known = new Set(messages.map((message) => message.id));
  const children = new Map<string, Message[]>();
  for (const message of messages) {
    const parent =
      message.parent !== undefined && known.has(message.parent.id) && message.parent.id !== message.id
        ? message.parent.id
        : '';
    children.set(parent, [...(children.get(parent) ?? []), message]);
  }
  const ordered: { message: Message; depth: number }[] = [];
  const stack = [...(children.get('') ?? [])].reverse().map((message) => ({ message, depth: 0 }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    ordered.push(next);
    const depth = Math.min(DEEPEST, next.depth + 1);
    const replies = children.get(next.message.id) ?? [];
    stack.push(...[...replies].reverse().map((message) => ({ message, depth })));
  }
  return ordered;
}

function messageLines(
  message: Message,
  page: { readonly depth: number; readonly width: number; readonly strong: (text: string) => string },
): string[] {
  const indent = '  '.repeat(page.depth);
  const notes = [
    ...(message.virtual ? ['known only from quotes'] : []),
    ...(message.parent?.guessed === true ? [`parent guessed by ${message.parent.how}`] : []),
    ...(message.synthetic ? ['id made from the content'] : []),
    ...message.lossy,
  ];
  const note = notes.length === 0 ? '' : `; ${notes.join(', ')}`;
  return [
    `${indent}${page.strong(message.from)}  ${dateWords(message)}  <${message.id}>`,
    ...wrap(`${blockWords(message)}${note}`, Math.max(40, page.width - indent.length - 4)).map(
      (line) => `${indent}    ${line}`,
    ),
  ];
}

function dateWords(message: Message): string {
  return message.date === undefined
    ? (message.rawDate ?? 'no date')
    : `${message.date.slice(0, 16).replace('T', ' ')}Z`;
}

function blockWords(message: Message): string {
  const counts = new Map<BlockKind, number>();
  for (const block of message.blocks) counts.set(block.kind, (counts.get(block.kind) ?? 0) + 1);
  const kinds = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
  const deepest = Math.max(0, ...message.blocks.map((block) => block.depth));
  return kinds === '' ? 'no text' : `${kinds}; quotes ${deepest} deep`;
}

function speakerLines(thread: Thread, strong: (text: string) => string): string[] {
  return ['', strong('Speakers'), ...thread.speakers.map((speaker) => `  ${speakerWords(speaker)}`)];
}

function speakerWords(speaker: Thread['speakers'][number]): string {
  const depths = [...speaker.depths].sort((a, b) => a - b).join(', ');
  return `${speaker.name}: at ${speaker.depths.length === 1 ? 'depth' : 'depths'} ${depths}`;
}

function patchLines(thread: Thread, strong: (text: string) => string): string[] {
  if (thread.patches.length === 0) return [];
  const column = Math.max(...thread.patches.map((patch) => columnsOf(patch.id))) + 2;
  return [
    '',
    strong('Patches'),
    ...thread.patches.map(
      (patch) => `  ${clean(patch.id)}${' '.repeat(column - columnsOf(patch.id))}${patchSummary(patch)}`,
    ),
  ];
}

function patchSummary(patch: Patch): string {
  const place =
    patch.index === undefined
      ? ''
      : ` (${patch.index}/${patch.total ?? '?'}${patch.version > 1 ? `, v${patch.version}` : ''})`;
  const hunks = patch.files.reduce((sum, file) => sum + file.hunks.length, 0);
  return `${patch.title}${place}: ${patch.kind}, ${counted(patch.files.length, 'file')}, ${counted(hunks, 'hunk')}`;
}

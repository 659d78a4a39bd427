// Finds drawings of an interleaving in mail: one column a CPU, time going down.

import type { Block, Message, Thread } from '../types.ts';
import { isMark, readStep, type Step } from './diagram-steps.ts';

export type { Step } from './diagram-steps.ts';

/** A drawing as it stands in a mail. */
export interface Drawing {
  readonly message: Message;
  readonly block: Block;
  readonly columns: readonly string[]; // cpu1, cpu2: as the header names them
  readonly isKept: boolean; // columns survived; else an archive folded the blanks and steps have no CPU
  readonly steps: readonly Step[];
  readonly isCut: boolean; // it has more steps than are read
  readonly roles: readonly Role[]; // what the speaker says of each CPU beside the drawing
}

/** "cpu 1 is in __munlock_folio()": what a column is said to run. */
export interface Role {
  readonly column: string;
  readonly text: string; // the words after its name
}

/** A header names each column: `cpu1   cpu2`, `CPU 0 | CPU 1`, `Task A (munlock)    Task B`. */
interface Column {
  readonly name: string;
  readonly start: number; // 0-based column of the text, tabs expanded
}

interface Found {
  readonly block: Block;
  readonly lines: readonly string[]; // below the header, tabs expanded
  readonly columns: readonly Column[];
  readonly header: string;
}

const TAB = 8; // columns
const LINE_LIMIT = 200; // lines of one drawing
const STEP_LIMIT = 60; // steps of one drawing
const DRAWING_LIMIT = 40; // drawings of one thread

/**
 * Returns the drawings of `thread`, oldest mail first, each once over all mails that quote it (the least quoted copy).
 * At most 40 a thread, 60 steps each. Linear in the size of the thread.
 */
export function findDrawings(thread: Thread): Drawing[] {
  const best = new Map<string, { message: Message; found: Found }>();
  for (const message of thread.messages) {
    if (message.virtual) continue;
    for (const found of message.blocks.flatMap(drawingsOf)) {
      const key = found.lines.join(' ').replace(/\s+/g, ' ').trim();
      const known = best.get(key);
      if (known === undefined || found.block.depth < known.found.block.depth) best.set(key, { message, found });
    }
  }
  return [...best.values()].slice(0, DRAWING_LIMIT).map(({ message, found }) => drawingOf(message, found));
}

const ACTOR = /(?:cpu|task|thread|process|proc|core)[ _]?#?(?:\d{1,3}|[A-Z])\b|P\d{1,2}\b/gi;

function drawingsOf(block: Block): Found[] {
  if (block.kind !== 'diagram' && block.kind !== 'prose' && block.kind !== 'code') return [];
  const lines = block.text.split('\n');
  const drawings: Found[] = [];
  for (let at = 0; at < lines.length; at++) {
    const columns = headerOf(lines[at]!);
    if (columns === undefined) continue;
    const body = bodyOf(lines.slice(at + 1, at + 1 + LINE_LIMIT), block.kind === 'diagram');
    if (body.some((line) => isStep(line))) drawings.push({ block, lines: body, columns, header: lines[at]! });
    at += body.length;
  }
  return drawings;
}

/** The columns of a line that holds two or more actors and hardly anything else. */
function headerOf(raw: string): Column[] | undefined {
  const line = expandTabs(raw);
  if (line.length > 200) return undefined;
  const columns = [...line.matchAll(ACTOR)].map((found) => ({ name: actorName(found[0]), start: found.index }));
  if (columns.length < 2 || new Set(columns.map(({ name }) => name)).size < columns.length) return undefined;
  const rest = line.replace(ACTOR, '').replace(/\([^()]*\)|[-=|:\s]/g, '');
  return rest === '' ? columns : undefined;
}

function actorName(text: string): string {
  return text.toLowerCase().replace(/[ _#]/g, '');
}

/** In prose a drawing ends at its first blank line after a step; in a block of its own it ends with the block. */
function bodyOf(lines: readonly string[], isWhole: boolean): string[] {
  const body: string[] = [];
  for (const line of lines) {
    const isBlank = line.trim() === '';
    if (!isWhole && isBlank && body.some(isStep)) break;
    if (headerOf(line) !== undefined) break;
    body.push(expandTabs(line));
  }
  return body;
}

/** Rulers and blank lines are no steps. */
function isStep(line: string): boolean {
  return !isMark(line);
}

function expandTabs(line: string): string {
  let out = '';
  for (const char of line.trimEnd()) out += char === '\t' ? ' '.repeat(TAB - (out.length % TAB)) : char;
  return out;
}

function drawingOf(message: Message, { block, lines, columns, header }: Found): Drawing {
  const isKept = columnsKept(columns, lines);
  const names = columns.map(({ name }) => name);
  const steps = isKept
    ? lines.flatMap((line) => stepsInColumns(line, columns))
    : joinWrapped(lines.filter(isStep)).flatMap((text) => stepsOfLine(text, names.length));
  return {
    message,
    block,
    columns: names,
    isKept,
    steps: steps.slice(0, STEP_LIMIT),
    isCut: steps.length > STEP_LIMIT,
    roles: [...rolesOf(header, names), ...rolesBeside(message, block, names)],
  };
}

/** An archive that folds blanks leaves single blanks between the names, and no line that begins at a later column. */
function columnsKept(columns: readonly Column[], lines: readonly string[]): boolean {
  const isApart = columns.every(({ start }, index) => index === 0 || start - columns[index - 1]!.start > 8);
  return isApart && lines.some((line) => isStep(line) && (/^\s{4,}\S/.test(line) || /\S\s{3,}\S/.test(line)));
}

/** Runs of text parted by two or more blanks, each given to the column that it begins in. */
function stepsInColumns(line: string, columns: readonly Column[]): Step[] {
  const runs: { text: string; column: number }[] = [];
  for (const found of line.matchAll(/[^\s|](?:[^\s|]| (?=[^\s|]))*/g)) {
    const column = columnOf(found.index, columns);
    const last = runs.at(-1);
    // Two blanks before a comment do not begin another column.
    if (last !== undefined && last.column === column) last.text += ` ${found[0]}`;
    else runs.push({ text: found[0], column });
  }
  return runs.filter(({ text }) => isStep(text)).map(({ text, column }) => readStep(text, columns[column]!.name));
}

/** The last column that begins at or before `start`; text may begin a little left of its heading. */
function columnOf(start: number, columns: readonly Column[]): number {
  let column = 0;
  for (let at = 1; at < columns.length; at++) {
    const gap = columns[at]!.start - columns[at - 1]!.start;
    if (start >= columns[at]!.start - Math.min(Math.floor(gap / 3), TAB)) column = at;
  }
  return column;
}

/** A folded line that is one bare name a column holds one step of each column, from left to right. */
function stepsOfLine(text: string, columns: number): Step[] {
  const parts = text.split(' ');
  const isRow = parts.length === columns && parts.every((part) => /^[A-Za-z]\w*_\w+(?:\([^()]*\))?;?$/.test(part));
  return isRow ? parts.map((part) => readStep(part, undefined)) : [readStep(text, undefined)];
}

/** Joins a line that neither calls nor begins with a keyword to the step it was wrapped from. */
function joinWrapped(lines: readonly string[]): string[] {
  const steps: string[] = [];
  for (const raw of lines) {
    const line = raw.trim();
    const last = steps.at(-1);
    if (last !== undefined && isOpen(last) && !beginsStep(line)) steps.push(`${steps.pop()!} ${line}`);
    else steps.push(line);
  }
  return steps;
}

/** A comment in words may go on; a stated result ("// 0") and a closed comment do not. */
function isOpen(step: string): boolean {
  if (/[,(]$/.test(step)) return true;
  const comment = /(?:\/\/|\/\*)\s*(.*)$/.exec(step)?.[1];
  return comment !== undefined && !/\*\/$/.test(comment) && !/^(?:-?\d+|true|false|null|yes|no)$/i.test(comment);
}

function beginsStep(line: string): boolean {
  return (
    /^[!*&]?\w+(?:->\w+)*\s?(?:\(|[-+|&^]?=)/.test(line) ||
    /^(?:if|else|for|while|return|do|goto|lock|unlock|isolate|set|clear|test)\b/i.test(line)
  );
}

// ---------------------------------------------------------------- who runs what

const ROLE_TEXT = 160; // characters after the name of a CPU

/** What the same speaker says of each CPU in the prose of the same mail. */
function rolesBeside(message: Message, block: Block, columns: readonly string[]): Role[] {
  return message.blocks
    .filter(({ kind, depth, speaker }) => kind === 'prose' && depth === block.depth && speaker === block.speaker)
    .flatMap(({ text }) => rolesOf(text.replace(/\s+/g, ' '), columns));
}

/** `cpu 1 is in __munlock_folio() and cpu 2 is isolating`, `cpu0 (munlock)`: the words after the name of a column, up to the next name. */
function rolesOf(text: string, columns: readonly string[]): Role[] {
  const roles: Role[] = [];
  const found = [...text.matchAll(ACTOR)];
  for (const [index, one] of found.entries()) {
    const column = actorName(one[0]);
    if (!columns.includes(column)) continue;
    const from = one.index + one[0].length;
    const to = Math.min(found[index + 1]?.index ?? text.length, from + ROLE_TEXT);
    const words = text
      .slice(from, to)
      .split(/[.;!?](?:\s|$)/)[0]!
      .trim();
    if (/\w/.test(words)) roles.push({ column, text: words });
  }
  return roles;
}

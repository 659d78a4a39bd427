// Reads drawings of an interleaving: one column a CPU, time going down.

import type { Block, Message, ReviewDiagram, Thread } from '../types.ts';

type Step = ReviewDiagram['steps'][number];

/** A header names each column: `cpu1   cpu2`, `CPU 0 | CPU 1`, `Task A (munlock)    Task B`. */
interface Column {
  readonly name: string;
  readonly start: number; // 0-based column of the text, tabs expanded
}

interface Drawing {
  readonly block: Block;
  readonly lines: readonly string[]; // below the header, tabs expanded
  readonly columns: readonly Column[];
}

const TAB = 8; // columns
const LINE_LIMIT = 200; // lines of one drawing

/**
 * Returns the diagrams of `thread`, oldest mail first, each once over all mails that quote it (the least quoted copy).
 * Where the columns survived, each step has its CPU; where an archive folded the blanks, steps have none and are not modelled.
 * Stated results ("// 0") stay in the text of a step. Linear in the size of the thread.
 */
export function findDiagrams(thread: Thread): ReviewDiagram[] {
  const found = new Map<string, { message: Message; drawing: Drawing }>();
  for (const message of thread.messages) {
    if (message.virtual) continue;
    for (const drawing of message.blocks.flatMap(drawingsOf)) {
      const key = drawing.lines.join(' ').replace(/\s+/g, ' ').trim();
      const known = found.get(key);
      if (known === undefined || drawing.block.depth < known.drawing.block.depth) found.set(key, { message, drawing });
    }
  }
  return [...found.values()].map(({ message, drawing }) => diagramOf(message, drawing));
}

const ACTOR = /(?:cpu|task|thread|process|proc|core)[ _]?#?(?:\d{1,3}|[A-Z])\b|P\d{1,2}\b/gi;

function drawingsOf(block: Block): Drawing[] {
  if (block.kind !== 'diagram' && block.kind !== 'prose' && block.kind !== 'code') return [];
  const lines = block.text.split('\n');
  const drawings: Drawing[] = [];
  for (let at = 0; at < lines.length; at++) {
    const columns = headerOf(lines[at]!);
    if (columns === undefined) continue;
    const body = bodyOf(lines.slice(at + 1, at + 1 + LINE_LIMIT), block.kind === 'diagram');
    if (body.some((line) => isStep(line))) drawings.push({ block, lines: body, columns });
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
  return /\w|\.\.\./.test(line);
}

function expandTabs(line: string): string {
  let out = '';
  for (const char of line.trimEnd()) out += char === '\t' ? ' '.repeat(TAB - (out.length % TAB)) : char;
  return out;
}

function diagramOf(message: Message, { block, lines, columns }: Drawing): ReviewDiagram {
  const isKept = columnsKept(columns, lines);
  const steps = isKept ? lines.flatMap((line) => stepsInColumns(line, columns)) : joinWrapped(lines.filter(isStep));
  return {
    messageId: message.id,
    span: block.span,
    columns: isKept ? 'kept' : 'collapsed',
    steps,
    solutions: isKept ? 1 : 0,
    verdict: 'not-modelled',
    why: isKept
      ? 'the steps were read with their columns; they are not run against the model'
      : 'columns were lost in the archive; which CPU runs a step is not derived, so the diagram is not run against the model',
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
  return runs.filter(({ text }) => isStep(text)).map(({ text, column }) => ({ text, cpu: columns[column]!.name }));
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

/** Joins a line that neither calls nor begins with a keyword to the step it was wrapped from. */
function joinWrapped(lines: readonly string[]): Step[] {
  const steps: string[] = [];
  for (const raw of lines) {
    const line = raw.trim();
    const last = steps.at(-1);
    if (last !== undefined && isOpen(last) && !beginsStep(line)) steps.push(`${steps.pop()!} ${line}`);
    else steps.push(line);
  }
  return steps.map((text) => ({ text, cpu: undefined }));
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

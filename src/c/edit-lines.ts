// The lines of a statement, and the line changes that put code beside it or take it away.
import type { SourceFile } from '../types.ts';
import type { Definition } from './functions.ts';
import { lineAt } from './mask.ts';
import { type LineChange, type NewLine, openTarget, rewrite, type Target } from './rewrite.ts';
import { type Scanned, type Statement, scanStatements } from './statements.ts';

/** A function whose statements of interest stand on lines of their own. */
export interface Room {
  readonly target: Target;
  readonly fn: Definition;
  readonly code: string;
  readonly all: readonly Statement[];
}

/** Opens definition number `nth` (0-based) of `name` in `file`, or says why its statements cannot be told. */
export function openRoom(file: SourceFile, name: string, nth: number): Room | string {
  const target = openTarget(file);
  const fn = target.functions.filter((one) => one.name === name)[nth];
  if (fn === undefined) return `${name} is not defined in ${file.path}`;
  const scanned: Scanned = scanStatements(file.text, fn);
  if (scanned.kind === 'refused') return `the statements of ${name} cannot be told apart: ${scanned.why}`;
  return { target, fn, code: scanned.code, all: scanned.all };
}

/**
 * Returns `file` with line breaks before and after the given statements where other code stands on their lines. The
 * statements keep their order, so that number i of the room is number i after reopening.
 */
export function isolate(room: Room, statements: readonly Statement[]): SourceFile {
  const { target } = room;
  const cuts = new Set<number>();
  const bodies = new Set<number>(); // cuts in front of the body of an `if` or a loop
  for (const statement of statements) {
    const [first, last] = [lineAt(target.starts, statement.start) - 1, lineAt(target.starts, statement.end - 1) - 1];
    const head = target.file.text.slice(target.starts[first] ?? 0, statement.start);
    const tail = (target.lines[last] ?? '').slice(statement.end - (target.starts[last] ?? 0));
    if (head.trim() !== '') cuts.add(statement.start);
    if (statement.parent !== undefined && statement.parent.kind !== 'block') bodies.add(statement.start);
    // A comment behind the statement goes with it, unless it runs on to the next line.
    if (!/^\s*(?:\/\*(?:(?!\*\/).)*\*\/\s*|\/\/.*)?$/.test(tail)) cuts.add(statement.end);
  }
  const changes: LineChange[] = [];
  for (const line of new Set([...cuts].map((cut) => lineAt(target.starts, cut) - 1).sort((a, b) => a - b))) {
    const start = target.starts[line] ?? 0;
    const text = target.lines[line] ?? '';
    const indent = indentOf(text);
    const inside = [...cuts].filter((cut) => lineAt(target.starts, cut) - 1 === line).sort((a, b) => a - b);
    const edges = [0, ...inside.map((cut) => cut - start), text.length];
    const add: NewLine[] = edges.slice(1).map((edge, index) => {
      const piece = text.slice(edges[index], edge);
      const deeper = bodies.has(start + (edges[index] ?? 0)) ? '\t' : '';
      return { text: index === 0 ? piece.trimEnd() : indent + deeper + piece.trim(), from: line };
    });
    changes.push({ at: line, remove: 1, add });
  }
  return changes.length === 0 ? target.file : rewrite(target.file, changes);
}

/** Returns the 0-based first and last line of a statement. */
export function linesOf(room: Room, statement: Statement): { readonly first: number; readonly last: number } {
  const { starts } = room.target;
  return { first: lineAt(starts, statement.start) - 1, last: lineAt(starts, statement.end - 1) - 1 };
}

/** Returns the blanks in front of a line. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Returns the lines of a statement, set to `indent`; they keep their origin. */
export function copyOf(room: Room, statement: Statement, indent: string): NewLine[] {
  const { first, last } = linesOf(room, statement);
  const own = indentOf(room.target.lines[first] ?? '');
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const text = room.target.lines[first + index] ?? '';
    return { text: text.startsWith(own) ? indent + text.slice(own.length) : text, from: first + index };
  });
}

/** Returns the changes that put `lines` directly before or after `anchor`, with braces when it had none around it. */
export function putBeside(
  room: Room,
  anchor: Statement,
  where: 'before' | 'after',
  lines: readonly NewLine[],
): LineChange[] {
  const { first, last } = linesOf(room, anchor);
  const put: LineChange = { at: where === 'before' ? first : last + 1, remove: 0, add: lines };
  if (anchor.parent === undefined || anchor.parent.kind === 'block') return [put];
  const [open, close] = bracesAround(room, anchor);
  if (where === 'before') return [open, put, close];
  return [open, { ...put, add: [...lines, ...close.add] }];
}

/** Returns the two changes that put braces around the body of an `if` or a loop, the first on the line of its head. */
export function bracesAround(room: Room, body: Statement): [LineChange, LineChange] {
  const { first, last } = linesOf(room, body);
  const head = room.target.lines[first - 1] ?? '';
  const outer = indentOf(room.target.lines[first] ?? '').replace(/\t$| {1,8}$/, '');
  const isHead = /(?:\)|\belse|\bdo)\s*$/.test(head) && !head.includes('/*') && !head.includes('//');
  const open: LineChange = isHead
    ? { at: first - 1, remove: 1, add: [{ text: `${head.trimEnd()} {`, from: first - 1 }] }
    : { at: first, remove: 0, add: [{ text: `${outer}{` }] };
  return [open, { at: last + 1, remove: 0, add: [{ text: `${outer}}` }] }];
}

/** Returns the change that takes a statement away and leaves `;` where C needs a statement. */
export function takeAway(room: Room, statement: Statement): LineChange {
  const { first, last } = linesOf(room, statement);
  const { parent } = statement;
  const siblings = parent?.children ?? [];
  const index = siblings.indexOf(statement);
  const isBody = parent !== undefined && parent.kind !== 'block';
  const leavesLabel = index === siblings.length - 1 && siblings[index - 1]?.kind === 'label';
  const add = isBody || leavesLabel ? [{ text: `${indentOf(room.target.lines[first] ?? '')};` }] : [];
  // Of two blank lines that would meet, or one behind a label, the second goes too.
  const isGap = /(?:^|[:{])\s*$/.test(room.target.lines[first - 1] ?? '') && room.target.lines[last + 1]?.trim() === '';
  return { at: first, remove: last - first + (isGap && add.length === 0 ? 2 : 1), add };
}

/** Returns code of an edit as lines at `indent`: one a statement, `FOLIO` replaced by `subject`, ended by `;`. */
export function codeLines(code: string, indent: string, subject: string): NewLine[] {
  const lines: NewLine[] = [];
  let depth = 0;
  let line = '';
  for (const mark of code.replace(/\bFOLIO\b/g, () => subject).trim()) {
    if ('({['.includes(mark)) depth += 1;
    if (')}]'.includes(mark)) depth -= 1;
    line += mark;
    if (depth !== 0 || mark !== ';') continue;
    lines.push({ text: indent + line.trim() });
    line = '';
  }
  const rest = line.trim();
  if (rest !== '') lines.push({ text: indent + rest + (/[;}:]$/.test(rest) ? '' : ';') });
  return lines;
}

/** Returns changes in the order of the file; those at one line keep their order. */
export function inOrder(changes: readonly LineChange[]): LineChange[] {
  return [...changes].sort((a, b) => a.at - b.at || a.remove - b.remove);
}

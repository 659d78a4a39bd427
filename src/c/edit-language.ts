// The edit language of rule files and of Revert-reading lines: one edit a line, or several with ; between them.
//
//     move folio_test_clear_mlocked before folio_test_clear_lru in __munlock_folio or __munlock_page
//     insert "smp_mb();" after folio_set_lru; wrap folio_set_lru with "if (move_fn != lru_add)"
import { InputError } from '../errors.ts';
import type { Anchor, Edit } from '../types.ts';

const FORMS =
  'move A before|after B, move A into lock L, swap A and B, insert "C" before|after B, delete A, wrap A with "if (cond)", replace A with "C" or revert COMMIT';

/**
 * Returns the edits of `text` in order. A, B, F are names of functions; `in F or G` is optional.
 * `place` is the file and the 1-based line of the first line of `text`.
 * Throws InputError with that file and the line for anything that is not an edit.
 */
export function parseEdits(text: string, place: { readonly file: string; readonly line: number }): Edit[] {
  const edits: Edit[] = [];
  text.split('\n').forEach((line, index) => {
    for (const words of statementsOf(line)) {
      const edit = parseEdit(words);
      if (edit !== undefined) {
        edits.push(edit);
        continue;
      }
      const found = words.map((word) => (word.quoted ? `"${word.text}"` : word.text)).join(' ');
      throw new InputError({ place: { file: place.file, line: place.line + index }, expected: FORMS, found });
    }
  });
  return edits;
}

interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** Splits at blanks and at `;`, outside quotes. `\"` stands for a quote mark inside quotes. */
function statementsOf(line: string): Word[][] {
  const statements: Word[][] = [[]];
  for (const match of line.matchAll(/"((?:\\.|[^"\\])*)"|;|[^\s;"]+|"/g)) {
    if (match[0] === ';') statements.push([]);
    else if (match[1] !== undefined) statements.at(-1)?.push({ text: match[1].replace(/\\(.)/g, '$1'), quoted: true });
    else statements.at(-1)?.push({ text: match[0], quoted: false });
  }
  return statements.filter((words) => words.length > 0);
}

function parseEdit(words: readonly Word[]): Edit | undefined {
  const split = splitFunctions(words);
  if (split === undefined) return undefined;
  const { functions } = split;
  const [verb, ...rest] = split.words;
  const shape = rest.map((word) => (word.quoted ? '"' : word.text)).join(' ');
  const text = (index: number) => rest[index]?.text ?? '';
  const anchor = (index: number): Anchor => ({ call: text(index) });
  const where = text(1) === 'before' ? 'before' : 'after';
  switch (verb?.text) {
    case 'move':
      if (/^\w+ into lock \w+$/.test(shape)) {
        return { kind: 'move-into-lock', what: anchor(0), lock: { lock: text(3) }, functions };
      }
      if (!/^\w+ (?:before|after) \w+$/.test(shape)) return undefined;
      return { kind: 'move', what: anchor(0), where, anchor: anchor(2), functions };
    case 'swap':
      if (!/^\w+ and \w+$/.test(shape)) return undefined;
      return { kind: 'swap', what: anchor(0), anchor: anchor(2), functions };
    case 'insert':
      if (!/^" (?:before|after) \w+$/.test(shape)) return undefined;
      return { kind: 'insert', code: text(0), where, anchor: anchor(2), functions };
    case 'delete':
      if (!/^\w+$/.test(shape)) return undefined;
      return { kind: 'delete', what: anchor(0), functions };
    case 'wrap':
      if (!/^\w+ with "$/.test(shape)) return undefined;
      return { kind: 'wrap', what: anchor(0), condition: text(2), functions };
    case 'replace':
      if (!/^\w+ with "$/.test(shape)) return undefined;
      return { kind: 'replace', what: anchor(0), code: text(2), functions };
    case 'revert':
      if (!/^[0-9a-f]{7,40}(?: ")?$/.test(shape) || functions.length > 0) return undefined;
      return { kind: 'revert', commit: text(0), title: rest.length > 1 ? text(1) : undefined };
    default:
      return undefined;
  }
}

/** Cuts `in F or G` off the end. Undefined when the words after `in` are no such list. */
function splitFunctions(words: readonly Word[]): { words: readonly Word[]; functions: string[] } | undefined {
  const at = words.findIndex((word) => !word.quoted && word.text === 'in');
  if (at < 0) return { words, functions: [] };
  const list = words.slice(at + 1);
  const functions: string[] = [];
  for (const [index, word] of list.entries()) {
    if (word.quoted) return undefined;
    if (index % 2 === 0 && /^\w+$/.test(word.text)) functions.push(word.text);
    else if (index % 2 === 0 || word.text !== 'or') return undefined;
  }
  if (list.length % 2 === 0) return undefined;
  return { words: words.slice(0, at), functions };
}

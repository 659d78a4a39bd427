// The edit language of rule files, one edit a line:
//
//     move folio_test_clear_mlocked before folio_test_clear_lru in __munlock_folio or __munlock_page
//     insert "smp_mb();" before folio_evictable in lru_add
//     wrap folio_set_lru with "if (move_fn != lru_add)" in folio_batch_move_lru
import { InputError } from '../errors.ts';
import type { Edit } from '../types.ts';

const NAME = String.raw`([A-Za-z_]\w*)`;
const CODE = String.raw`"((?:\\.|[^"\\])+)"`;
const WHERE = String.raw`(?:\s+in\s+([A-Za-z_]\w*(?:\s+or\s+[A-Za-z_]\w*)*))?`;

type Captures = readonly (string | undefined)[];

/** The forms of an edit. A capture group each, the functions last. */
const FORMS: readonly {
  readonly shape: string;
  readonly pattern: RegExp;
  readonly edit: (captures: Captures) => Edit;
}[] = [
  {
    shape: 'move A before|after B',
    pattern: form(String.raw`move\s+${NAME}\s+(before|after)\s+${NAME}`),
    edit: ([a, where, b, f]) => ({
      kind: 'move',
      what: call(a),
      where: side(where),
      anchor: call(b),
      functions: names(f),
    }),
  },
  {
    shape: 'move A into lock L',
    pattern: form(String.raw`move\s+${NAME}\s+into\s+lock\s+${NAME}`),
    edit: ([a, lock, f]) => ({
      kind: 'move-into-lock',
      what: call(a),
      lock: { lock: lock ?? '' },
      functions: names(f),
    }),
  },
  {
    shape: 'swap A and B',
    pattern: form(String.raw`swap\s+${NAME}\s+and\s+${NAME}`),
    edit: ([a, b, f]) => ({ kind: 'swap', what: call(a), anchor: call(b), functions: names(f) }),
  },
  {
    shape: 'insert "C" before|after B',
    pattern: form(String.raw`insert\s+${CODE}\s+(before|after)\s+${NAME}`),
    edit: ([c, where, b, f]) => ({
      kind: 'insert',
      code: code(c),
      where: side(where),
      anchor: call(b),
      functions: names(f),
    }),
  },
  {
    shape: 'delete A',
    pattern: form(String.raw`delete\s+${NAME}`),
    edit: ([a, f]) => ({ kind: 'delete', what: call(a), functions: names(f) }),
  },
  {
    shape: 'wrap A with "if (cond)"',
    pattern: form(String.raw`wrap\s+${NAME}\s+with\s+${CODE}`),
    edit: ([a, c, f]) => ({ kind: 'wrap', what: call(a), condition: code(c), functions: names(f) }),
  },
  {
    shape: 'replace A with "C"',
    pattern: form(String.raw`replace\s+${NAME}\s+with\s+${CODE}`),
    edit: ([a, c, f]) => ({ kind: 'replace', what: call(a), code: code(c), functions: names(f) }),
  },
  {
    shape: 'revert COMMIT "title"',
    pattern: new RegExp(String.raw`^revert\s+([0-9a-f]{7,40})(?:\s+${CODE})?$`),
    edit: ([commit, title]) => ({
      kind: 'revert',
      commit: commit ?? '',
      title: title === undefined ? undefined : code(title),
    }),
  },
];

/**
 * Returns the edits of `text` in order; empty lines are passed over. `line` is the 1-based line of `file` where `text` starts.
 * All forms but revert take `in F or G` at the end. Inside quotes `\"` stands for a quote mark.
 * Throws InputError with the line for anything else.
 */
export function parseEditLines(text: string, file: string, line: number): Edit[] {
  return text.split('\n').flatMap((words, index) => {
    const trimmed = words.trim();
    return trimmed === '' ? [] : [parseEdit(trimmed, file, line + index)];
  });
}

function parseEdit(words: string, file: string, line: number): Edit {
  for (const { pattern, edit } of FORMS) {
    const match = pattern.exec(words);
    if (match !== null) return edit(match.slice(1));
  }
  const expected = `an edit: ${FORMS.map(({ shape }) => shape).join('; ')}; each with "in FUNCTION" or without`;
  throw new InputError({ place: { file, line }, expected, found: words });
}

function form(body: string): RegExp {
  return new RegExp(`^${body}${WHERE}$`);
}

function call(name: string | undefined): { readonly call: string } {
  return { call: name ?? '' };
}

function side(word: string | undefined): 'before' | 'after' {
  return word === 'before' ? 'before' : 'after';
}

function code(quoted: string | undefined): string {
  return (quoted ?? '').replace(/\\(.)/g, '$1');
}

function names(list: string | undefined): string[] {
  return list === undefined ? [] : list.split(/\s+or\s+/);
}

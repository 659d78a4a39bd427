import { describe, expect, it } from 'vitest';
import { parseEdits } from '../../src/c/edit-language.ts';

const parse = (text: string) => parseEdits(text, { file: 'rules/x.md', line: 10 });

describe('the edit language', () => {
  it('reads each form', () => {
    expect(
      parse(
        'move a before b in f or g\nmove a after b\nmove a into lock lru_lock in f\nswap a and b\ndelete a in f\n' +
          'wrap a with "if (x != \\"y\\")"\nreplace a with "b(FOLIO);" in f\nrevert 2262ace60713',
      ),
    ).toEqual([
      { kind: 'move', what: { call: 'a' }, where: 'before', anchor: { call: 'b' }, functions: ['f', 'g'] },
      { kind: 'move', what: { call: 'a' }, where: 'after', anchor: { call: 'b' }, functions: [] },
      { kind: 'move-into-lock', what: { call: 'a' }, lock: { lock: 'lru_lock' }, functions: ['f'] },
      { kind: 'swap', what: { call: 'a' }, anchor: { call: 'b' }, functions: [] },
      { kind: 'delete', what: { call: 'a' }, functions: ['f'] },
      { kind: 'wrap', what: { call: 'a' }, condition: 'if (x != "y")', functions: [] },
      { kind: 'replace', what: { call: 'a' }, code: 'b(FOLIO);', functions: ['f'] },
      { kind: 'revert', commit: '2262ace60713', title: undefined },
    ]);
  });

  it('a semicolon separates edits outside quotes and belongs to the code inside', () => {
    const edits = parse('insert "smp_mb(); x = 1;" before b; delete a');
    expect(edits).toEqual([
      { kind: 'insert', code: 'smp_mb(); x = 1;', where: 'before', anchor: { call: 'b' }, functions: [] },
      { kind: 'delete', what: { call: 'a' }, functions: [] },
    ]);
  });

  it.each([
    'move a',
    'move a under b',
    'swap a with b',
    'insert smp_mb() before b',
    'delete a in',
    'delete a in f g',
    'delete a in f or',
    'wrap a with "x',
    'do nothing',
  ])('"%s" is an error at its line', (line) => {
    expect(() => parse(`delete a\n${line}`)).toThrow(/^rules\/x\.md:11: expected move A before\|after B/);
  });

  it('empty lines and lone semicolons are nothing', () => {
    expect(parse('\n ; ;\n')).toEqual([]);
  });
});

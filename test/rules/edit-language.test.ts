import { describe, expect, it } from 'vitest';
import { parseEditLines } from '../../src/rules/edit-language.ts';

const parse = (text: string) => parseEditLines(text, 'rules/x.md', 10);

describe('the edit language', () => {
  it('has eight forms', () => {
    const text = [
      'move a before b in f',
      'move a after b in f or g',
      '',
      'move a into lock lru_lock',
      'swap a and b',
      'insert "x = \\"y\\"; z();" after a',
      'delete a in f',
      'wrap a with "if (move_fn != lru_add)" in f',
      'replace a with "b(FOLIO)" in f',
      'revert 2262ace60713 "a title"',
    ].join('\n');
    expect(parse(text)).toEqual([
      { kind: 'move', what: { call: 'a' }, where: 'before', anchor: { call: 'b' }, functions: ['f'] },
      { kind: 'move', what: { call: 'a' }, where: 'after', anchor: { call: 'b' }, functions: ['f', 'g'] },
      { kind: 'move-into-lock', what: { call: 'a' }, lock: { lock: 'lru_lock' }, functions: [] },
      { kind: 'swap', what: { call: 'a' }, anchor: { call: 'b' }, functions: [] },
      { kind: 'insert', code: 'x = "y"; z();', where: 'after', anchor: { call: 'a' }, functions: [] },
      { kind: 'delete', what: { call: 'a' }, functions: ['f'] },
      { kind: 'wrap', what: { call: 'a' }, condition: 'if (move_fn != lru_add)', functions: ['f'] },
      { kind: 'replace', what: { call: 'a' }, code: 'b(FOLIO)', functions: ['f'] },
      { kind: 'revert', commit: '2262ace60713', title: 'a title' },
    ]);
  });

  it.each([
    'move a beside b',
    'insert smp_mb() before a',
    'insert "" before a',
    'delete a in',
    'delete a in f and g',
    'revert xyz',
    'move a before b in f;',
  ])('"%s" is refused at its line', (edit) => {
    expect(() => parse(`delete a\n${edit}`)).toThrow(`rules/x.md:11: expected an edit: `);
  });
});

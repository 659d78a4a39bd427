import { describe, expect, it } from 'vitest';
import { withoutStress } from '../../src/claims/emphasis.ts';
import { lex } from '../../src/claims/lex.ts';

describe('a word that its speaker stresses', () => {
  it('is a word', () => {
    expect(withoutStress('It might keep the page _anyway_, and _not really_ _this_ one.')).toBe(
      'It might keep the page anyway, and not really this one.',
    );
    expect(lex('_This_ is it.').map(({ raw }) => raw)).toEqual(['This', 'is', 'it', '.']);
  });

  it('is no name of code', () => {
    for (const sentence of [
      '__munlock_folio() and __mlock_folio() race.',
      'The _refcount and the _mapcount of it.',
      'try_to_unmap_one() or __folio_test_movable__ here.',
      '_folio_x_ is a name, and so is a_b_c.',
      'See __init__ for *page and **pagep.',
    ])
      expect(withoutStress(sentence)).toBe(sentence);
  });

  it('a long line of marks is left alone in linear time', () => {
    const marks = '_a'.repeat(100_000);
    expect(withoutStress(marks)).toBe(marks);
  });
});

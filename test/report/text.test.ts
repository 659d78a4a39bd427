import { describe, expect, it } from 'vitest';
import { clean, cleaned, columnsOf, counted, cut, thousands, wrap } from '../../src/report/text.ts';

describe('text out of a mail', () => {
  it('loses escape sequences whole, so that no remnant is left on the screen', () => {
    expect(clean('a\u001b[31mred\u001b[0m b')).toBe('ared b');
    expect(clean('\u001b]0;a window title\u0007x')).toBe('x');
    expect(clean('\u001b]8;;http://example.org\u001b\\link\u001b]8;;\u001b\\')).toBe('link');
    expect(clean('\u009b2Jx')).toBe('x');
  });

  it('loses control, zero-width and bidirectional characters', () => {
    expect(clean('a\u0000b\u0007c\u007fd\u0085e')).toBe('abcd e');
    expect(clean('safe\u202Egnihton\u202C \u200bx\ufeff')).toBe('safegnihton x');
  });

  it('keeps letters of every script', () => {
    expect(clean('Łukasz, 王, é')).toBe('Łukasz, 王, é');
  });

  it('is one line: a subject cannot add lines of its own', () => {
    expect(clean('a\r\nVerdict\u2028b')).toBe('a Verdict b');
  });

  it('is cleaned in every string of an object, keys included', () => {
    expect(cleaned({ 'k\u001b[1m': ['\u0007x', { deep: 'a\nb' }], n: 1, none: null })).toEqual({
      k: ['x', { deep: 'a b' }],
      n: 1,
      none: null,
    });
  });

  it('is cleaned in time linear in its length', () => {
    const hostile = '\u001b]'.repeat(200_000);
    expect(clean(hostile)).toBe('');
  });
});

describe('wrapping', () => {
  it('breaks at blanks and keeps a long Message-ID whole', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('see <a-very-long-id@example.org> there', 10)).toEqual([
      'see',
      '<a-very-long-id@example.org>',
      'there',
    ]);
    expect(wrap('', 10)).toEqual(['']);
  });

  it('counts wide characters twice', () => {
    expect(columnsOf('王')).toBe(2);
    expect(columnsOf('e\u0301')).toBe(1);
  });

  it('cuts at a blank and says so', () => {
    expect(cut('a sentence that goes on', 16)).toBe('a sentence...');
    expect(cut('short', 16)).toBe('short');
  });
});

describe('numbers', () => {
  it('have a comma between thousands', () => {
    expect([0, 999, 1204, 2_000_000].map(thousands)).toEqual(['0', '999', '1,204', '2,000,000']);
  });

  it('agree with their noun', () => {
    expect([
      counted(1, 'fix'),
      counted(2, 'fix'),
      counted(0, 'patch'),
      counted(2, 'search'),
      counted(2, 'reply'),
    ]).toEqual(['1 fix', '2 fixes', '0 patches', '2 searches', '2 replies']);
  });
});

import { mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rulesHash } from '../../src/rules/hash.ts';
import { readRules } from '../../src/rules/load.ts';
import { isInformation, matchRules, operationOf } from '../../src/rules/match.ts';
import { parseVocabulary } from '../../src/rules/vocabulary.ts';

const RULES = join(import.meta.dirname, '..', '..', 'rules');
const TEXT = readFileSync(join(RULES, 'vocabulary.md'), 'utf8');
const vocabulary = parseVocabulary(TEXT, 'rules/vocabulary.md');
const same = (a: string, b: string) => operationOf(a, vocabulary) === operationOf(b, vocabulary);

describe('the vocabulary', () => {
  it('has at least 52 operations, 5 flags and the LRU lock', () => {
    expect(vocabulary.names.length).toBeGreaterThanOrEqual(52);
    expect(vocabulary.flags?.map(({ name }) => name)).toEqual(['lru', 'mlocked', 'unevictable', 'active', 'locked']);
    expect(vocabulary.locks).toEqual([
      {
        name: 'lru_lock',
        words: ['lru_lock', 'lru lock', 'lru locked range', 'lruvec lock', "lruvec's lock", 'lru_lock protected range'],
        acquire: ['folio_lruvec_lock*', 'folio_lruvec_relock*', 'lock_page_lruvec*', 'relock_page_lruvec*'],
        release: 'unlock_page_lruvec_irq(lruvec); lruvec = NULL;',
      },
    ]);
  });

  it('knows an operation by the name of any version', () => {
    expect(same('folio_test_clear_lru', 'TestClearPageLRU')).toBe(true);
    expect(same('folio_test_lru', 'PageLRU')).toBe(true);
    expect(same('__munlock_folio', '__munlock_page')).toBe(true);
    expect(same('folio_test_swapbacked', 'PageSwapBacked')).toBe(true);
  });

  it('keeps apart what only looks alike', () => {
    expect(same('folio_test_clear_lru', 'folio_test_lru')).toBe(false);
    expect(same('folio_test_clear_lru', 'TestClearPageMlocked')).toBe(false);
    expect(same('folio_clear_lru', '__folio_clear_lru')).toBe(false);
    expect(operationOf('page_count', vocabulary)).toBe('page_count');
    expect(operationOf('Page', vocabulary)).toBe('Page');
    expect(operationOf('mlock_folio', vocabulary)).not.toBe(operationOf('munlock_folio', vocabulary));
  });

  it.each([
    ['a missing section', '## Locks', '### Locks', 'rules/vocabulary.md:'],
    ['an unknown section', '## Flags', '## Bits', 'expected one each of the sections'],
    ['other columns', '| flag | words |', '| bit | words |', 'expected the columns flag | words, found bit | words'],
    ['a group of one', '| `folio_get`, `get_page` |', '| `folio_get` |', 'expected two names or more'],
    [
      'a name in two groups',
      '| `folio_get`, `get_page` |',
      '| `folio_get`, `put_page` |',
      'expected each name once, found put_page',
    ],
    ['two stars', '`folio_get`', '`folio_*_get_*`', 'with at most one *'],
  ])('with %s is refused', (_words, from, to, message) => {
    expect(TEXT.split(from).length).toBe(2);
    expect(() => parseVocabulary(TEXT.replace(from, to), 'rules/vocabulary.md')).toThrow(message);
  });
});

describe('touched functions', () => {
  const rules = readRules(RULES);
  const because = (...functions: string[]) =>
    matchRules(rules, functions, vocabulary)
      .filter(({ rule }) => rule.name === 'stranded-unevictable')
      .map((match) => match.because);

  it('bring up the rule of stranded folios by any name', () => {
    expect(because('lru_add', 'can_do_mlock')).toEqual([['lru_add']]);
    expect(because('munlock_page', '__munlock_page')).toEqual([['__munlock_page', 'munlock_page']]);
    expect(because('lock_page_lruvec_irqsave')).toEqual([['lock_page_lruvec_irqsave']]);
  });

  it('of the other side bring up a rule for information, unless one of its own is touched too', () => {
    const told = (...functions: string[]) =>
      matchRules(rules, functions, vocabulary)
        .filter(({ rule }) => rule.name === 'stranded-by-mover')
        .map(({ rule, because: names }) => isInformation(rule, names, vocabulary));
    expect(told('__munlock_page')).toEqual([true]);
    expect(told('__munlock_folio', '__mlock_page')).toEqual([false]);
    expect(told('lru_activate')).toEqual([false]);
    expect(told('lru_add')).toEqual([]);
  });

  it('that no rule names bring up none', () => {
    expect(because('can_do_mlock', 'folio_copy')).toEqual([]);
    expect(because()).toEqual([]);
  });
});

describe('the hash of the rules', () => {
  it('changes with a byte, a name and a file, and with nothing else', () => {
    const dir = mkdtempSync(join(tmpdir(), 'relore-hash-'));
    const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
    mkdirSync(join(dir, 'sub'));
    write('b.md', 'b');
    write('sub/a.md', 'a');
    const first = rulesHash(dir);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(rulesHash(`${dir}/`)).toBe(first);
    write('.hidden', 'x');
    expect(rulesHash(dir)).toBe(first);
    write('b.md', 'c');
    const second = rulesHash(dir);
    expect(second).not.toBe(first);
    renameSync(join(dir, 'b.md'), join(dir, 'd.md'));
    const third = rulesHash(dir);
    expect(third).not.toBe(second);
    write('c.md', '');
    expect(rulesHash(dir)).not.toBe(third);
  });
});

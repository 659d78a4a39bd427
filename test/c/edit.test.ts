import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../src/c/edit.ts';
import { parseEdits } from '../../src/c/edit-language.ts';
import { openTree } from '../../src/c/tree.ts';
import type { Applied, KernelSource, Vocabulary } from '../../src/types.ts';

const TREE_612 = process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12';
const TREE_61 = process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1';
const VOCABULARY: Vocabulary = {
  names: [
    ['folio_test_clear_*', 'TestClearPage*'],
    ['folio_set_*', 'SetPage*'],
    ['__munlock_folio', '__munlock_page'],
    ['lru_add', 'lru_add_fn'],
    ['take_token', 'grab_token'],
  ],
  locks: [
    {
      name: 'lru_lock',
      words: ['lru locked range'],
      acquire: ['folio_lruvec_relock*', 'lock_shelf'],
      release: 'unlock_shelf(shelf); shelf = 0;',
    },
  ],
};
const SPECIMEN = readFileSync(join(import.meta.dirname, '../../fixtures/c/edit/munlock.c'), 'utf8');
const CANDIDATES = ['release_box', 'sort_box', 'no_way_out'];

function sourceOf(text: string): KernelSource {
  const path = 'mm/box.c';
  return {
    kind: 'model',
    name: 'specimen',
    paths: [path],
    read: (wanted) => (wanted === path ? { path, text } : undefined),
  };
}

function edit(words: string, candidates: readonly string[] = CANDIDATES, text = SPECIMEN): readonly Applied[] {
  return applyEdits(sourceOf(text), parseEdits(words, { file: 'x', line: 1 }), VOCABULARY, candidates);
}

/** Lines taken out and put in, in the order of `diff`. */
function changed(applied: Applied | undefined, text = SPECIMEN): string[] {
  if (applied?.kind !== 'applied') return [applied?.refusal.why ?? 'nothing'];
  const before = text.split('\n');
  const after = (applied.files[0]?.text ?? '').split('\n');
  const origin = [...(applied.files[0]?.origin ?? [])];
  const kept = new Set(origin.filter((line) => line > 0));
  const gone = before.flatMap((line, index) => (kept.has(index + 1) ? [] : [`-${index + 1}${line}`]));
  const fresh = after.flatMap((line, index) => ((origin[index] ?? 0) > 0 ? [] : [`+${origin[index]}${line}`]));
  return [...gone, ...fresh];
}

/** The edited function as gcc reads it: no error, no warning that the specimen does not have. */
function compiles(applied: Applied | undefined): boolean {
  if (applied?.kind !== 'applied') return false;
  execFileSync(
    'gcc',
    ['-std=gnu11', '-Wall', '-Wno-unused-label', '-Wno-uninitialized', '-fsyntax-only', '-x', 'c', '-'],
    {
      input: applied.files[0]?.text ?? '',
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  );
  return true;
}

/** The body of a function of the result, blanks folded. */
function body(applied: Applied | undefined, name: string): string {
  if (applied?.kind !== 'applied') return applied?.refusal.why ?? '';
  const text = applied.files[0]?.text ?? '';
  const from = text.indexOf(`${name}(struct box *box, struct shelf *shelf)\n{`);
  return text
    .slice(from, text.indexOf('\n}', from))
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ');
}

describe('moving a statement', () => {
  it('takes the whole if along and leaves the label in front of what follows', () => {
    const [applied, ...others] = edit('move take_seal before take_token');
    expect(others).toEqual([]);
    expect(body(applied, 'release_box')).toContain(
      'int taken = 0; if (take_seal(box)) { count(box, -1); if (taken) barrier_all(); else count(box, 1); } if (!take_token(box)) goto seal;' +
        ' taken = 1; shelf = lock_shelf(box, shelf); seal: if (taken && is_open(box))',
    );
    expect(applied).toMatchObject({ functions: ['release_box'], words: '' });
    expect(applied?.kind === 'applied' && applied.edits).toMatchObject([
      { kind: 'move', function: 'release_box', file: 'mm/box.c', line: 25, before: 'line 25', after: 'line 17' },
    ]);
    expect(changed(applied)).toEqual(['-32']); // only a blank line behind the label is gone; every line keeps its origin
    expect(compiles(applied)).toBe(true);
  });

  it('a statement that shares its line with another gets a line of its own', () => {
    const [inserted] = edit('insert "count(box, 9);" after barrier_all in sort_box', []);
    expect(body(inserted, 'sort_box')).toContain('case 1: barrier_all(); count(box, 9); break; default:');
    expect(compiles(inserted)).toBe(true);
  });

  it('out of a branch without braces leaves an empty statement there', () => {
    const [applied] = edit('move put_token before is_open in release_box', []);
    expect(body(applied, 'release_box')).toContain('put_token(box); if (taken && is_open(box)) ; return shelf;');
    expect(compiles(applied)).toBe(true);
  });

  it('into a block that does not hold it is refused', () => {
    expect(changed(edit('move lock_shelf before barrier_all in release_box')[0])).toEqual([
      'in release_box: barrier_all is in another block than lock_shelf, which does not hold it',
    ]);
  });

  it('to where it stands already is refused, not reported as a change', () => {
    expect(changed(edit('move take_token before take_seal in release_box')[0])).toEqual([
      'in release_box: take_token comes before take_seal already',
    ]);
  });

  it('of an else-if branch is refused', () => {
    expect(changed(edit('move take_token before round in sort_box')[0])[0]).toContain('called in none of sort_box');
    expect(changed(edit('move take_token after barrier_all in sort_box')[0])).toEqual([
      'in sort_box: take_token is tested in an else branch',
    ]);
  });
});

describe('moving a test into a locked range', () => {
  it('has two readings when the test leaves on failure', () => {
    const [kept, dropped, ...others] = edit('move take_token into lock lru_lock in release_box');
    expect(others).toEqual([]);
    expect(kept).toMatchObject({ words: 'the lock stays held on the branch where take_token fails' });
    expect(body(kept, 'release_box')).toContain(
      'shelf = lock_shelf(box, shelf); if (!take_token(box)) goto seal; taken = 1; seal:',
    );
    expect(dropped).toMatchObject({
      words: 'the lock is dropped again on the branch where take_token fails, before what follows',
    });
    expect(body(dropped, 'release_box')).toContain(
      'shelf = lock_shelf(box, shelf); if (!take_token(box)) { unlock_shelf(shelf); shelf = 0; goto seal; } taken = 1; seal:',
    );
    expect(compiles(kept) && compiles(dropped)).toBe(true);
  });

  it('has one reading when nothing leaves on failure', () => {
    const [applied, ...others] = edit('move take_token into lock lru_lock in no_way_out');
    expect(others).toEqual([]);
    expect(applied).toMatchObject({ words: '' });
    expect(body(applied, 'no_way_out')).toContain(
      '{ shelf = lock_shelf(box, shelf); if (take_token(box)) put_token(box); unlock',
    );
  });

  it('a speaker may use the words for the lock; an unknown lock is refused', () => {
    const [edits] = parseEdits('move take_token into lock x in release_box', { file: 'x', line: 1 });
    const said = { ...edits, lock: { lock: 'LRU locked range' } } as Parameters<typeof applyEdits>[1][number];
    expect(applyEdits(sourceOf(SPECIMEN), [said], VOCABULARY, [])).toHaveLength(2);
    expect(changed(edit('move take_token into lock other in release_box')[0])).toEqual([
      'no lock is known by this name; the vocabulary has lru_lock',
    ]);
  });

  it('is refused when the taking of the lock needs a value that is set in between', () => {
    const text = SPECIMEN.replace(
      'taken = 1;\n\tshelf = lock_shelf(box, shelf);',
      'shelf = 0;\n\tlock_shelf(box, shelf);',
    );
    expect(changed(edit('move take_token into lock lru_lock in release_box', [], text)[0])).toEqual([
      'in release_box: lock_shelf uses shelf, which is set between take_token and it',
    ]);
  });

  it('made in several functions means the same reading in each', () => {
    const text = SPECIMEN.replace(
      'if (take_token(box))\n\t\tput_token(box);\n\tshelf',
      'if (!take_token(box))\n\t\treturn 1;\n\tshelf',
    );
    const readings = edit('move take_token into lock lru_lock', CANDIDATES, text);
    expect(readings.map((one) => one.kind === 'applied' && one.functions)).toEqual([
      ['no_way_out', 'release_box'],
      ['no_way_out', 'release_box'],
    ]);
    expect(body(readings[1], 'no_way_out')).toContain('{ unlock_shelf(shelf); shelf = 0; return 1; }');
    expect(body(readings[0], 'no_way_out')).not.toContain('shelf = 0');
  });
});

describe('the other edits', () => {
  it('swap exchanges two statements of one block', () => {
    const [applied] = edit('swap take_token and take_seal in release_box');
    expect(body(applied, 'release_box')).toMatch(
      /int taken = 0; if \(take_seal.*seal: if \(!take_token\(box\)\) goto seal;/,
    );
    expect(changed(edit('swap barrier_all and take_token in release_box')[0])).toEqual([
      'in release_box: barrier_all and take_token are in different blocks',
    ]);
  });

  it('insert beside the body of an if gives it braces, and FOLIO is the first argument there', () => {
    const [applied] = edit('insert "count(FOLIO, 5); barrier_all()" before put_token in release_box');
    expect(body(applied, 'release_box')).toContain(
      'if (taken && is_open(box)) { count(box, 5); barrier_all(); put_token(box); } return',
    );
    expect(compiles(applied)).toBe(true);
  });

  it('insert after an else-if chain link keeps the chain', () => {
    const [applied] = edit('insert "barrier_all();" before take_token in sort_box');
    expect(body(applied, 'sort_box')).toContain(
      'count(box, round); else { barrier_all(); if (take_token(box)) put_token(box); } do',
    );
    expect(compiles(applied)).toBe(true);
  });

  it('delete of an if takes its branches, of a declaration is refused', () => {
    const [applied] = edit('delete take_token in release_box');
    expect(body(applied, 'release_box')).toContain('int taken = 0; taken = 1;');
    expect(changed(edit('delete take_seal in sort_box')[0])).toEqual([
      'in sort_box: take_seal gives a variable its first value there',
    ]);
  });

  it('wrap puts the statement under a condition, written with or without if', () => {
    const both = ['if (is_open(FOLIO))', 'is_open(FOLIO)'].map(
      (words) => edit(`wrap lock_shelf with "${words}"`, ['release_box'])[0],
    );
    for (const applied of both) {
      expect(body(applied, 'release_box')).toContain(
        'taken = 1; if (is_open(box)) shelf = lock_shelf(box, shelf); seal:',
      );
      expect(changed(applied)).toEqual(['+-21\tif (is_open(box))']);
    }
  });

  it('replace takes a statement for a statement and an expression for the call alone', () => {
    const [whole] = edit('replace lock_shelf with "barrier_all(); unlock_shelf(shelf);" in release_box');
    expect(body(whole, 'release_box')).toContain('taken = 1; barrier_all(); unlock_shelf(shelf); seal:');
    const [call] = edit('replace take_token with "is_open(FOLIO)" in release_box');
    expect(body(call, 'release_box')).toContain('if (!is_open(box)) goto seal;');
    expect(compiles(whole) && compiles(call)).toBe(true);
  });

  it('a call in several statements gives a reading for each, named by its line', () => {
    const readings = edit('insert "barrier_all();" before count in release_box');
    expect(readings.map((one) => (one.kind === 'applied' ? one.words : one.refusal.why))).toEqual([
      'count of line 26',
      'count of line 30',
    ]);
  });

  it('edits are made one after the other, with lines of the file before all of them', () => {
    const [applied] = edit('move take_seal before take_token; insert "barrier_all();" after lock_shelf in release_box');
    expect(applied?.kind === 'applied' && applied.edits.map((one) => [one.kind, one.line])).toEqual([
      ['move', 25],
      ['insert', 22],
    ]);
  });

  it('an anchor that is nowhere is named with the functions searched; a revert is not for here', () => {
    expect(edit('move vanish before take_token')).toEqual([
      {
        kind: 'refused',
        refusal: {
          what: 'vanish and take_token',
          why: 'vanish and take_token together are called in none of release_box, sort_box, no_way_out',
        },
      },
    ]);
    expect(changed(edit('revert 2262ace60713')[0])).toEqual(['a revert has to be resolved into edits or a diff first']);
    expect(changed(edit('delete take_token', ['gone'])[0])).toEqual([
      'expected any function named as a candidate in the sources of specimen, found none',
    ]);
  });

  it('the same edit works where the call has another name', () => {
    const text = SPECIMEN.replaceAll('take_token', 'grab_token');
    const [applied] = edit('insert "if (take_token(FOLIO)) barrier_all();" after take_token in release_box', [], text);
    expect(body(applied, 'release_box')).toContain('goto seal; if (grab_token(box)) barrier_all(); taken = 1;');
  });
});

describe.each([
  ['6.12', TREE_612, '__munlock_folio', 'lru_add', 'folio_test_clear_lru'],
  ['6.1', TREE_61, '__munlock_page', 'lru_add_fn', 'TestClearPageLRU'],
])('edits of the %s tree', (_version, tree, munlock, add, test) => {
  const run = (words: string) => {
    const source = openTree(tree);
    const applied = applyEdits(source, parseEdits(words, { file: 'x', line: 1 }), VOCABULARY, [
      '__munlock_folio',
      '__mlock_folio',
      'lru_add',
      'folio_batch_move_lru',
    ]);
    return applied.map((one) =>
      one.kind === 'applied'
        ? {
            words: one.words,
            functions: one.functions,
            edits: one.edits.map(({ kind, before, after }) => [kind, before, after]),
          }
        : one.refusal,
    );
  };

  it.skipIf(!existsSync(tree))(
    `the fixes of the munlock discussion are made to the functions they mean (needs ${tree})`,
    () => {
      expect(run('move folio_test_clear_mlocked before folio_test_clear_lru')).toEqual([
        { words: '', functions: [munlock], edits: [['move', 'line 143', 'line 126']] },
      ]);
      const [kept, dropped] = run('move folio_test_clear_lru into lock lru_lock in __munlock_folio');
      expect(kept).toEqual({
        words: `the lock stays held on the branch where ${test} fails`,
        functions: [munlock],
        edits: [['move', 'line 131', 'line 126']],
      });
      expect(dropped).toMatchObject({
        edits: [
          ['insert', undefined, 'unlock_shelf(shelf); shelf = 0;'],
          ['move', 'line 131', 'line 126'],
        ],
      });
      expect(run('insert "smp_mb()" before folio_evictable in lru_add')).toMatchObject([
        { functions: [add], edits: [['insert', undefined, 'smp_mb();']] },
      ]);
      expect(run('wrap folio_set_lru with "if (move_fn != lru_add)" in folio_batch_move_lru')).toMatchObject([
        {
          functions: ['folio_batch_move_lru'],
          edits: [['replace', 'folio_set_lru(folio);', `if (move_fn != ${add}) folio_set_lru(folio);`]],
        },
      ]);
    },
  );
});

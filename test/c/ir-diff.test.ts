import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { diffPrograms, editsOf } from '../../src/c/ir-diff.ts';
import type { Program } from '../../src/types.ts';
import { newWorkshop, programOf } from './specimen.ts';

// Our own code: a box that two shelves hand to each other. The flag words are those of page-flags.h.
const KERNEL = `
enum { PG_locked, PG_lru = 4, PG_mlocked = 10 };
struct shelf { spinlock_t lock; int boxes; long moved; };
struct folio { unsigned long flags; struct shelf *shelf; int weight; };

static int park(struct folio *box, struct shelf *shelf)
{
	int done = 0;

	if (test_and_clear_bit(PG_lru, &box->flags)) {
		spin_lock(&shelf->lock);
		shelf->boxes++;
		WRITE_ONCE(box->weight, 7);
		done = 1;
		spin_unlock(&shelf->lock);
	}
	shelf->moved++;
	set_bit(PG_mlocked, &box->flags);
	smp_mb();
	if (test_bit(PG_locked, &box->flags))
		box->shelf = 0;
	return done;
}
`;

const SCENARIO = `
struct shelf shelf = { .boxes = 1 };
struct folio folio = { .flags = 16, .shelf = &shelf };

/* process P0 on cpu1: park */
void P0(void)
{
	park(&folio, &shelf);
}

/* process P1 on cpu2: look */
void P1(void)
{
	set_bit(PG_locked, &folio.flags);
	spin_lock(&shelf.lock);
	if (READ_ONCE(folio.weight) == 7 && folio.shelf)
		shelf.boxes--;
	spin_unlock(&shelf.lock);
}

/* invariant I-box at end: a box has one shelf */
bool I_box(void)
{
	return shelf.boxes == 1;
}
`;

const workshop = newWorkshop();
const cache = new Map<string, Program>();
beforeAll(loadGrammar);

function program(kernel: string): Program {
  const known = cache.get(kernel) ?? programOf(kernel, SCENARIO, workshop);
  cache.set(kernel, known);
  return known;
}

/** The differences that replacing text in the specimen makes, in words. Each replacement has to hit. */
function differences(...replacements: readonly (readonly [string, string])[]): string[] {
  let text = KERNEL;
  for (const [from, to] of replacements) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  return diffPrograms(program(KERNEL), program(text)).map((change) => change.words);
}

describe('harmless edits make no difference', () => {
  it('a renamed local', () => {
    const text = KERNEL.replaceAll('done', 'parked');
    expect(diffPrograms(program(KERNEL), program(text))).toEqual([]);
  });

  it('likely(), a tracepoint and a comment', () => {
    expect(
      differences(
        ['if (test_and_clear_bit(PG_lru, &box->flags))', 'if (likely(test_and_clear_bit(PG_lru, &box->flags)))'],
        ['\tshelf->moved++;\n', '\t/* that is one more */\n\ttrace_mm_lru_insertion(box);\n\tshelf->moved++;\n'],
      ),
    ).toEqual([]);
  });

  it('moved statistics, which no other process and no invariant reads', () => {
    const without = ['\tshelf->moved++;\n', ''] as const;
    expect(differences(without, ['\tsmp_mb();\n', '\tshelf->moved++;\n\tsmp_mb();\n'])).toEqual([]);
    expect(differences(without)).toEqual([]);
  });

  it('a helper that is split off, and a field of a struct that nobody uses', () => {
    expect(
      differences(
        ['static int park', 'static void weigh(struct folio *f)\n{\n\tWRITE_ONCE(f->weight, 7);\n}\n\nstatic int park'],
        ['WRITE_ONCE(box->weight, 7);', 'weigh(box);'],
        ['struct shelf { spinlock_t lock;', 'struct shelf { long spare[9]; spinlock_t lock;'],
      ),
    ).toEqual([]);
  });
});

describe('what an edit does is told in field words', () => {
  it('an access that now comes under a lock', () => {
    expect(
      differences(
        [
          '\tif (test_and_clear_bit(PG_lru, &box->flags)) {\n\t\tspin_lock(&shelf->lock);\n',
          '\tspin_lock(&shelf->lock);\n\tif (test_and_clear_bit(PG_lru, &box->flags)) {\n',
        ],
        ['\t\tspin_unlock(&shelf->lock);\n\t}\n', '\t}\n\tspin_unlock(&shelf->lock);\n'],
      ),
    ).toEqual(['the test-and-clear of PG_lru now comes after taking shelf->lock']);
  });

  it('an access that moves over several others names them, plain accesses aside', () => {
    expect(
      differences(
        ['\tset_bit(PG_mlocked, &box->flags);\n', ''],
        ['\tint done = 0;\n', '\tint done = 0;\n\n\tset_bit(PG_mlocked, &box->flags);\n'],
      ),
    ).toEqual(['the set of PG_mlocked now comes before test-and-clear PG_lru, taking shelf->lock and 2 more']);
  });

  it('a barrier that goes, and one that comes', () => {
    expect(differences(['\tsmp_mb();\n', ''])).toEqual(['smp_mb() removed between set PG_mlocked and test PG_locked']);
    expect(differences(['\t\tdone = 1;\n', '\t\tdone = 1;\n\t\tsmp_wmb();\n'])).toEqual([
      'smp_wmb() added between store to folio->weight and releasing shelf->lock',
    ]);
    expect(differences(['smp_mb();', 'smp_rmb();'])).toEqual([
      'smp_mb() is now smp_rmb() between set PG_mlocked and test PG_locked',
    ]);
  });

  it('a store that goes', () => {
    expect(differences(['\t\tWRITE_ONCE(box->weight, 7);\n', ''])).toEqual([
      'store of folio->weight removed between store to shelf->boxes and releasing shelf->lock',
    ]);
  });

  it('another value, another order, another strength', () => {
    expect(differences(['WRITE_ONCE(box->weight, 7)', 'WRITE_ONCE(box->weight, 8)'])).toEqual([
      'the store of folio->weight writes 8, it wrote 7',
    ]);
    expect(differences(['WRITE_ONCE(box->weight, 7)', 'smp_store_release(&box->weight, 7)'])).toEqual([
      'the store of folio->weight is release, it was marked (READ_ONCE, WRITE_ONCE)',
    ]);
    expect(differences(['set_bit(PG_mlocked', '__set_bit(PG_mlocked'])).toEqual([
      'the set of PG_mlocked is no longer atomic: a load and a store of the word',
    ]);
  });

  it('another condition around the same accesses, and the other side of a test', () => {
    expect(differences(['\tset_bit(PG_mlocked', '\tif (done)\n\t\tset_bit(PG_mlocked'])).toEqual([
      'the set of PG_mlocked depends on another condition',
    ]);
    expect(differences(['if (test_bit(PG_locked', 'if (!test_bit(PG_locked'])).toEqual([
      'the store of folio->shelf depends on another condition',
    ]);
  });

  it('the place is the line of the file before the edit; of what is added, the line it follows', () => {
    const [gone] = diffPrograms(program(KERNEL), program(KERNEL.replace('\tsmp_mb();\n', '')));
    expect(gone).toMatchObject({ kind: 'removed', function: 'park', place: { file: 'mm/specimen.c', line: 19 } });
    expect(editsOf(gone === undefined ? [] : [gone])).toEqual([
      {
        function: 'park',
        file: 'mm/specimen.c',
        kind: 'delete',
        what: 'smp_mb() removed between set PG_mlocked and test PG_locked',
        line: 19,
      },
    ]);
  });
});

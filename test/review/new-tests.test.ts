import { describe, expect, it } from 'vitest';
import { loadKnowledge } from '../../src/knowledge.ts';
import { withNewTests } from '../../src/review/new-tests.ts';
import type { Edit, KernelSource } from '../../src/types.ts';

const { vocabulary } = await loadKnowledge(new URL('../../rules', import.meta.url).pathname);

const WALK = `
static void walk(struct box *box)
{
	struct page *page;
	int n;

	for (n = 0; n < box->count; n++) {
again:
		page = box->pages[n];
		if (!page)
			goto next;
		if (page == box->last) {
			while (box->busy)
				if (box->dead)
					break;
			goto again;
		}
		if (!get_page_unless_zero(page))
			goto again;
		if (!PageUptodate(page))
			goto skip;
		box->found++;
skip:
		put_page(page);
next:
		if (n == box->end)
			break;
	}
}
`;

function sourceOf(text: string): KernelSource {
  const path = 'mm/box.c';
  return {
    kind: 'model',
    name: 'box',
    paths: [path],
    read: (wanted) => (wanted === path ? { path, text } : undefined),
  };
}

const check = (leaves: 'set' | 'clear' | 'either', where: 'before' | 'after', call = 'folio_test_locked'): Edit => ({
  kind: 'move',
  what: { call },
  where,
  anchor: { call: 'get_page_unless_zero' },
  functions: [],
  leaves,
});

function codeOf(edit: Edit, text = WALK): string[] {
  return withNewTests([edit], sourceOf(text), vocabulary, 'walk').map(({ words, edits }) =>
    edits.map((one) => (one.kind === 'insert' ? `${words}|${one.where} ${one.code}` : one.kind)).join(),
  );
}

describe('a test that a function does not have yet', () => {
  it('leaves as the function leaves above the call: not by the jump back, nor by what an inner loop does', () => {
    expect(codeOf(check('set', 'before'))).toEqual(['|before if (PageLocked(page)) goto next;']);
  });

  it('leaves as the function leaves below the call when it comes after it', () => {
    expect(codeOf(check('clear', 'after'))).toEqual(['|after if (!PageLocked(page)) goto skip;']);
  });

  it('is read both ways when the words do not say when it leaves', () => {
    expect(codeOf(check('either', 'before'))).toEqual([
      'it leaves when the flag is set|before if (PageLocked(page)) goto next;',
      'it leaves when the flag is clear|before if (!PageLocked(page)) goto next;',
    ]);
  });

  it('has the name of its time: of folios where the function tests no page', () => {
    expect(codeOf(check('set', 'before'), WALK.replace('PageUptodate', 'folio_test_uptodate'))).toEqual([
      '|before if (folio_test_locked(page)) goto next;',
    ]);
    expect(codeOf(check('set', 'before', 'PageLRU'))).toEqual(['|before if (PageLRU(page)) goto next;']);
  });

  it('is a move when the function has it, when there is no way out, and when nobody says that it leaves', () => {
    expect(codeOf(check('set', 'before', 'folio_test_uptodate'))).toEqual(['move']);
    expect(codeOf(check('set', 'before'), WALK.replace('goto next', 'n++'))).toEqual(['move']);
    const { leaves: _leaves, ...move } = check('set', 'before') as Extract<Edit, { kind: 'move' }>;
    expect(codeOf(move)).toEqual(['move']);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { lowerScenario } from '../../src/c/scenario.ts';
import type { Judged } from '../../src/judge.ts';
import { eventEdits } from '../../src/review/edits.ts';
import type { KernelSource } from '../../src/types.ts';
import { newWorkshop, sourceOf } from '../c/specimen.ts';

const CODE = `struct box { spinlock_t lock; unsigned long flags; int count; };
struct box box;
/* process P0 on cpu0: take */
void P0(void)
{
	take(&box);
}
/* process P1 on cpu1: take too */
void P1(void)
{
	take(&box);
}
/* invariant I-count at end: both counted */
bool I_count(void)
{
	return box.count == 2;
}
`;
const kernel = (body: string): KernelSource =>
  sourceOf({ 'mm/box.c': `void take(struct box *box)\n{\n${body}\n}\n\nvoid idle(struct box *box)\n{\n}\n` });
const BEFORE = kernel(
  '\tif (test_and_clear_bit(0, &box->flags))\n\t\tbox->count++;\n\tspin_lock(&box->lock);\n\tset_bit(1, &box->flags);\n\tspin_unlock(&box->lock);',
);
const AFTER = kernel(
  '\tspin_lock(&box->lock);\n\tif (test_and_clear_bit(0, &box->flags))\n\t\tbox->count++;\n\tset_bit(1, &box->flags);\n\tspin_unlock(&box->lock);',
);

beforeAll(loadGrammar);

function judgedOf(...sources: readonly KernelSource[]): Map<KernelSource, Map<string, Judged>> {
  const workshop = newWorkshop();
  return new Map(
    sources.map((source) => {
      const scenario = { name: 'box/S1', file: 'rules/box.md', line: 1, code: CODE };
      const lowered = lowerScenario(workshop, source, scenario);
      if (lowered.kind === 'refused') throw new Error(lowered.refusal.why);
      const outcome = { kind: 'refused', model: 'sc', refusal: { what: '', why: 'not asked here' } } as const;
      return [source, new Map([['box/S1/sc', { ...lowered, kind: 'judged', outcome }]])];
    }),
  );
}

describe('the events that a patch moves', () => {
  it('are told once, with the function and the line before', () => {
    expect(eventEdits(judgedOf(BEFORE, AFTER), { before: BEFORE, after: AFTER, functions: ['take'] })).toEqual([
      {
        function: 'take',
        file: 'mm/box.c',
        kind: 'move',
        what: 'the taking of box->lock now comes before test-and-clear bits 0x1 of box->flags',
        line: 5,
        event: true,
      },
    ]);
  });

  it('are none of a function that no scenario runs', () => {
    expect(eventEdits(judgedOf(BEFORE, AFTER), { before: BEFORE, after: AFTER, functions: ['idle'] })).toEqual([]);
  });

  it('are none where the code after was not judged', () => {
    expect(eventEdits(judgedOf(BEFORE), { before: BEFORE, after: AFTER, functions: ['take'] })).toEqual([]);
    expect(eventEdits(judgedOf(BEFORE), { before: BEFORE, after: undefined, functions: ['take'] })).toEqual([]);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import { reachOf } from '../../src/c/ir-reach.ts';
import { sliceAlike, slicedProgram, sliceOf } from '../../src/c/slice.ts';
import type { Program } from '../../src/types.ts';
import { newWorkshop, programOf } from './specimen.ts';

// Our own code. `total` and `seen` are private, `tag` is what a branch over a shared store depends on.
const KERNEL = `
struct box { int lid; int tag; int total; int seen; struct box *next; int shelf[4]; };
static void shut(struct box *box, int n)
{
	int i;

	for (i = 0; i < n; i++)
		box->total++;
	box->seen = box->total;
	if (box->tag)
		WRITE_ONCE(box->next->lid, 1);
	box->shelf[n]++;
}
`;

const SCENARIO = `
struct box box = { .next = &box, .tag = 1 };
/* process P0 on cpu1: shut */
void P0(void)
{
	shut(&box, 2);
}
/* process P1 on cpu2: open */
void P1(void)
{
	WRITE_ONCE(box.lid, 0);
}
/* invariant I-lid at end: the lid is shut or open */
bool I_lid(void)
{
	return box.lid <= 1;
}
`;

const workshop = newWorkshop();
beforeAll(loadGrammar);

function sliced(kernel = KERNEL, scenario = SCENARIO): { program: Program; kept: string[]; dropped: unknown } {
  const program = programOf(kernel, scenario, workshop);
  const slice = sliceOf(program, reachOf(program));
  const kept = [...slice.cells].map((index) => program.cells[index]?.field ?? '').sort();
  return { program: slicedProgram(program, slice), kept, dropped: slice.dropped };
}

describe('a slice', () => {
  it('keeps what two processes use, and what its address and its branch depend on', () => {
    const { program, kept, dropped } = sliced();
    expect(kept).toEqual(['lid', 'next', 'tag']);
    expect(program.cells.map((cell) => cell.field)).toEqual(['lid', 'tag', 'next']);
    const ops = program.processes.map((process) => process.code.map((ins) => ins.op).join(' '));
    expect(ops).toEqual(['load branch load store end', 'store end']);
    // By hand: the loop (6), the store to seen (2), the update of shelf[2] (2); total, seen, shelf[2].
    expect(dropped).toEqual({ instructions: 10, cells: 3 });
  });

  it('keeps what an invariant reads, though one process alone uses it', () => {
    expect(sliced(KERNEL, SCENARIO.replace('box.lid <= 1', 'box.lid <= 1 && box.seen < 9')).kept).toEqual([
      'lid',
      'next',
      'seen',
      'tag',
      'total',
    ]);
  });

  it('keeps orders and asserts whatever they are about', () => {
    const { program } = sliced(KERNEL.replace('\tbox->seen', '\tsmp_mb();\n\tBUG_ON(box->total > 9);\n\tbox->seen'));
    const [code] = program.processes.map((process) => process.code.map((ins) => ins.op));
    expect(code).toContain('fence');
    expect(code).toContain('assert');
    expect(program.cells.map((cell) => cell.field)).toContain('total');
  });

  it('is cut alike before and after: what either version watches is kept in both', () => {
    const programs = [SCENARIO, SCENARIO.replace('WRITE_ONCE(box.lid, 0);', 'WRITE_ONCE(box.lid, box.seen);')].map(
      (scenario) => programOf(KERNEL, scenario, workshop),
    );
    const sides = programs.map((program) => ({ program, reach: reachOf(program) }));
    const [before, after] = sides;
    if (before === undefined || after === undefined) throw new Error('two versions');
    const cells = sliceAlike(before, after).map((slice) => slice.cells.size);
    expect(cells).toEqual([5, 5]);
    expect(sliceOf(before.program, before.reach).cells.size).toBe(3);
  });
});

describe('which cells an access may touch', () => {
  it('follows pointers through memory, and an index through its array alone', () => {
    const program = programOf(KERNEL, SCENARIO.replace('shut(&box, 2)', 'shut(box.next, box.tag)'), workshop);
    const reach = reachOf(program);
    const fields = (text: string): string[] => {
      const pc = program.processes[0]?.code.findIndex((ins) => ins.op === 'store' && ins.at.text.includes(text)) ?? -1;
      return (reach(0, pc) ?? [-1]).map((index) => program.cells[index]?.field ?? 'anything');
    };
    expect(fields('box->next->lid')).toEqual(['lid']);
    expect(fields('box->shelf[n]++')).toEqual(['shelf[0]', 'shelf[1]']); // a register is 0 at first
    expect(fields('box->total++')).toEqual(['total']);
  });
});

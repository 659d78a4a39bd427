import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { screenLines } from '../../src/cli/explore-screen.ts';
import { linesOf, othersAt, pathOf, pressed, stateOf, type View, viewOf } from '../../src/cli/explore-view.ts';
import { lowerCode, walkCode } from '../../src/explorer.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import type { WalkCode } from '../../src/web/walk-data.ts';

let code: WalkCode;

beforeAll(async () => {
  const knowledge = await loadKnowledge(join(import.meta.dirname, '../../rules'));
  const rule = knowledge.rules.find(({ name }) => name === 'stranded-unevictable');
  const scenario = rule?.scenarios.find(({ name }) => name === 'S1');
  if (rule === undefined || scenario === undefined) throw new Error('no S1');
  const lowered = lowerCode(knowledge, rule, scenario, { id: 'v6.12', version: 'v6.12', edits: [], words: '' });
  const walked = 'refusal' in lowered ? lowered.refusal : walkCode(lowered, 'sc', 1_000);
  if ('what' in walked) throw new Error(walked.why);
  code = walked;
});

/** The view after some keys, from the start of the schedule that violates. */
function afterKeys(...keys: string[]): View {
  let view = viewOf(code.walk, code.walk.path).view;
  for (const key of keys) view = pressed(code.walk, view, key) ?? view;
  return view;
}

describe('a key', () => {
  it('steps to the end and back, and no further', () => {
    const last = linesOf(code.walk, afterKeys()).length - 1;
    expect([afterKeys('right').at, afterKeys('n', 'space', 'left').at, afterKeys('left').at]).toEqual([0, 0, -1]);
    expect([afterKeys('end').at, afterKeys('end', 'right').at, afterKeys('end', 'home').at]).toEqual([last, last, -1]);
    expect(pressed(code.walk, afterKeys(), 'q')).toBeUndefined();
    expect(afterKeys('x')).toEqual(afterKeys());
  });

  it('takes another turn, by which the schedule gets another name, and v comes back', () => {
    expect(othersAt(code.walk, afterKeys()).map(({ words }) => words)).toEqual([
      'cpu1 munlock: test and clear lru of folio.flags: was 0',
    ]);
    const turned = afterKeys('1');
    expect(linesOf(code.walk, turned)[0]?.step.process).toBe(0);
    expect(pathOf(code.walk, turned)).not.toBe(code.walk.path);
    expect(pathOf(code.walk, afterKeys('1', 'v'))).toBe(code.walk.path);
    expect(afterKeys('9')).toEqual(afterKeys());
  });

  it('shows every step with a, and the state is that after the step that was taken last', () => {
    expect(linesOf(code.walk, afterKeys('a')).length).toBeGreaterThan(linesOf(code.walk, afterKeys()).length + 5);
    const at = (view: View) => stateOf(code.walk, view).find(({ name }) => name === 'folio.flags');
    expect(at(afterKeys())).toEqual({ name: 'folio.flags', value: 'mlocked', isNew: false });
    expect(at(afterKeys('end'))?.value).toBe('lru|unevictable');
  });
});

describe('the screen', () => {
  it.each([
    [120, 40],
    [80, 24],
    [60, 16],
    [40, 10],
  ])(
    'of %i columns and %i lines holds it all, in two columns, with the place, the state and the keys',
    (width, height) => {
      for (const keys of [[], ['right'], ['end'], ['a', 'end']]) {
        const lines = screenLines('stranded-unevictable S1', code, afterKeys(...keys), { width, height, color: false });
        expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(width);
        expect(lines.length).toBeLessThanOrEqual(Math.max(height, 12));
        expect(lines.join('\n')).toContain('cpu1 munlock');
        if (keys.includes('end')) expect(lines.join('\n')).toMatch(/Violated: no evictable folio/);
      }
    },
  );

  it('shows the source beside where there is room', () => {
    const text = screenLines('S1', code, afterKeys('right'), { width: 120, height: 40, color: false }).join('\n');
    expect(text).toContain('mm/memcontrol.c:');
    expect(text).toMatch(/>\s*\d+ {2}\s*spin_lock_irqsave/);
    expect(text).toMatch(/\* mz\.lruvec\.lru_lock = held by P1/);
  });
});

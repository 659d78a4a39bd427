import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/check/analyse.ts';
import { explore } from '../../src/check/explore.ts';
import { bin, c, cell, type Line, program, r } from './build.ts';

const end: Line = { op: 'end' };
const locks = (count: number) =>
  Array.from({ length: count }, (_, k) => cell(128 + k * 8, `l${k}.lock`, 0, { kind: 'lock' }));

describe('values', () => {
  it('tell a flag that was tested from the lock that was taken for it', () => {
    const conditional: Line[] = [
      { op: 'rmw', dst: 0, address: c(64), fn: 'andnot', operand: c(16), mask: 16, order: 'mb' },
      { op: 'branch', cond: r(0), then: 2, else: 3 },
      { op: 'lock', address: c(128) },
      { op: 'branch', cond: r(0), then: 4, else: 6 },
      { op: 'store', address: c(72), value: c(1), order: 'once' },
      { op: 'unlock', address: c(128) },
      end,
    ];
    const one = program([cell(64, 'flags', 16), cell(72, 'list'), ...locks(1)], [conditional, conditional]);
    const { spots } = analyse(one);
    expect(spots[0]!.filter(({ pc }) => pc === 4).map((spot) => spot.locks)).toEqual([[2]]);
    expect(spots[0]!.filter(({ pc }) => pc === 6).map((spot) => spot.locks)).toEqual([[]]);
  });

  it('follow a counter of one process through a loop', () => {
    const walk: Line[] = [
      { op: 'load', dst: 1, address: c(64), order: 'once' },
      { op: 'branch', cond: bin(r(0), '<', r(1)), then: 2, else: 5 },
      { op: 'load', dst: 2, address: bin(c(72), '+', bin(r(0), '*', c(8))), order: 'once' },
      { op: 'set', dst: 0, value: bin(r(0), '+', c(1)) },
      { op: 'jump', to: 0 },
      { op: 'store', address: c(64), value: c(0), order: 'once' },
      end,
    ];
    const { spots } = analyse(
      program([cell(64, 'batch.nr', 2), cell(72, 'batch.a'), cell(80, 'batch.b'), cell(88, 'batch.c')], [walk]),
    );
    expect([...spots[0]!.find(({ pc }) => pc === 2)!.touches.keys()]).toEqual([1, 2]);
  });

  it('see that another process writes a cell through a pointer', () => {
    const reader: Line[] = [
      { op: 'load', dst: 0, address: c(72), order: 'once' },
      { op: 'branch', cond: r(0), then: 2, else: 3 },
      { op: 'store', address: c(80), value: r(0), order: 'once' },
      end,
    ];
    const writer: Line[] = [
      { op: 'load', dst: 0, address: c(64), order: 'once' },
      { op: 'store', address: r(0), value: c(7), order: 'once' },
      end,
    ];
    const outcome = explore(
      program([cell(64, 'p', 72, { kind: 'pointer' }), cell(72, 'x'), cell(80, 'seen')], [reader, writer]),
      'sc',
      { states: 100 },
    );
    expect(outcome.kind === 'complete' && outcome.terminals).toEqual(['p=&x x=7 seen=0', 'p=&x x=7 seen=7']);
  });

  it('know which bits are left when some are cleared', () => {
    const clear: Line[] = [{ op: 'rmw', address: c(64), fn: 'andnot', operand: c(1), order: 'once' }, end];
    const look: Line[] = [
      { op: 'load', dst: 0, address: c(64), order: 'once' },
      { op: 'branch', cond: bin(r(0), '==', c(4)), then: 2, else: 3 },
      { op: 'store', address: c(72), value: c(1), order: 'once' },
      end,
    ];
    const outcome = explore(program([cell(64, 'x', 5), cell(72, 'seen')], [clear, look]), 'sc', { states: 100 });
    expect(outcome.kind === 'complete' && outcome.terminals).toEqual(['x=4 seen=0', 'x=4 seen=1']);
  });

  it('keep the old value of a cell that a write may have missed', () => {
    const one: Line[] = [
      { op: 'choose', dst: 0, values: [64, 72], why: 'cell' },
      { op: 'store', address: r(0), value: c(7), order: 'once' },
      { op: 'load', dst: 1, address: c(64), order: 'once' },
      { op: 'branch', cond: r(1), then: 4, else: 5 },
      { op: 'store', address: c(80), value: c(1), order: 'once' },
      end,
    ];
    const outcome = explore(program([cell(64, 'o.a'), cell(72, 'o.b'), cell(80, 'seen')], [one]), 'sc', {
      states: 100,
    });
    expect(outcome.kind === 'complete' && outcome.terminals).toEqual(['o.a=0 o.b=7 seen=0', 'o.a=7 o.b=0 seen=1']);
  });

  it('do not multiply when it is not known which of many locks is taken', () => {
    const take: Line[] = [0, 1, 2, 3, 4, 5].flatMap((dst): Line[] => [
      { op: 'load', dst, address: c(64), order: 'once' },
      { op: 'lock', address: bin(c(128), '+', bin(bin(r(dst), '&', c(15)), '*', c(8))) },
    ]);
    const more: Line[] = [
      { op: 'load', dst: 0, address: c(64), order: 'once' },
      { op: 'store', address: c(64), value: bin(r(0), '*', c(3)), order: 'once' },
      end,
    ];
    const one = program([cell(64, 'x', 1), ...locks(16)], [[...take, end], more]);
    expect(analyse(one).spots[0]!.length).toBeLessThan(300);
    const outcome = explore(one, 'sc', { states: 100_000 });
    expect(outcome.kind === 'complete' && outcome.violations.map(({ property }) => property)).toEqual(['deadlock']);
  });
});

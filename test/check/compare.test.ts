import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../src/check/compare.ts';
import type { Program } from '../../src/types.ts';
import { bin, c, cell, type Line, program, r } from './build.ts';

const lines = (a: number, b: number, step: number): Line[] => [
  { op: 'load', dst: a, address: c(64), order: 'once' },
  { op: 'set', dst: b, value: bin(r(a), '+', c(step)) },
  { op: 'store', address: c(64), value: r(b), order: 'once' },
  { op: 'end' },
];

describe('canonical hash', () => {
  const of = (...bodies: Line[][]): Program => program([cell(64, 'x')], bodies);

  it('is equal when registers and places have other names', () => {
    const moved = of(lines(5, 2, 1));
    const elsewhere: Program = {
      ...moved,
      processes: moved.processes.map((process) => ({
        ...process,
        code: process.code.map((one) => ({ ...one, at: { frames: [], text: 'other' } })),
      })),
    };
    expect(canonicalHash(elsewhere)).toBe(canonicalHash(of(lines(0, 1, 1))));
  });

  it('differs for another constant, another order of processes and another start', () => {
    const base = canonicalHash(of(lines(0, 1, 1), lines(0, 1, 2)));
    expect(canonicalHash(of(lines(0, 1, 1), lines(0, 1, 3)))).not.toBe(base);
    expect(canonicalHash(of(lines(0, 1, 2), lines(0, 1, 1)))).not.toBe(base);
    expect(canonicalHash({ ...of(lines(0, 1, 1), lines(0, 1, 2)), cells: [cell(64, 'x', 1)] })).not.toBe(base);
  });

  it('differs when two registers become one', () => {
    expect(canonicalHash(of(lines(0, 0, 1)))).not.toBe(canonicalHash(of(lines(0, 1, 1))));
  });
});

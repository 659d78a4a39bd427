// The functions of mm that the rules are about, lowered on the real trees, one driver each (fixtures/c/lower). What is
// pinned is the number of assumptions, the class of size of the code, and what the first process leaves behind when it
// runs alone: code that faults, or asserts, or does nothing, is not lowered right.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadGrammar } from '../../src/c/grammar.ts';
import type { Program } from '../../src/types.ts';
import { run } from './interpret.ts';
import { lowerOn, outcomeOf, trees } from './trees.ts';

const folder = join(import.meta.dirname, '../../fixtures/c/lower');
const objects = readFileSync(join(folder, 'objects.h'), 'utf8');
const drivers = readdirSync(folder)
  .filter((name) => name.endsWith('.c'))
  .sort();

// Instructions of the largest process, rounded up to one of these.
const CLASSES = [100, 200, 400, 800, 1600, 3200, 6400, 12_800];

beforeAll(loadGrammar);

describe.each(trees)('the functions of $name (skipped where the tree is not unpacked)', (tree) => {
  it.skipIf(!tree.here).each(drivers)('%s', { timeout: 120_000 }, (name) => {
    const text = readFileSync(join(folder, name), 'utf8').replace('#include OBJECTS', () => objects);
    const lowered = lowerOn(tree, name, text);
    expect(outcomeOf(lowered)).toBe('lowered');
    if (lowered.kind !== 'lowered') return;
    const { program, assumptions } = lowered;
    const declared = assumptions.filter((one) => one.startsWith('declared by the scenario: '));
    const found = [`<= ${sizeClass(program)}`, assumptions.length - declared.length, afterRun(program)].join(', ');
    expect(`${tree.name} ${name}: ${found}`).toBe(EXPECTED.find((line) => line.startsWith(`${tree.name} ${name}: `)));
  });
});

function sizeClass(program: Program): number {
  const size = Math.max(...program.processes.map((process) => process.code.length));
  return CLASSES.find((limit) => size <= limit) ?? Number.POSITIVE_INFINITY;
}

/** How the first process ends alone, the asserts that failed, and the flags, references and mappings of the folios. */
function afterRun(program: Program): string {
  const { end, asserts, memory } = run(program);
  const changed = program.cells.flatMap((cell) => {
    const name = cell.field === '' ? cell.object : `${cell.object}.${cell.field}`;
    const value = memory.get(name) ?? 0;
    if (value === cell.init || !/^(?:folio|second|dst|ptes|pmd)\b/.test(name)) return [];
    if (cell.bits !== undefined) {
      const set = Object.entries(cell.bits).flatMap(([bit, word]) => ((value >> Number(bit)) & 1 ? [word] : []));
      return [`${name} ${set.join('|') || 0}`];
    }
    return cell.kind === 'pointer' || /^(?:ptes|pmd)\b|memcg_data/.test(name) ? [name] : [`${name} ${value}`];
  });
  return [end, ...asserts, ...changed].join(', ');
}

const EXPECTED: readonly string[] = [
  '6.1 compaction.c: <= 800, 15, end, folio.flags 0, folio.lru.next, folio.lru.prev, folio._refcount.counter 3',
  '6.1 drain-all.c: <= 1600, 10, end, folio._refcount.counter 3',
  '6.1 drain-cpu.c: <= 1600, 10, end, folio.flags lru, folio.lru.next, folio.lru.prev',
  '6.1 fault-around.c: <= 1600, 15, end, folio._mapcount.counter 0, folio._refcount.counter 2, ptes.[0]',
  '6.1 hole-punch.c: <= 6400, 29, end, folio.mapping, folio._refcount.counter 1',
  '6.1 isolate.c: <= 400, 10, end, folio.flags 0, folio.lru.next, folio.lru.prev, folio._refcount.counter 3',
  '6.1 lru-add.c: <= 200, 8, end, folio.flags lru, folio.lru.next, folio.lru.prev, folio._refcount.counter 1',
  '6.1 lruvec-lock.c: <= 200, 3, end',
  '6.1 map-range.c: <= 800, 12, end, folio._mapcount.counter 0, ptes.[0]',
  '6.1 migrate-mapping.c: <= 100, 7, end, folio._refcount.counter 1, dst.mapping, dst._refcount.counter 2',
  '6.1 migration-wait.c: <= 100, 5, fuel, folio.flags locked|waiters',
  '6.1 mlock-batch.c: <= 800, 8, end, folio.flags lru|unevictable|mlocked, folio.lru.prev, folio._refcount.counter 1',
  '6.1 mlock-munlock.c: <= 1600, 10, end, folio.flags lru|mlocked, folio._refcount.counter 4',
  '6.1 mlock-new.c: <= 800, 10, end, folio.flags mlocked, folio._refcount.counter 3',
  '6.1 mlock.c: <= 400, 7, end',
  '6.1 move-account.c: <= 100, 7, end, folio.memcg_data',
  '6.1 move-activate.c: <= 200, 7, end, folio.flags lru|active, folio.lru.next, folio.lru.prev, folio._refcount.counter 1',
  '6.1 move-deactivate-file.c: <= 200, 7, end, folio._refcount.counter 1',
  '6.1 move-deactivate.c: <= 200, 7, end, folio.flags lru, folio.lru.next, folio.lru.prev, folio._refcount.counter 1',
  '6.1 move-folios.c: <= 400, 11, end, second.flags lru|active, second.lru.next, second.lru.prev, second._refcount.counter 1',
  '6.1 move-lazyfree.c: <= 200, 7, end, folio._refcount.counter 1',
  '6.1 move-move-tail.c: <= 200, 7, end, folio._refcount.counter 1',
  '6.1 remove-migration.c: <= 800, 14, end, dst._mapcount.counter 0, dst._refcount.counter 2, ptes.[0]',
  '6.1 truncate.c: <= 12800, 29, end, folio.mapping, folio._refcount.counter 1',
  '6.1 try-to-migrate.c: <= 800, 15, end, folio._mapcount.counter -1, folio._refcount.counter 2, ptes.[0]',
  '6.1 unmap-folio.c: <= 1600, 23, end, folio._mapcount.counter -1, folio._refcount.counter 1, ptes.[0]',
  '6.1 unmap-range.c: <= 1600, 22, end, folio._mapcount.counter -1, folio._refcount.counter 1, ptes.[0]',
  '6.1 wait-bit.c: <= 100, 5, fuel, folio.flags locked|uptodate|waiters',
  '6.1 zap-huge.c: <= 100, 5, end, folio._mapcount.counter -1, folio._refcount.counter 1, pmd',
  '6.1 zap.c: <= 200, 11, end, folio._mapcount.counter -1, folio._refcount.counter 1, ptes.[0]',
  '6.12 compaction.c: <= 800, 15, end, folio.flags 0, folio.lru.next, folio.lru.prev, folio._refcount.counter 3',
  '6.12 drain-all.c: <= 3200, 10, end, folio._refcount.counter 3',
  '6.12 drain-cpu.c: <= 1600, 10, end, folio.flags lru, folio.lru.next, folio.lru.prev',
  '6.12 fault-around.c: <= 1600, 17, end, folio._mapcount.counter 0, folio._refcount.counter 2, ptes.[0]',
  '6.12 hole-punch.c: <= 6400, 29, end, folio.mapping, folio._refcount.counter 1',
  '6.12 isolate.c: <= 400, 10, end, folio.flags 0, folio.lru.next, folio.lru.prev, folio._refcount.counter 3',
  '6.12 lru-add.c: <= 200, 8, end, folio.flags lru, folio.lru.next, folio.lru.prev, folio._refcount.counter 1',
  '6.12 lruvec-lock.c: <= 400, 3, end',
  '6.12 map-range.c: <= 1600, 13, end, folio._mapcount.counter 0, folio._refcount.counter 3, ptes.[0]',
  '6.12 migrate-mapping.c: <= 100, 7, end, folio._refcount.counter 1, dst.mapping, dst._refcount.counter 2',
  '6.12 migration-wait.c: <= 100, 5, fuel, folio.flags locked|waiters',
  '6.12 mlock-batch.c: <= 800, 8, end, folio.flags lru|unevictable|mlocked, folio.lru.prev, folio._refcount.counter 1',
  '6.12 mlock-munlock.c: <= 1600, 10, end, folio.flags lru|mlocked, folio._refcount.counter 4',
  '6.12 mlock-new.c: <= 800, 10, end, folio.flags mlocked, folio._refcount.counter 3',
  '6.12 mlock.c: <= 400, 7, end',
  '6.12 move-account.c: <= 100, 8, end, folio.memcg_data',
  '6.12 move-activate.c: <= 200, 7, end, folio.flags lru|active, folio.lru.next, folio.lru.prev, folio._refcount.counter 1',
  '6.12 move-deactivate-file.c: <= 400, 7, end, folio._refcount.counter 1',
  '6.12 move-deactivate.c: <= 200, 7, end, folio.flags lru, folio.lru.next, folio.lru.prev, folio._refcount.counter 1',
  '6.12 move-folios.c: <= 400, 11, end, second.flags lru|active, second.lru.next, second.lru.prev, second._refcount.counter 1',
  '6.12 move-lazyfree.c: <= 200, 7, end, folio._refcount.counter 1',
  '6.12 move-move-tail.c: <= 200, 7, end, folio._refcount.counter 1',
  '6.12 remove-migration.c: <= 800, 13, end, dst._mapcount.counter 0, dst._refcount.counter 2, ptes.[0]',
  '6.12 truncate.c: <= 6400, 29, end, folio.mapping, folio._refcount.counter 1',
  '6.12 try-to-migrate.c: <= 800, 15, end, folio._mapcount.counter -1, folio._refcount.counter 2, ptes.[0]',
  '6.12 unmap-folio.c: <= 3200, 23, end, folio._mapcount.counter -1, folio._refcount.counter 1, ptes.[0]',
  '6.12 unmap-range.c: <= 3200, 22, end, folio._mapcount.counter -1, folio._refcount.counter 1, ptes.[0]',
  '6.12 wait-bit.c: <= 100, 5, fuel, folio.flags locked|uptodate|waiters',
  '6.12 zap-huge.c: <= 100, 4, end, folio._mapcount.counter -1, folio._refcount.counter 1, pmd',
  '6.12 zap.c: <= 200, 12, end, folio._mapcount.counter -1, folio._refcount.counter 1, ptes.[0]',
];

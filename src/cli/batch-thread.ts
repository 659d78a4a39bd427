// A worker thread of a batch: one task in, its answer out. What the rules folder says is read once, and again after many series or when
// half of the memory is used, so that what is kept with it does not grow. To lower all of the rules again takes 5 s of processor time.
import { getHeapStatistics } from 'node:v8';
import { workerData } from 'node:worker_threads';
import type { Unit } from '../batch/unit.ts';
import type { BatchSettings } from '../batch.ts';
import { reviewUnit } from '../batch.ts';
import type { ResultRow } from '../history/store/store.ts';
import type { Knowledge } from '../knowledge.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { PartRead, ReadTask } from './archive-part.ts';
import { readPart } from './archive-part.ts';

/** What a thread is asked: to read a part of an archive, or to review a series. */
export type BatchTask = ReadTask | { readonly kind: 'review'; readonly unit: Unit };

const UNITS = 1000; // reviewed with one reading of the rules

// The first entry is the pool's own.
const [, settings] = workerData as [unknown, BatchSettings];
let knowledge: Knowledge | undefined;
let left = 0;

/** Does one task. */
export default async function work(task: BatchTask): Promise<PartRead | readonly ResultRow[]> {
  if (task.kind !== 'review') {
    return readPart(task, settings, async () => (knowledge ??= await loadKnowledge(settings.rulesDir)));
  }
  if (knowledge === undefined || left === 0 || isHalfFull()) {
    knowledge = await loadKnowledge(settings.rulesDir);
    left = UNITS;
  }
  left--;
  return reviewUnit(task.unit, settings, knowledge);
}

function isHalfFull(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > limit / 2;
}

// A process that uses a store, for tests that end it. Says each thing on a line of its own once the store has taken it.
//   record WHERE FROM COUNT   reviews FROM, FROM + 1, ...: their ids
//   results WHERE FROM COUNT  results in transactions of 50: the number after each
import { openStore } from '../../src/history/store/open.ts';
import type { ResultRow } from '../../src/history/store/store.ts';
import { madeReview, madeThread } from './specimens.ts';

const [, , task = '', where = '', from = '0', count = '0'] = process.argv;
try {
  const store = await openStore(where);
  process.stdout.write('open\n');
  for (let n = Number(from); n < Number(from) + Number(count); n++) {
    if (task === 'record')
      process.stdout.write(`${(await store.record(madeReview(n), madeThread(n))).review} m${n}-0@example.org\n`);
    else {
      await store.putResults(Array.from({ length: 50 }, (_, row) => result(n * 50 + row)));
      process.stdout.write(`${(n + 1) * 50}\n`);
    }
  }
  await store.close();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(2);
}

function result(n: number): ResultRow {
  return {
    series: `series-${String(n).padStart(6, '0')}`,
    scenario: 'stranded-unevictable/S1',
    rules: 'a'.repeat(64),
    engine: '0.1.0',
    thread: `m${n}@example.org`,
    subject: `series ${n}`,
    date: '2023-07-19T00:00:00Z',
    change: 'keeps',
    before: 'violated',
    after: 'violated',
    states: n,
    why: '',
    detail: 'x'.repeat(500),
  };
}

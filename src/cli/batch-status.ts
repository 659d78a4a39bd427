import { identitiesOn, openBoss } from '../batch/boss.ts';
import { InputError } from '../errors.ts';
import { isServer, openStore } from '../history/store/open.ts';

/** Prints, for each batch on a server, how many chunks are where, the results by what they change, and what was given up. */
export async function batchStatus({ db = '' }: { readonly db?: string }): Promise<void> {
  if (!isServer(db))
    throw new InputError({ place: { file: '--db' }, expected: 'postgres://...', found: db || 'nothing' });
  const known = await identitiesOn(db);
  if (known.length === 0) process.stdout.write('no batch was started on this server\n');
  const store = await openStore(db);
  try {
    for (const identity of known) {
      const queue = await openBoss(db, identity);
      try {
        const { waiting, active, done, dead } = await queue.state();
        const counts = await store.countResults({ rules: identity.rules, engine: identity.engine });
        const results = Object.entries(counts)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([change, count]) => `${count} ${change}`);
        process.stdout.write(`rules ${identity.rules.slice(0, 12)}, relore ${identity.engine}\n`);
        process.stdout.write(`  chunks   ${waiting} waiting, ${active} taken, ${done} done, ${dead} given up\n`);
        process.stdout.write(`  results  ${results.join(', ') || 'none'}\n`);
        for (const { subjects, series, why } of await queue.dead())
          process.stdout.write(
            `  given up ${series.join(' ')}  ${printable(subjects.join('; '))}: ${printable(why)}\n`,
          );
      } finally {
        await queue.close();
      }
    }
  } finally {
    await store.close();
  }
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?').slice(0, 300);
}

// Two workers against one over a real PostgreSQL, and one machine beside them: the fifty series of fixtures/patches, which all touch a
// rule, each posted in several versions, so that the first reading of the code does not decide. Results are compared byte by byte.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../test/history/postgres.ts';

const root = process.env['RELORE_ROOT'] ?? process.cwd();
const dir = mkdtempSync(join(tmpdir(), 'relore-bench-'));
const program = join(root, 'dist/relore.js');
const patches = join(dir, 'archive.mbox');
const VERSIONS = 8;
const SEPARATOR = 'From mboxrd@z Thu Jan  1 00:00:00 1970\n';

/** The fixtures, each as often as there are versions, with subjects and ids of their own. */
function writeArchive(): void {
  const folder = join(root, 'fixtures/patches');
  const names = readdirSync(folder).filter((name) => name.endsWith('.patch'));
  const mails = Array.from({ length: VERSIONS }, (_, version) =>
    names.map((name) =>
      readFileSync(join(folder, name), 'utf8')
        .replace(/^(Subject: \[PATCH[^\]]*\] )/gm, `$1${version + 1}: `)
        .replaceAll('@example.org>', `.${version}@example.org>`)
        .replace(/\n*$/, '\n\n'),
    ),
  );
  const separated = mails.flat().map((mail) => (mail.startsWith('From ') ? mail : `${SEPARATOR}${mail}`));
  writeFileSync(patches, separated.join(''));
}

function relore(args: readonly string[], store: string): { out: string; ms: number } {
  const from = performance.now();
  const env = { ...process.env, XDG_DATA_HOME: join(dir, store), CI: 'true' };
  const run = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env, maxBuffer: 1 << 28 });
  return { out: run.stdout, ms: performance.now() - from };
}

async function workers(db: string, count: number): Promise<number> {
  relore(['batch', patches, '--db', db, '--no-wait'], 'unused');
  const from = performance.now();
  const ends = Array.from({ length: count }, () => {
    const child = spawn(process.execPath, [program, 'worker', '--db', db, '--until-empty'], { stdio: 'ignore' });
    return new Promise((resolve) => child.on('close', resolve));
  });
  await Promise.all(ends);
  return performance.now() - from;
}

writeArchive();
const server = await startPostgres();
try {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const alone = relore(['batch', patches, '--threads', '1', '--format', 'jsonl'], 'one');
  const both = relore(['batch', patches, '--threads', '2', '--format', 'jsonl'], 'two');
  const times: number[] = [];
  let same = alone.out === both.out;
  for (const count of [1, 2]) {
    await client.query(`create database workers${count}`);
    const db = server.url.replace(/\/postgres$/, `/workers${count}`);
    times.push(await workers(db, count));
    same &&= relore(['batch', patches, '--db', db, '--no-wait', '--format', 'jsonl'], 'unused').out === alone.out;
  }
  await client.end();
  const [one = 0, two = 0] = times;
  const s = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  console.log(
    `one machine: 1 thread ${s(alone.ms)}, 2 threads ${s(both.ms)}, ${(alone.ms / both.ms).toFixed(2)} times`,
  );
  console.log(`PostgreSQL: 1 worker ${s(one)}, 2 workers ${s(two)}, ${(one / two).toFixed(2)} times (goal: 1.7)`);
  console.log(`results: ${same ? 'the same bytes' : 'NOT THE SAME'} in all four`);
} finally {
  server.stop();
  rmSync(dir, { recursive: true, force: true });
}

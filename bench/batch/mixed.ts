// A whole archive on this machine: 36,000 mails of ../shared/tools/genmbox.py, the mail samples with the retold threads and the patches of
// fixtures/ mixed in. Figures by stage, peak memory, and what is told of the patches that are harmless.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResultRow } from '../../src/history/store/store.ts';

const root = process.env['RELORE_ROOT'] ?? process.cwd();
const shared = join(root, '../shared');
const tool = join(shared, 'tools/genmbox.py');
const SAMPLES = ['patchwork/series', 'special', 'seed-threads', 'b4', 'git-t5100', 'mm-patches'];

if (existsSync(tool)) await main();
else console.log(`  skipped: ${tool} is not there`);

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'relore-bench-'));
  try {
    const archive = join(dir, 'mixed.mbox');
    const samples = SAMPLES.map((name) => join(shared, 'mail-samples', name));
    const own = ['threads', 'fixtures/patches'].map((name) => join(root, name));
    const count = process.env['RELORE_MAILS'] ?? '36000';
    execFileSync('python3', [tool, archive, '--messages', count, '--src', ...samples, ...own]);
    const { out, err, megabytes, seconds } = await batch(archive, dir);
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ResultRow);
    const harmless = harmlessIds();
    const told = rows.filter(
      ({ thread, change, scenario }) => change === 'opens' && scenario === '*' && harmless.has(idOf(thread)),
    );
    console.log(err.trimEnd());
    console.log(`  ${seconds.toFixed(1)} s (goal: 180), at most ${megabytes} MB (goal: 500)`);
    console.log(`  false alarms on ${harmless.size} harmless patches: ${told.length}`);
    for (const { subject, thread } of told) console.log(`    ${subject} <${thread}>`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs the batch with two threads; memory is the largest that the process had in RAM. */
async function batch(archive: string, dir: string) {
  const args = [join(root, 'dist/relore.js'), 'batch', archive, '--threads', '2', '--format', 'jsonl'];
  const from = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, XDG_DATA_HOME: dir, CI: 'true' } });
  let [out, err, kilobytes] = ['', '', 0];
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString();
  });
  child.stderr.on('data', (part: Buffer) => {
    err += part.toString();
  });
  const look = setInterval(() => {
    const status = existsSync(`/proc/${child.pid}/status`) ? readFileSync(`/proc/${child.pid}/status`, 'utf8') : '';
    kilobytes = Math.max(kilobytes, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
  }, 100);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(look);
  return { out, err, megabytes: Math.round(kilobytes / 1000), seconds: (performance.now() - from) / 1000 };
}

/** Message-IDs of the patches that fixtures/patches/expected.md calls harmless. */
function harmlessIds(): ReadonlySet<string> {
  const folder = join(root, 'fixtures/patches');
  const [, table = ''] = /^## Harmless\n([\s\S]*?)^## /m.exec(readFileSync(join(folder, 'expected.md'), 'utf8')) ?? [];
  const names = readdirSync(folder).filter((name) => table.includes(`| ${name.replace(/\.patch$/, '')} |`));
  const ids = names.flatMap(
    (name) => /^Message-ID: <(.*)>$/im.exec(readFileSync(join(folder, name), 'utf8'))?.[1] ?? [],
  );
  return new Set(ids.map(idOf));
}

/** Copies of a mail differ in what stands before the @. */
function idOf(id: string): string {
  return id.replace(/(?:\.c\d+)?@.*$/, '');
}

// Mails a second and peak memory: split + headers + blocks, against python's mailbox + email (compat32) and
// public-inbox-index. Run: npm run bench -- archive. RELORE_ARCHIVE names an mbox of your own; else, and besides,
// ../shared/tools/genmbox.py makes one of 36,000 mails. Times are of this machine in this run: only the ratios travel.
// Each reader runs in a process of its own; CPU seconds are compared (user + system, all threads), since they do not count
// what else the machine does: mails a CPU second are mails a second of one core. relore and python take turns; medians.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { fileChunks } from '../../src/cli/archive.ts';
import { readArchive, streamThreads } from '../../src/mail/archive.ts';

interface Run {
  readonly mails: number;
  readonly cpu: number; // s
  readonly rss: number; // MB at the peak
  readonly note?: string;
}

const TURNS = 3;
const ROOT = process.env['RELORE_ROOT'] ?? process.cwd();
const PYTHON = `
import sys, time, mailbox, email, resource
n = 0
for m in mailbox.mbox(sys.argv[1]):
    m['message-id'], m['references'], m['from'], m['subject'], m['date']
    for p in m.walk():
        if p.get_content_type() == 'text/plain':
            p.get_payload(decode=True)
    n += 1
r = resource.getrusage(resource.RUSAGE_SELF)
print(n, r.ru_utime + r.ru_stime, r.ru_maxrss / 1024)
`;

/** Reads every mail down to its blocks; what `split`, `headers` leave out is not done. */
async function readMails(path: string, level: string): Promise<void> {
  let mails = 0;
  let blocks = 0;
  const file = await open(path);
  for await (const each of readArchive(fileChunks(file), path)) {
    mails++;
    if (level !== 'blocks') continue;
    const read = each.blocks();
    blocks += (read instanceof Promise ? await read : read).length;
  }
  await file.close();
  printRun(mails, level === 'blocks' ? `${blocks} blocks` : 'no bodies');
}

async function readThreads(path: string): Promise<void> {
  const file = await open(path);
  const read = async (from: number, to: number) => {
    const bytes = Buffer.alloc(to - from);
    await file.read(bytes, 0, to - from, from);
    return bytes;
  };
  let mails = 0;
  let threads = 0;
  const chunks = () => fileChunks(file);
  for await (const { thread } of streamThreads({ name: path, chunks, read })) {
    threads++;
    mails += thread.messages.filter((message) => !message.virtual).length;
  }
  await file.close();
  printRun(mails, `${threads} threads`);
}

function printRun(mails: number, note: string): void {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  console.log(JSON.stringify({ mails, cpu: (userCPUTime + systemCPUTime) / 1e6, rss: maxRSS / 1024, note }));
}

function own(path: string, level: string): Run {
  const self = process.argv[1] ?? '';
  return JSON.parse(execFileSync(process.execPath, [self, level, path], { encoding: 'utf8' })) as Run;
}

function python(path: string): Run | string {
  const run = spawnSync('python3', ['-c', PYTHON, path], { encoding: 'utf8' });
  if (run.status !== 0) return `python3: ${run.error?.message ?? run.stderr.trim().split('\n').at(-1)}`;
  const [mails = 0, cpu = 0, rss = 0] = run.stdout.trim().split(' ').map(Number);
  return { mails, cpu, rss };
}

/** Imports into a public inbox of version 2, unmeasured, and indexes it from nothing. */
function publicInbox(path: string): Run | string {
  if (spawnSync('public-inbox-index', ['--help'], { stdio: 'ignore' }).error !== undefined)
    return 'public-inbox-index is not installed (apt install public-inbox libdbd-sqlite3-perl libsearch-xapian-perl)';
  const folder = mkdtempSync(join(tmpdir(), 'relore-inbox-'));
  const inbox = join(folder, 'inbox');
  const env = { ...process.env, HOME: folder, PI_CONFIG: join(folder, 'config'), PI_DIR: folder };
  try {
    const init = spawnSync(
      'public-inbox-init',
      ['-V2', '-L', 'basic', 'inbox', inbox, 'http://localhost/inbox', 'inbox@example.org'],
      { env, encoding: 'utf8' },
    );
    if (init.status !== 0) return `public-inbox-init: ${init.stderr.trim().split('\n').at(-1)}`;
    const git = join(inbox, 'git', '0.git');
    mkdirSync(git, { recursive: true });
    spawnSync('git', ['init', '-q', '--bare', '-b', 'master', git], { env });
    const imported = spawnSync('bash', ['-c', `python3 -c "$FAST" "$BOX" | git --git-dir="$GIT" fast-import --quiet`], {
      env: { ...env, FAST, BOX: path, GIT: git },
      encoding: 'utf8',
    });
    if (imported.status !== 0) return `git fast-import: ${imported.stderr.trim().split('\n').at(-1)}`;
    const timed = spawnSync('python3', ['-c', TIMED, 'public-inbox-index', '-L', 'basic', inbox], {
      env,
      encoding: 'utf8',
    });
    const [status = 1, cpu = 0, rss = 0] = (timed.stdout ?? '').trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
    if (status !== 0) return `public-inbox-index: ${timed.stderr.trim().split('\n').at(-1)}`;
    const count = execFileSync('git', ['--git-dir', git, 'rev-list', '--count', 'HEAD'], { encoding: 'utf8' });
    return { mails: Number(count), cpu, rss, note: 'children included' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// One commit a mail with the mail as blob `m`: the layout of a public inbox of version 2.
const FAST = `
import sys, mailbox
o = sys.stdout.buffer
for i, m in enumerate(mailbox.mbox(sys.argv[1])):
    b = m.as_bytes()
    o.write(b'commit refs/heads/master\\nmark :%d\\nauthor a <a@x> %d +0000\\ncommitter a <a@x> %d +0000\\ndata 1\\nm\\n' % (i + 1, i + 1, i + 1))
    if i: o.write(b'from :%d\\n' % i)
    o.write(b'M 100644 inline m\\ndata %d\\n' % len(b)); o.write(b); o.write(b'\\n')
`;
const TIMED = `
import sys, subprocess, resource
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
r = resource.getrusage(resource.RUSAGE_CHILDREN)
print(status, r.ru_utime + r.ru_stime, r.ru_maxrss / 1024)
`;

function row(name: string, run: Run | string, base?: Run): void {
  if (typeof run === 'string') {
    console.log(`  ${name.padEnd(34)} skipped: ${run}`);
    return;
  }
  const rate = run.mails / run.cpu;
  const ratio = base === undefined ? '' : `${(base.mails / base.cpu / rate).toFixed(2)} x`;
  console.log(
    `  ${name.padEnd(34)} ${rate.toFixed(0).padStart(8)} mails/s ${run.cpu.toFixed(1).padStart(7)} s ${run.rss.toFixed(0).padStart(6)} MB ${ratio.padStart(9)}  ${run.mails} mails${run.note === undefined ? '' : `, ${run.note}`}`,
  );
}

function measure(path: string): void {
  console.log(
    `${path}: mails a CPU second, CPU seconds, peak memory, how many times faster split + headers + blocks is`,
  );
  const ours: Run[] = [];
  const theirs: (Run | string)[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    ours.push(own(path, 'blocks'));
    theirs.push(python(path));
  }
  const blocks = median(ours);
  const pythons = theirs.filter((run) => typeof run !== 'string');
  row('split + headers', own(path, 'headers'));
  row('split + headers + blocks', blocks);
  row('threads, whole', own(path, 'threads'));
  row('python mailbox + email', pythons.length < TURNS ? theirs[0]! : median(pythons), blocks);
  row('public-inbox-index -L basic', publicInbox(path), blocks);
}

function median(runs: readonly Run[]): Run {
  return runs.toSorted((a, b) => a.cpu - b.cpu)[runs.length >> 1]!;
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'relore-bench-'));
  const tool = join(ROOT, '..', 'shared', 'tools', 'genmbox.py');
  const count = process.env['RELORE_MAILS'] ?? '36000';
  try {
    if (existsSync(tool)) {
      const box = join(folder, 'made.mbox');
      execFileSync('python3', [tool, box, '--messages', count]);
      measure(box);
    } else console.log(`  made archive skipped: ${tool} is not there`);
    const given = process.env['RELORE_ARCHIVE'];
    if (given === undefined) console.log('  archive of your own skipped: RELORE_ARCHIVE is not set');
    else measure(given);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [level, path = ''] = process.argv.slice(2);
if (level !== undefined && process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000'); // as src/cli/main.ts does
if (level === undefined) main();
else if (level === 'threads') await readThreads(path);
else await readMails(path, level);

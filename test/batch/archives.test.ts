// What a batch reads: folders of all kinds, mail that breaks the reader, and a disk that is full.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadTask } from '../../src/cli/archive-part.ts';
import { readPart } from '../../src/cli/archive-part.ts';
import type { Readers } from '../../src/cli/archive-threads.ts';
import { triagedThreads } from '../../src/cli/archive-threads.ts';
import { openArchives } from '../../src/cli/archives.ts';
import type { Knowledge } from '../../src/knowledge.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import { streamThreads } from '../../src/mail/archive.ts';
import type { Ran } from '../program.ts';
import { ROOT, runRelore } from '../program.ts';
import { smallDisk, WHY_NO_DISK } from '../small-disk.ts';

const dir = mkdtempSync(join(tmpdir(), 'relore-archives-'));
const disk = smallDisk(join(dir, 'disk'), '400k');
afterAll(() => {
  disk?.unmount();
  rmSync(dir, { recursive: true, force: true });
});

const NAMES = ['likely-branches', 'lock-then-token', 'munlock-without-goto', 'no-mapping-test', 'test-before-lru'];

/** A patch of fixtures/patches as a mail, without a separator. */
function mail(name: string): string {
  return readFileSync(join(ROOT, `fixtures/patches/${name}.patch`), 'utf8').replace(/^From .*\n/, '');
}

function mbox(...mails: readonly string[]): string {
  return mails.map((text) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${text}\n\n`).join('');
}

/** A file below `dir`, with its folders. */
function written(path: string, content: string | Buffer): string {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function batch(source: string, store: string, ...options: readonly string[]): Ran {
  const env = { ...process.env, XDG_DATA_HOME: join(dir, store), CI: 'true' };
  return runRelore(['batch', source, '--format', 'jsonl', ...options], env);
}

async function subjectsIn(folder: string): Promise<{ subjects: string[]; refused: string[] }> {
  const archive = await openArchives([folder]);
  const subjects: string[] = [];
  for await (const { thread } of streamThreads(archive.archive)) subjects.push(thread.subject);
  await archive.close();
  const refused = archive.refused.map(({ file, found, isCut }) => `${file.slice(dir.length + 1)}: ${found}, ${isCut}`);
  return { subjects, refused };
}

const letter = (subject: string) =>
  `From: A <a@example.org>\nSubject: ${subject}\nMessage-ID: <${subject}@example.org>\nDate: Mon, 2 Dec 2024 10:00:00 +0000\n\nText.\n`;

describe('a folder', () => {
  it('is read with all that is below it, in the order of the names, and what is no mail is refused', async () => {
    const archive = mbox(letter('one'), letter('two'));
    written('all/2002/06.mbox', archive);
    written('all/2002/07.mbox.gz', gzipSync(mbox(letter('three'))));
    const xz = spawnSync('xz', ['-c'], { input: mbox(letter('four')) });
    written('all/2003/01.mbox.xz', xz.stdout);
    written('all/2003/02.eml', letter('five'));
    written('all/box/cur/1:2,S', letter('six'));
    written('all/box/new/2', letter('seven'));
    written('all/box/tmp/3', letter('not-delivered'));
    written('all/box/.Sent/cur/4', letter('eight'));
    written('all/box/.notmuch/index', 'x');
    written('all/box/dovecot.index', '\0\0');
    written('all/picture.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    written('all/2004/list.json', '{"a": 1}');
    written('all/2004/empty.mbox', '');
    written('all/2004/half.mbox.gz', gzipSync(Buffer.from(archive.repeat(2000))).subarray(0, 400));
    written('all/code/.git/HEAD', 'ref: refs/heads/master\n');
    written('all/code/mm.c', 'int x;\n');
    symlinkSync('..', join(dir, 'all/2004/loop'));
    const { subjects, refused } = await subjectsIn(join(dir, 'all'));
    expect(subjects.slice(0, 5)).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(subjects.slice(-3)).toEqual(['six', 'seven', 'eight']);
    expect(refused).toEqual([
      'all/2004/empty.mbox: an empty file, false',
      expect.stringMatching(/^all\/2004\/half\.mbox\.gz: damaged data \(.*\), (?:true|false)$/),
      'all/2004/list.json: text without mail headers that begins \'{"a": 1}\', false',
      'all/picture.png: a PNG image, false',
    ]);
  });

  it('is reviewed without what is no mail, which is told and counted', () => {
    written('mixed/0001.patch', mail('likely-branches'));
    written('mixed/deep/er/list.mbox', mbox(mail('lock-then-token')));
    written('mixed/deep/data.json', '[1, 2, 3]');
    const { status, err, out } = batch(join(dir, 'mixed'), 'mixed-store');
    expect(status).toBe(1);
    expect(err).toMatch(/^refused {3}\S+\/mixed\/deep\/data\.json: text without mail headers/m);
    expect(err).toMatch(/^refused {3}1 files that are no mail$/m);
    expect(err).toContain('reviewed  2 of 2 series');
    expect(out).toContain('"change":"opens"');
  });

  it('without any mail is refused', () => {
    written('none/a/data.json', '[1]');
    const { status, err } = batch(join(dir, 'none'), 'none-store');
    expect(status).toBe(2);
    expect(err).toContain('expected mail in it, found 1 files that are none');
  });
});

describe('a mail that breaks the reader', () => {
  let knowledge: Knowledge;
  beforeAll(async () => {
    knowledge = await loadKnowledge(join(ROOT, 'rules'));
  });
  /** Reads an archive in this process; a task that reads one of the mails at `poison` breaks, as its thread would. */
  async function readFrom(path: string, poison: (task: ReadTask) => boolean) {
    const file = { path, name: basename(path), size: statSync(path).size };
    const settings = { models: ['sc'] as const } as unknown as Parameters<typeof readPart>[1];
    const readers: Readers = {
      threads: 2,
      async run<T>(task: ReadTask) {
        if (poison(task)) return { kind: 'failed', why: 'it broke' };
        return readPart(task, settings, () => Promise.resolve(knowledge)).then(
          (value) => ({ kind: 'done', value: value as T }),
          (error: Error) => ({ kind: 'failed', why: error.message }),
        );
      },
    };
    const broken: string[] = [];
    const threads: string[] = [];
    const tell = (what: string, from: number, why: string) => void broken.push(`${what} at ${from}: ${why}`);
    for await (const { mails: count, triaged } of triagedThreads(file, readers, tell))
      threads.push(`${count} ${triaged.kind === 'unit' ? triaged.unit.subject : triaged.kind}`);
    return { broken, threads };
  }
  const read = (all: readonly string[], poison: (task: ReadTask) => boolean) =>
    readFrom(written('broken.mbox', mbox(...all)), poison);
  const mails = [letter('one'), mail('likely-branches'), letter('two'), mail('lock-then-token'), letter('three')];
  const second = Buffer.byteLength(mbox(...mails.slice(0, 2)));

  it('is named by its byte when it breaks the splitting into mails, and the others are read once', async () => {
    const whole = await read(mails, () => false);
    expect(whole.threads).toHaveLength(5);
    expect(whole.broken).toEqual([]);
    const covers = (task: ReadTask) => task.kind === 'scan' && task.from <= second && second < task.from + task.most;
    const { broken, threads } = await read(mails, covers);
    expect(broken).toEqual([`mail at ${second}: it broke`]);
    expect(threads).toEqual(whole.threads.filter((_, index) => index !== 2));
  });

  it('is named when not even its end can be told, and the next line that begins a mail is the next mail', async () => {
    const path = written('huge.mbox', mbox(letter('one')) + mbox(letter('huge')));
    const from = Buffer.byteLength(mbox(letter('one')));
    const file = openSync(path, 'r+');
    writeSync(file, `\n\n${mbox(letter('two'), letter('three'))}`, 140 << 20); // a hole takes no room
    closeSync(file);
    const { broken, threads } = await readFrom(path, () => false);
    expect(broken).toEqual([
      `mail at ${from}: huge.mbox: expected mails of at most 64 MiB, found a larger one at byte ${from}`,
    ]);
    expect(threads).toEqual(['1 talk', '1 talk', '1 talk']);
  });

  it('is named when it breaks the reading of its thread, and the rest of the thread is read without it', async () => {
    const reply = letter('reply').replace('\n\n', `\nIn-Reply-To: <lock-then-token-1@example.org>\n\n`);
    const from = Buffer.byteLength(mbox(...mails));
    const breaks = (task: ReadTask) =>
      task.kind === 'threads' && task.threads.some((places) => places.some((place) => place.from === from));
    const { broken, threads } = await read([...mails, reply], breaks);
    expect(broken).toEqual([`mail at ${from}: it broke`]);
    expect(threads).toEqual((await read(mails, () => false)).threads);
  });

  it('costs no other series its result: one that needs more memory than a thread may have', () => {
    const endless = letter('endless').replace('Text.\n', '> > word word word\n'.repeat(1_000_000));
    const poisoned = written('poisoned.mbox', mbox(mail(NAMES[0]!), mail(NAMES[1]!), endless, mail(NAMES[2]!)));
    const clean = written('clean.mbox', mbox(mail(NAMES[0]!), mail(NAMES[1]!), mail(NAMES[2]!)));
    const from = Buffer.byteLength(mbox(mail(NAMES[0]!), mail(NAMES[1]!)));
    const { status, out, err } = batch(poisoned, 'poisoned-store', '--memory', '160');
    expect(err).toContain(`failed      the mail at byte ${from}: more than 160 MB of memory`);
    expect(status).toBe(1); // lock-then-token opens a race: that is told before what failed
    expect(out).toBe(batch(clean, 'clean-store').out);
  }, 120_000);
});

/** Fills the disk of `file` but for `room` bytes. */
function fill(file: string, room: number): void {
  const ballast = openSync(file, 'w');
  const page = Buffer.alloc(4096);
  let size = 0;
  try {
    for (;;) size += writeSync(ballast, page);
  } catch {
    ftruncateSync(ballast, size - room);
  }
  closeSync(ballast);
}

describe.skipIf(disk === undefined)(`a disk of 400 kB${disk === undefined ? WHY_NO_DISK : ''}`, () => {
  let alone = '';
  let archive = '';
  beforeAll(() => {
    archive = written('five.mbox', mbox(...NAMES.map(mail)));
    alone = batch(archive, 'roomy').out;
  }, 120_000);

  it('is full: the batch says so, keeps what it had stored, and the next one ends with the same bytes', () => {
    const store = join(disk?.folder ?? '', 'relore.db');
    const first = written('first.mbox', mbox(mail(NAMES[0]!)));
    expect(batch(first, 'unused', '--db', store).status).toBe(0);
    const before = batch(first, 'unused', '--db', store).out;
    fill(join(disk?.folder ?? '', 'ballast'), 64 << 10);
    const full = batch(archive, 'unused', '--db', store);
    expect(full.status).toBe(2);
    expect(full.err).toMatch(/relore\.db: expected room on the disk, found a full disk; nothing of this was stored/);
    expect(full.err).not.toContain('bug');
    expect(disk?.resize('8m')).toBe(true);
    expect(batch(first, 'unused', '--db', store).out).toBe(before);
    const again = batch(archive, 'unused', '--db', store);
    expect(again.out).toBe(alone);
  }, 120_000);
});

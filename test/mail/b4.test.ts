import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Thread, Trailer } from '../../src/types.ts';
import { missing, readShared, shared } from './mails.ts';

const FOLDER = 'mail-samples/b4';
const absent = missing(FOLDER);

/** Per patch of a reference output: its subject and the trailers of persons, as b4 wrote them, sorted. */
function reference(path: string): Map<string, string[]> {
  const patches = new Map<string, string[]>();
  let open: string[] | undefined;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const subject = /^Subject: \[PATCH[^\]]*\] (.*)$/.exec(line)?.[1];
    if (subject !== undefined) {
      open = [];
      patches.set(subject, open);
    }
    // b4 signs with the identity its own test sets.
    if (/^[A-Z][a-z]+(?:-[a-z]+)*-by: /.test(line) && !line.includes('Test Override')) open?.push(line);
  }
  return new Map([...patches].map(([subject, trailers]) => [subject, trailers.sort()]));
}

/** What `b4 am` would add to a patch: its own trailers, those given to it or to its cover, none that someone else gave. */
function collected(thread: Thread, id: string): string[] {
  const last = thread.series.length - 1;
  const rerolled = thread.postings?.[last]?.rerolls;
  const partial = rerolled !== undefined && (thread.series[last]?.missing.length ?? 0) > 0;
  const belongs = (trailer: Trailer) =>
    /-by$/.test(trailer.name) &&
    trailer.mismatch !== true &&
    (trailer.to === id ||
      (trailer.series !== undefined &&
        (thread.series[trailer.series]?.patches.includes(id) || (partial && trailer.series === rerolled))));
  return (thread.trailers ?? [])
    .filter(belongs)
    .map((trailer) => `${trailer.name}: ${trailer.value}`)
    .filter((line) => !line.includes('Test Override'))
    .sort();
}

const references = (name: string) =>
  readdirSync(shared(FOLDER)).filter(
    (file) => file.startsWith(`${name}-ref-`) && /defaults|-ordered|-unordered/.test(file),
  );

describe.skipIf(absent !== '')(`trailers as b4 collects them${absent}`, () => {
  const names =
    absent === ''
      ? readdirSync(shared(FOLDER)).flatMap((file) => /^(trailers-followup-.*)\.mbox$/.exec(file)?.slice(1) ?? [])
      : [];

  // `@@@ -1,1 +1,1 @@`: no hunk header to git, which refuses the diff; b4 greps for trailers and never looks at it.
  const malformed = names.filter((name) => /non-git-patch|stripped-lines/.test(name));
  const compared = names.filter((name) => references(name).length > 0 && !malformed.includes(name));

  it('there are references', () => {
    expect([names.length, malformed.length, compared.length]).toEqual([13, 3, 9]);
  });

  it.each(malformed)('%s: what git refuses is no patch', async (name) => {
    const thread = await readShared(`${FOLDER}/${name}.mbox`);
    expect([thread.patches, thread.trailers?.map((trailer) => trailer.to)]).toEqual([
      [],
      expect.arrayContaining([undefined]),
    ]);
  });

  it.each(compared)('%s', async (name) => {
    const thread = await readShared(`${FOLDER}/${name}.mbox`);
    const expected = reference(shared(`${FOLDER}/${references(name)[0]}`));
    const found = new Map<string, string[]>();
    for (const patch of thread.patches) found.set(patch.title, collected(thread, patch.id));
    expect(found).toEqual(expected);
  });
});

describe.skipIf(absent !== '')(`covers as b4 tells them${absent}`, () => {
  it("a bug report above an unnumbered patch is no cover; the author's own mail above it is", async () => {
    const covers = async (name: string) =>
      (await readShared(`${FOLDER}/${name}.mbox`)).postings?.map((posting) => posting.cover);
    expect(await covers('naked-cover-bugreport')).toEqual([undefined]);
    expect(await covers('naked-cover-single')).toEqual(['20221025-widget-v1-0-author@example.org']);
  });

  it.each(['shazam-git1-just-series', 'shazam-git1-with-link'])(
    '%s: the order of the commits b4 makes',
    async (name) => {
      const thread = await readShared(`${FOLDER}/${name}.mbox`);
      expect(thread.series.map((series) => [series.patches.length, series.missing])).toEqual([[4, []]]);
      expect(thread.postings?.[0]?.cover).toBeDefined();
      expect(thread.patches.filter((patch) => patch.baseCommit !== undefined).length).toBe(0);
    },
  );
});

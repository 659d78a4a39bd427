import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readThread } from '../../src/mail/read.ts';
import { review } from '../../src/review.ts';
import type { Review, ReviewDiagram } from '../../src/types.ts';

const root = join(import.meta.dirname, '..', '..');
const seed = join(root, '..', 'shared', 'seeds', '003_a1b80ebfd62945eb.txt');

async function reviewed(text: string | Uint8Array): Promise<Review> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const thread = await readThread(bytes, 'thread');
  return review(thread, { rulesDir: join(root, 'rules'), models: ['sc'], states: 2_000_000, version: '0.0.0' });
}

function lines({ steps }: ReviewDiagram): string[] {
  return steps.map(({ cpu, text }) => `${cpu ?? '?'}: ${text}`);
}

/** A mail of September 2023 about v6.3, with this in it. */
function mailWith(body: string): string {
  return `From mboxrd@z Thu Jan  1 00:00:00 1970
Date: Mon, 4 Sep 2023 10:12:31 +0200
From: Mira Solberg <mira@example.org>
Subject: munlock against the add batch
Message-ID: <drawn@relore.example>

__munlock_folio() and lru_add_fn() meet here:

${body}

That would be bad.
`;
}

const HEADER = 'CPU 0                             CPU 1\n';
const RIGHT = `${HEADER}                                  folio_evictable() // false
folio_test_clear_lru() // 0
folio_test_clear_mlocked()
                                  folio_set_lru()`;

async function drawn(body: string): Promise<ReviewDiagram> {
  const { diagrams } = await reviewed(mailWith(body));
  expect(diagrams.length).toBe(1);
  return diagrams[0]!;
}

describe('a drawing with its columns', () => {
  it('is run, and its end is said', async () => {
    const found = await drawn(RIGHT);
    expect(found).toMatchObject({
      columns: 'kept',
      solutions: 1,
      verdict: 'executable',
      patch: '',
      rule: 'stranded-unevictable',
      scenario: 'S1',
      violated: ['I-strand'],
    });
    expect(found.why).toBe(
      'on the code as it stands; it begins as stranded-unevictable S1 does: the folio waits in the add batch of another CPU; cpu0 runs munlock, cpu1 runs drain; its end violates: no evictable folio is left on the unevictable list',
    );
  });

  it('that ends well is said to end well', async () => {
    const found = await drawn(`${HEADER}folio_test_clear_lru() // 0
folio_test_clear_mlocked()
                                  folio_evictable() // true
                                  folio_set_lru()`);
    expect(found).toMatchObject({ verdict: 'executable', violated: [] });
    expect(found.why).toContain('every invariant holds at its end');
  });

  it('whose stated value the code does not give is impossible there', async () => {
    const found = await drawn(RIGHT.replace('folio_test_clear_mlocked()', 'folio_test_clear_mlocked() // 0'));
    expect(found).toMatchObject({ verdict: 'impossible', impossibleAt: 3, solutions: 0 });
    expect(found.why).toMatch(/^step 3, folio_test_clear_mlocked\(\): it gives another value there, not 0/);
  });

  it('whose order the code does not have is impossible there', async () => {
    const found = await drawn(`${HEADER}                                  folio_set_lru()
                                  folio_evictable() // false
folio_test_clear_lru()
folio_test_clear_mlocked()`);
    expect(found).toMatchObject({ verdict: 'impossible', impossibleAt: 2 });
    expect(found.why).toBe(
      'step 2, folio_evictable(): cpu1 does not come to it after step 1, folio_set_lru() (on the code as it stands, in stranded-unevictable S1, the scenario that comes furthest)',
    );
  });

  it('of functions that no rule runs is not modelled, and says which', async () => {
    const found = await drawn(`${HEADER}mem_cgroup_iter()
                                  folio_set_lru()
css_tryget()
                                  invalidate_reclaim_iterators()`);
    expect(found).toMatchObject({ verdict: 'not-modelled', solutions: 0 });
    expect(found.why).toBe(
      'no scenario that it could be runs mem_cgroup_iter(), css_tryget(), invalidate_reclaim_iterators()',
    );
  });
});

describe('a drawing whose columns were lost', () => {
  const folded = RIGHT.replace(/[ \t]+/g, ' ').replace(/^ /gm, '');

  it('is solved: the same steps for the same CPUs, when it is said which CPU is which', async () => {
    const found = await drawn(`${folded}\n\nHere CPU 0 is in __munlock_folio().`);
    expect([found.columns, found.verdict, found.solutions]).toEqual(['collapsed', 'executable', 1]);
    expect(lines(found)).toEqual([
      'cpu1: folio_evictable() // false',
      'cpu0: folio_test_clear_lru() // 0',
      'cpu0: folio_test_clear_mlocked()',
      'cpu1: folio_set_lru()',
    ]);
  });

  it('takes the first step to be of the first CPU when nothing says which is which, and says so', async () => {
    const found = await drawn(folded);
    expect(found.steps.map(({ cpu }) => cpu)).toEqual(['cpu0', 'cpu1', 'cpu1', 'cpu0']);
    expect(found.why).toContain('nothing says which CPU is which');
  });

  it('that can be solved in several ways has all of them printed, and no step gets a CPU', async () => {
    const found = await drawn('cpu0 cpu1\nfolio_evictable() // false\nfolio_test_clear_mlocked()\nfolio_set_lru()');
    expect([found.verdict, found.solutions]).toEqual(['executable', 2]);
    expect(found.assignments).toEqual([
      ['cpu0', 'cpu1', 'cpu0'],
      ['cpu0', 'cpu1', 'cpu1'],
    ]);
    expect(found.steps.map(({ cpu }) => cpu)).toEqual([undefined, undefined, undefined]);
    expect(found.why).toContain('2 ways of giving its steps to the CPUs can run');
  });

  it('of a thousand lines is not run', async () => {
    const found = await drawn(`cpu0 cpu1\n${'folio_set_lru()\nfolio_evictable()\n'.repeat(500)}`);
    expect([found.verdict, found.why]).toEqual(['not-modelled', 'it has more than 60 steps']);
  });
});

describe('threads/mlock-large-folio', () => {
  let found: readonly ReviewDiagram[];
  beforeAll(async () => {
    found = (await reviewed(readFileSync(join(root, 'threads', 'mlock-large-folio', 'thread.mbox')))).diagrams;
  });

  it('the first drawing argues about the posted patch, which has the second look at PG_lru', () => {
    expect(found[0]).toMatchObject({
      columns: 'kept',
      verdict: 'executable',
      patch: 'patch-1',
      violated: ['I-strand'],
    });
  });

  it('the second one, without columns, argues about the fix of the mail before it', () => {
    expect(found[1]).toMatchObject({ solutions: 1, verdict: 'executable', patch: 'fix-1', violated: ['I-strand'] });
    expect(found[1]?.steps.map(({ cpu }) => cpu).join(' ')).toBe('cpu1 cpu0 cpu0 cpu1 cpu1');
  });
});

const needs = existsSync(seed) ? '' : ' (skipped: needs ../shared)';

describe.skipIf(needs !== '')(`seed 003${needs}`, () => {
  it('both collapsed diagrams have one assignment, the second with the first fix applied; names of people change nothing', async () => {
    const text = readFileSync(seed, 'utf8');
    const { diagrams } = await reviewed(text);
    expect(diagrams.map(lines)).toEqual([
      [
        'cpu2: isolate folio',
        'cpu1: folio_test_clear_lru() // 0',
        'cpu2: putback folio // add to unevictable list',
        'cpu1: folio_test_clear_mlocked()',
      ],
      [
        'cpu2: folio_evictable() //false',
        'cpu1: folio_test_clear_mlocked()',
        'cpu1: folio_test_clear_lru() //false',
        'cpu2: folio_set_lru()',
      ],
    ]);
    expect(
      diagrams.map(({ solutions, verdict, patch, scenario, violated }) => [
        solutions,
        verdict,
        patch,
        scenario,
        violated,
      ]),
    ).toEqual([
      [1, 'executable', '', 'S2', ['I-strand']],
      [1, 'executable', 'fix-1', 'S1', ['I-strand']],
    ]);
    const renamed = text.replaceAll('Yosry', 'Qwert').replaceAll('Fengwei', 'Zuiop').replaceAll('Yin', 'Asd');
    const others = (await reviewed(renamed)).diagrams;
    expect(others.map(({ verdict, patch, trace }) => [verdict, patch, trace])).toEqual(
      diagrams.map(({ verdict, patch, trace }) => [verdict, patch, trace]),
    );
    expect(others.map(lines)).toEqual(diagrams.map(lines));
  });
});

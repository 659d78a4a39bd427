import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit-code.ts';
import { readThread } from '../../src/mail/read.ts';
import { review } from '../../src/review.ts';
import type { Review } from '../../src/types.ts';
import { inFunction, mailWith, once, patchMail } from './mail.ts';

const root = join(import.meta.dirname, '..', '..');
const tree612 = process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12';
const tree61 = process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1';
const absent = [tree612, tree61].filter((tree) => !existsSync(join(tree, 'mm', 'mlock.c')));
const why = absent.length === 0 ? '' : ` (skipped: needs kernel trees 6.12 and 6.1, absent: ${absent.join(', ')})`;

async function reviewOf(mail: Uint8Array, tree?: string): Promise<Review> {
  const thread = await readThread(mail, 'patch.eml');
  return review(thread, {
    rulesDir: join(root, 'rules'),
    models: ['sc'],
    states: 2_000_000,
    version: '0.0.0',
    ...(tree === undefined ? {} : { tree }),
  });
}

const clearFirst = inFunction('__munlock_folio', (body) => {
  const block = /\n\tif \(folio_test_clear_mlocked\(folio\)\) \{[\s\S]*?\n\t\}\n/.exec(body)?.[0] ?? '';
  const without = once(body, /\n\tif \(folio_test_clear_mlocked\(folio\)\) \{[\s\S]*?\n\t\}\n/, '\n');
  return once(without, /\n\tif \(!folio_test_clear_lru\(folio\)\)/, `${block}\n\tif (!folio_test_clear_lru(folio))`);
});

const setEarly = inFunction('lru_add', (body) =>
  once(
    body,
    /\n\tif \(folio_evictable\(folio\)\) \{/,
    '\n\tfolio_set_lru(folio);\n\tsmp_mb__after_atomic();\n\tif (folio_evictable(folio)) {',
  ),
);
const setOnlyForMovers = inFunction('folio_batch_move_lru', (body) =>
  once(body, /\n\t\tfolio_set_lru\(folio\);/, '\n\t\tif (move_fn != lru_add)\n\t\t\tfolio_set_lru(folio);'),
);

const verdicts = (found: Review): Record<string, string> =>
  Object.fromEntries(
    found.checks
      .filter((check) => check.patch === 'patch-1' && check.level === 'error')
      .map((check) => [`${check.scenario} ${check.invariant}`, check.change]),
  );

describe.skipIf(absent.length > 0)(`patch mails against real trees${why}`, () => {
  it('clearing PG_mlocked first, as a diff, leaves the race open with a schedule of its own', async () => {
    const found = await reviewOf(
      patchMail(tree612, 'mm/mlock: clear first', [{ path: 'mm/mlock.c', edit: clearFirst }]),
      tree612,
    );
    expect(found.patches[0]).toMatchObject({
      id: 'patch-1',
      applies: true,
      verdict: 'does-not-close',
      functions: ['__munlock_folio'],
    });
    const s1 = found.checks.find(
      (check) => check.scenario === 'S1' && check.patch === 'patch-1' && check.invariant === 'I-strand',
    );
    expect(s1?.before.verdict).toBe('violated');
    expect(s1?.after.verdict).toBe('violated');
    const after =
      found.traces[s1?.after.trace ?? '']?.steps
        .filter((step) => step.matters && step.cpu === 'cpu1')
        .map((step) => step.event) ?? [];
    expect(
      after.filter((event) => /mlocked|lru of/.test(event)).map((event) => event.replace(/.*clear (\w+).*/, '$1')),
    ).toEqual(['mlocked', 'lru']);
    expect(exitCode(found, 'opens')).toBe(0);
  });

  it('the old order together with clearing first closes the race, with a third process too', async () => {
    const mail = patchMail(tree612, 'mm: old order', [
      { path: 'mm/mlock.c', edit: clearFirst },
      { path: 'mm/swap.c', edit: (text) => setOnlyForMovers(setEarly(text)) },
    ]);
    const found = await reviewOf(mail, tree612);
    const { 'S1 I-strand': s1, 'S2 I-strand': s2, 'S1i I-strand': s1i, ...others } = verdicts(found);
    expect({ s1, s2, s1i }).toEqual({ s1: 'closes', s2: 'closes', s1i: 'closes' });
    // The same order closes the strand of shm-unlock; nothing that other rules look at is opened.
    expect(new Set(Object.values(others))).toEqual(new Set(['keeps', 'closes']));
    expect(found.patches[0]?.verdict).toBe('closes');
  });

  it('leaving the later set of PG_lru in as well gives the token away twice: a third process finds it', async () => {
    const mail = patchMail(tree612, 'mm: old order, both sets', [
      { path: 'mm/mlock.c', edit: clearFirst },
      { path: 'mm/swap.c', edit: setEarly },
    ]);
    const found = await reviewOf(mail, tree612);
    const changes = verdicts(found);
    expect(changes['S1 I-strand']).toBe('closes');
    expect(changes['S2 I-strand']).toBe('closes');
    const opened = Object.entries(changes)
      .filter(([, change]) => change === 'opens')
      .map(([name]) => name);
    expect(opened).toContain('S1i assert: VM_BUG_ON_FOLIO(folio_test_lru(folio), folio)');
    expect(opened.every((name) => name.startsWith('S1i '))).toBe(true);
    expect(found.patches[0]?.verdict).toBe('opens');
    expect(exitCode(found, 'opens')).toBe(1);
  });

  it('a renamed local, a tracepoint and moved statistics keep everything as it was', async () => {
    const harmless = inFunction('__munlock_folio', (body) => {
      const renamed = body.replaceAll(/\bisolated\b/g, 'token_held');
      return once(
        renamed,
        /\n\tif \(!folio_test_clear_lru\(folio\)\)/,
        '\n\ttrace_mm_lru_activate(folio);\n\tif (!folio_test_clear_lru(folio))',
      );
    });
    const moved = inFunction('lru_add', (body) => {
      const count = '__count_vm_events(UNEVICTABLE_PGCULLED, nr_pages);';
      return once(
        once(body, /\n\t\tif \(!was_unevictable\)\n\t\t\t__count_vm_events\(UNEVICTABLE_PGCULLED, nr_pages\);/, ''),
        /\n\t\tfolio_clear_active\(folio\);/,
        `\n\t\tif (!was_unevictable)\n\t\t\t${count}\n\t\tfolio_clear_active(folio);`,
      );
    });
    const found = await reviewOf(
      patchMail(tree612, 'mm: tidy up', [
        { path: 'mm/mlock.c', edit: harmless },
        { path: 'mm/swap.c', edit: moved },
      ]),
      tree612,
    );
    expect(found.patches[0]).toMatchObject({ applies: true, verdict: 'keeps' });
    expect(
      new Set(found.checks.filter((check) => check.patch === 'patch-1').map((check) => check.change)),
    ).not.toContain('opens');
    expect(exitCode(found, 'opens')).toBe(0);
  });

  it('a diff whose context is not in the tree is refused with the reason, exit 3', async () => {
    const mail = patchMail(tree612, 'mm: from elsewhere', [{ path: 'mm/mlock.c', edit: clearFirst }]);
    const broken = new TextDecoder().decode(mail).replaceAll('folio_test_clear_mlocked', 'folio_test_clear_elsewhere');
    const found = await reviewOf(new TextEncoder().encode(broken), tree612);
    expect(found.patches[0]).toMatchObject({ applies: false, verdict: 'unknown' });
    expect(found.patches[0]?.reason).toMatch(/mm\/mlock\.c/);
    expect(found.checks.filter((check) => check.patch === 'patch-1')).toEqual([]);
    expect(exitCode(found, 'opens')).toBe(3);
  });

  it('a diff that calls what nothing defines is refused by that name, also when its hunks name no function', async () => {
    const callsNothing = inFunction('__munlock_folio', (body) =>
      once(
        body,
        /\n\tif \(folio_test_clear_mlocked\(folio\)\)/,
        '\n\tif (nobody_defines_this(folio) && folio_test_clear_mlocked(folio))',
      ),
    );
    const mail = patchMail(tree612, 'mm: calls nothing', [{ path: 'mm/mlock.c', edit: callsNothing }]);
    const nameless = new TextDecoder()
      .decode(mail)
      .replaceAll(/^(@@ .* @@).*$/gm, '$1')
      .replaceAll(/^index .*\n/gm, '');
    const found = await reviewOf(new TextEncoder().encode(nameless), tree612);
    expect(found.patches[0]).toMatchObject({ applies: false, verdict: 'unknown' });
    expect(found.patches[0]?.reason).toContain('nobody_defines_this');
    expect(exitCode(found, 'opens')).toBe(3);
  });

  it.each([
    ['the clear moved up', [{ path: 'mm/mlock.c', edit: clearFirst }]],
    ['the old order', [{ path: 'mm/swap.c', edit: (text: string) => setOnlyForMovers(setEarly(text)) }]],
    [
      'both',
      [
        { path: 'mm/mlock.c', edit: clearFirst },
        { path: 'mm/swap.c', edit: setEarly },
      ],
    ],
  ])('a 6.12 diff given with the 6.1 tree is refused, never reported as unchanged: %s', async (_, edits) => {
    const found = await reviewOf(patchMail(tree612, 'mm: newer than the tree', edits), tree61);
    expect(found.patches[0]?.applies).toBe(false);
    expect(found.patches[0]?.verdict).toBe('unknown');
    expect(exitCode(found, 'opens')).toBe(3);
  });

  it('a diff that touches only functions no rule knows is not reviewed, and says which, exit 0', async () => {
    const edit = inFunction('can_do_mlock', (body) => once(body, /\n\treturn false;/, '\n\treturn 0;'));
    const found = await reviewOf(patchMail(tree612, 'mm/mlock: spell it', [{ path: 'mm/mlock.c', edit }]), tree612);
    expect(found.patches[0]).toMatchObject({ verdict: 'not-reviewed', reason: 'no rule covers can_do_mlock()' });
    expect(exitCode(found, 'opens')).toBe(0);
  });
});

describe('a patch without a tree', () => {
  it('to a file that the model sources do not have is not reviewed, exit 0', async () => {
    const diff = [
      '--- a/fs/example/file.c',
      '+++ b/fs/example/file.c',
      '@@ -1,3 +1,3 @@ static int example_open(struct inode *inode)',
      ' a',
      '-b',
      '+c',
      ' d',
      '',
    ].join('\n');
    const found = await reviewOf(mailWith('fs: example', diff));
    expect(found.patches[0]?.verdict).toBe('not-reviewed');
    expect(exitCode(found, 'opens')).toBe(0);
  });
});

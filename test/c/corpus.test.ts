// Every function of mm/*.c of the real trees through the sanitiser and the parser: which have an error node. "No error
// node" is not "read right"; that is what lower.test.ts is for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { indexFile } from '../../src/c/file-index.ts';
import { loadGrammar, parse, problems } from '../../src/c/grammar.ts';
import { parseConfig } from '../../src/c/preprocess.ts';
import { openTree } from '../../src/c/tree.ts';
import { trees } from './trees.ts';

const NAMED =
  `lru_add lru_add_fn folio_batch_move_lru lru_move_tail lru_move_tail_fn lru_add_drain_cpu __lru_add_drain_all
  __mlock_folio __munlock_folio __mlock_page __munlock_page mlock_new_folio mlock_new_page mlock_folio_batch
  mlock_pagevec mlock_folio munlock_folio munlock_page zap_pte_range should_zap_cows should_zap_folio should_zap_page
  unmap_mapping_range unmap_mapping_folio unmap_mapping_pages do_swap_page do_fault_around filemap_map_pages
  next_uptodate_folio next_uptodate_page filemap_map_folio_range folio_wait_bit_common migration_entry_wait_on_locked
  mem_cgroup_move_account folio_lruvec_lock folio_lruvec_lock_irq folio_lruvec_lock_irqsave isolate_migratepages_block
  folio_isolate_lru move_folios_to_lru folio_putback_lru folio_migrate_mapping remove_migration_pte
  split_huge_page_to_list split_huge_page_to_list_to_order zap_huge_pmd try_to_migrate_one try_to_unmap_one
  shmem_undo_range truncate_inode_pages_range truncate_inode_folio`.split(/\s+/);

beforeAll(loadGrammar);

describe.each(trees)('mm/*.c of $name (skipped where the tree is not unpacked)', (tree) => {
  it.skipIf(!tree.here)(
    'at most 0.25 % of the functions have an error node, none of those that matter',
    { timeout: 300_000 },
    () => {
      const config = parseConfig(readFileSync(join(import.meta.dirname, '../../rules/kernel.config'), 'utf8'));
      const source = openTree(tree.dir);
      const bad: string[] = [];
      const seen = new Set<string>();
      let count = 0;
      for (const path of source.paths.filter((one) => /^mm\/\w[\w-]*\.c$/.test(one))) {
        const file = source.read(path);
        if (file === undefined) continue;
        for (const fn of indexFile(file, config).functions.values()) {
          if (fn.generated || fn.name === '' || /^(?:SYSCALL_DEFINE|COMPAT_SYSCALL|DEFINE_|EXPORT_)/.test(fn.name))
            continue;
          count++;
          seen.add(fn.name);
          const parsed = parse(fn.text, 0, 1);
          if (problems(parsed, parsed.root).length > 0)
            bad.push(
              `${path} ${fn.name}${process.env['WHY'] === undefined ? '' : ` ${problems(parsed, parsed.root)[0]?.found}`}`,
            );
        }
      }
      console.log(`${tree.name}: ${count} functions, with an error node: ${bad.join(', ') || 'none'}`);
      expect(bad.filter((one) => NAMED.includes(one.split(' ')[1] ?? ''))).toEqual([]);
      expect(NAMED.filter((name) => seen.has(name)).length).toBeGreaterThanOrEqual(32);
      expect(bad.length / count).toBeLessThanOrEqual(0.0025);
    },
  );
});

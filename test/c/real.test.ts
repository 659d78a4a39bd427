import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { indexFile } from '../../src/c/file-index.ts';
import { loadGrammar, parse, problems } from '../../src/c/grammar.ts';
import { parseConfig } from '../../src/c/preprocess.ts';
import { lowerScenario } from '../../src/c/scenario.ts';
import { openTree } from '../../src/c/tree.ts';
import { newWorkshop } from './specimen.ts';

const root = join(import.meta.dirname, '../..');
const trees = [
  { name: '6.12', dir: process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12' },
  { name: '6.1', dir: process.env['RELORE_TREE_61'] ?? '/tmp/relore-trees/linux-source-6.1' },
];

// By tree and scenario: instructions of P0 and P1, functions inlined, cells.
const COUNTS: Readonly<Record<string, readonly number[]>> = {
  '6.12 S1': [150, 153, 30, 304],
  '6.12 S2': [150, 250, 33, 304],
  '6.1 S1': [122, 115, 33, 269],
  '6.1 S2': [122, 183, 36, 269],
};

// The functions of mlock.c and swap.c that a grammar without any help reads.
const NAMED = {
  '6.12': [
    'lru_add',
    'folio_batch_move_lru',
    'lru_move_tail',
    'lru_add_drain_cpu',
    'mlock_folio_batch',
    '__mlock_folio',
    '__munlock_folio',
    'mlock_new_folio',
    '__mlock_new_folio',
    'munlock_folio',
  ],
  '6.1': [
    'lru_add_fn',
    'folio_batch_move_lru',
    'lru_move_tail_fn',
    'lru_add_drain_cpu',
    '__mlock_page',
    '__munlock_page',
    'mlock_new_page',
    '__mlock_new_page',
    'munlock_page',
    'mlock_pagevec',
  ],
} as const;

beforeAll(loadGrammar);

describe.each(trees)('the real tree $name (skipped where it is not unpacked)', ({ name, dir }) => {
  describe.skipIf(!existsSync(join(dir, 'mm')))(dir, () => {
    it('S1 and S2 lower, with these counts', { timeout: 60_000 }, () => {
      const source = openTree(dir);
      const workshop = newWorkshop();
      const found: Record<string, readonly number[]> = {};
      for (const scenario of scenarios().filter((one) => one.name === 'S1' || one.name === 'S2')) {
        const lowered = lowerScenario(workshop, source, { ...scenario, file: 'rules/stranded-unevictable.md' });
        expect(lowered.kind === 'refused' ? lowered.refusal : lowered.kind).toBe('lowered');
        if (lowered.kind === 'refused') continue;
        const { processes, cells } = lowered.program;
        found[`${name} ${scenario.name}`] = [
          ...processes.map((process) => process.code.length),
          lowered.functions.size,
          cells.length,
        ];
      }
      expect(found).toEqual(Object.fromEntries(Object.entries(COUNTS).filter(([key]) => key.startsWith(`${name} `))));
    });

    it.each(NAMED[name as '6.1' | '6.12'])('%s parses without an error node', (fn) => {
      const config = parseConfig(readFileSync(join(root, 'rules/kernel.config'), 'utf8'));
      const source = openTree(dir);
      const definitions = ['mm/swap.c', 'mm/mlock.c'].map((path) => {
        const file = source.read(path);
        return file === undefined ? undefined : indexFile(file, config).functions.get(fn);
      });
      const definition = definitions.find((one) => one !== undefined);
      expect(definition?.name).toBe(fn);
      const parsed = parse(definition?.text ?? '', 0, 1);
      expect(problems(parsed, parsed.root)).toEqual([]);
    });
  });
});

/** The scenarios of the rule, by their fences; the rules stage reads them properly. */
function scenarios(): { name: string; code: string; line: number }[] {
  const text = readFileSync(join(root, 'rules/stranded-unevictable.md'), 'utf8');
  return [...text.matchAll(/^## (\w+):[^\n]*\n(?:(?!^## )[\s\S])*?```c scenario\n([\s\S]*?)^```/gm)].map((match) => ({
    name: match[1] ?? '',
    code: match[2] ?? '',
    line: text.slice(0, match.index + match[0].indexOf('```c scenario')).split('\n').length + 1,
  }));
}

// The kernel's own tests, read by path: verdicts, states and counts of herd7 7.58 with the model of 6.12.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { litmus } from '../../../src/check/litmus/litmus.ts';
import { checkLkmm } from '../../../src/check/lkmm/engine.ts';

const tree = process.env['RELORE_TREE_612'] ?? '/tmp/relore-trees/linux-source-6.12';
const folder = join(tree, 'tools/memory-model/litmus-tests');
const table = join(import.meta.dirname, '../../../../shared/litmus/kernel-lkmm.csv');
const isHere = existsSync(folder) && existsSync(table);

describe.skipIf(!isHere)(
  'the litmus tests of 6.12 (needs kernel tree 6.12 with tools/memory-model, and ../shared)',
  () => {
    const rows = isHere ? readFileSync(table, 'utf8').trim().split('\n').slice(1) : [];

    it('there are 35', () => expect(rows).toHaveLength(35));

    it.each(rows)('%s', (row) => {
      const [file, word, flags, states, positive, negative] = row.split(',') as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      const test = litmus(readFileSync(join(folder, file), 'utf8'), file);
      if (test.kind === 'refused') throw new Error(test.refusal.why);
      const answer = checkLkmm(test.program, test.question);
      if (answer.kind === 'refused') throw new Error(answer.refusal.why);
      expect({ ...answer, states: answer.states.length }).toMatchObject({
        kind: 'complete',
        word,
        positive: Number(positive),
        negative: Number(negative),
        states: Number(states),
        race: flags !== '',
      });
    });
  },
);

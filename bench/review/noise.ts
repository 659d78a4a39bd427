// Signal and noise of a release on the fixed corpus of fixtures/patches: false findings a comment and a review, and findings missed.
// A rule that makes this worse is not merged. Prints, asserts nothing: test/acceptance/fixtures.test.ts asserts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readThread } from '../../src/mail/read.ts';
import { findingsOf } from '../../src/report/findings.ts';
import { review } from '../../src/review.ts';
import { readExpected } from './expected.ts';

const { RELORE_ROOT: root = '.' } = process.env;
const folder = join(root, 'fixtures/patches');

interface Counts {
  patches: number;
  told: number; // scenarios that a review says a patch opens
  wrong: number; // of those, not in the table
  missed: number; // in the table and not told
  reviews: number; // patches with a wrong one
}

async function main(): Promise<void> {
  const rows = readExpected(folder);
  const counts = new Map<string, Counts>();
  for (const file of new Set(rows.map((row) => row.file))) {
    const thread = await readThread(readFileSync(join(folder, `${file}.patch`)), file);
    const options = { rulesDir: join(root, 'rules'), models: ['sc' as const], states: 2_000_000, version: '0.0.0' };
    const found = findingsOf(await review(thread, options));
    for (const row of rows.filter((one) => one.file === file)) {
      const own = found.filter(
        ({ patch, state }) => patch?.id === row.patch && (state === 'opens' || state === 'transient'),
      );
      const told = new Set(own.flatMap(({ runs }) => runs.map(({ scenario }) => scenario)));
      const wrong = [...told].filter((scenario) => !row.opens.includes(scenario)).length;
      const all = counts.get(row.section) ?? { patches: 0, told: 0, wrong: 0, missed: 0, reviews: 0 };
      all.patches += 1;
      all.told += told.size;
      all.wrong += wrong;
      all.missed += row.opens.filter((scenario) => !told.has(scenario)).length;
      all.reviews += wrong > 0 ? 1 : 0;
      counts.set(row.section, all);
    }
  }
  const line = (name: string, numbers: readonly (string | number)[]): string =>
    `${name.padEnd(24)}${numbers.map((one) => String(one).padStart(10)).join('')}`;
  console.log(line('', ['patches', 'findings', 'false', 'missed', 'reviews']));
  for (const [name, { patches, told, wrong, missed, reviews }] of counts)
    console.log(line(name, [patches, told, wrong, missed, reviews]));
  const sum = (key: keyof Counts): number => [...counts.values()].reduce((total, one) => total + one[key], 0);
  console.log(line('all', [sum('patches'), sum('told'), sum('wrong'), sum('missed'), sum('reviews')]));
  console.log('findings: scenarios told as opened; false: not in the table; reviews: patches with a false finding');
}

await main();

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRules } from '../../src/rules/load.ts';
import { prepare } from '../../src/rules/prepare.ts';
import { keyOf, readKnown } from '../../src/rules/prepared.ts';
import { parseVocabulary } from '../../src/rules/vocabulary.ts';

const RULES = join(import.meta.dirname, '../../rules');

it('what the build prepares is what the texts say, through JSON too', () => {
  const prepared = JSON.parse(JSON.stringify(prepare(RULES))) as ReturnType<typeof prepare>;
  expect(Object.values(prepared.rules)).toEqual(readRules(RULES));
  const text = readFileSync(join(RULES, 'vocabulary.md'), 'utf8');
  expect(prepared.vocabularies[keyOf('rules/vocabulary.md', text)]).toEqual(
    parseVocabulary(text, 'rules/vocabulary.md'),
  );
});

it('an edited text, and the same text under another name, have keys of their own', () => {
  expect(new Set([keyOf('rules/a.md', 'x'), keyOf('rules/a.md', 'x '), keyOf('rules/b.md', 'x')]).size).toBe(3);
});

it('a folder reads the same with and without a build', async () => {
  expect((await readKnown(RULES)).rules).toEqual(readRules(RULES));
});

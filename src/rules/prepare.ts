// Run by the build: reads the shipped rules once, so that a command does not have to.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRule } from './load.ts';
import type { Prepared } from './prepared.ts';
import { keyOf, ruleFiles } from './prepared.ts';
import { parseVocabulary } from './vocabulary.ts';

/** Reads the rules and the vocabulary of the folder `dir`. Throws InputError (file:line) for a text that is not valid. */
export function prepare(dir: string): Prepared {
  const rules = ruleFiles(dir).map((name) => {
    const text = readFileSync(join(dir, name), 'utf8');
    return [keyOf(`rules/${name}`, text), parseRule(text, `rules/${name}`)] as const;
  });
  const text = readFileSync(join(dir, 'vocabulary.md'), 'utf8');
  const vocabulary = parseVocabulary(text, 'rules/vocabulary.md');
  return {
    rules: Object.fromEntries(rules),
    vocabularies: { [keyOf('rules/vocabulary.md', text)]: vocabulary },
  };
}

// Rules and vocabulary as the build has read them, for texts that are still the same. Parsing the Markdown of the rules
// takes longer than most searches; a file that was edited since is parsed as ever.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import type { Rule, Vocabulary } from '../types.ts';

/** What a build has read, by keyOf(). */
export interface Prepared {
  readonly rules: Readonly<Record<string, Rule>>;
  readonly vocabularies: Readonly<Record<string, Vocabulary>>;
}

const NOT_RULES = ['README.md', 'vocabulary.md'];

/** The paths of the rules of the folder `dir`, relative to it and sorted. Subfolders, README.md and vocabulary.md are no rules. */
export function ruleFiles(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.md') && !NOT_RULES.includes(name))
    .sort();
}

/** The key of a file in Prepared: its path and its text. */
export function keyOf(file: string, text: string): string {
  return createHash('sha256').update(`${file}\0${text}`).digest('hex');
}

/** The rules and the vocabulary of the folder `dir`. Throws InputError (file:line) for a text that is not valid. */
export async function readKnown(dir: string): Promise<{ readonly rules: Rule[]; readonly vocabulary: Vocabulary }> {
  const prepared = readPrepared();
  const rules: Rule[] = [];
  for (const name of ruleFiles(dir)) {
    const text = readText(join(dir, name));
    const known = prepared?.rules[keyOf(`rules/${name}`, text)];
    rules.push(known ?? (await import('./load.ts')).parseRule(text, `rules/${name}`));
  }
  const text = readText(join(dir, 'vocabulary.md'));
  const known = prepared?.vocabularies[keyOf('rules/vocabulary.md', text)];
  const vocabulary = known ?? (await import('./vocabulary.ts')).parseVocabulary(text, 'rules/vocabulary.md');
  return { rules, vocabulary };
}

/** What the build left beside the bundle; nothing when the sources run as they are. */
function readPrepared(): Prepared | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = [join(here, 'prepared.json'), join(here, '..', 'prepared.json')].find((path) => existsSync(path));
  return found === undefined ? undefined : (JSON.parse(readFileSync(found, 'utf8')) as Prepared);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new InputError({ place: { file: path }, expected: 'a readable file', found: 'none' });
  }
}

// rules/history/computed.json: the history as data, so that it answers at once. Nothing of the engine is loaded here.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { InputError } from '../errors.ts';
import { ruleFiles } from '../rules/prepared.ts';
import type { History } from '../types.ts';
import { statedFiles } from './stated.ts';

/** The file in the rules folder `dir`. */
export function historyFile(dir: string): string {
  return join(dir, 'history', 'computed.json');
}

/**
 * sha256, in hex, of what the history of the rules folder `dir` is computed from: the rules themselves, the primitives and the
 * configuration, the patch stack, and what rules/history states. How claims are read is no part of it.
 */
export function sourcesHash(dir: string): string {
  const hash = createHash('sha256');
  for (const name of [
    ...ruleFiles(dir),
    'vocabulary.md',
    'primitives.h',
    'kernel.config',
    ...filesUnder(dir, 'kernel'),
  ])
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(dir, name)))
      .update('\0');
  for (const name of statedFiles(join(dir, 'history')))
    hash
      .update(`history/${name}\0`)
      .update(readFileSync(join(dir, 'history', name)))
      .update('\0');
  return hash.digest('hex');
}

function filesUnder(dir: string, folder: string): string[] {
  return readdirSync(join(dir, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/**
 * Returns the history of the rules folder `dir`. Throws InputError when there is none, and when the rules have changed since
 * it was computed: a verdict of other rules is none of these.
 */
export function readHistory(dir: string): History {
  const file = historyFile(dir);
  let history: History;
  try {
    history = JSON.parse(readFileSync(file, 'utf8')) as History;
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'a file that does not read';
    throw new InputError({ place: { file }, expected: `the computed history, which ${again(dir)} writes`, found });
  }
  if (history.schema !== 'relore.history/1' || history.sources !== sourcesHash(dir)) {
    const expected = `the history of the rules as they are: ${again(dir)} computes it in about two minutes`;
    throw new InputError({ place: { file }, expected, found: 'that of other rules' });
  }
  return history;
}

function again(dir: string): string {
  return `\`relore history --recompute --rules ${dir}\``;
}

/** The bytes of the file: one element of a list a line, so that a change of one verdict is a change of one line. */
export function historyText(history: History): string {
  const parts = Object.entries(history).map(([key, value]) => `${JSON.stringify(key)}: ${valueText(value)}`);
  return `{\n${parts.join(',\n')}\n}\n`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[\n${value.map((one) => JSON.stringify(one)).join(',\n')}\n]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{\n${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${JSON.stringify(one)}`)
    .join(',\n')}\n}`;
}

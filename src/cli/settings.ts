// What is not said on the command line: git config relore.*, then a file of the user's own, then whether CI is set.
// Nothing is read from the tree under review: a patch must not choose how it is judged.

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { InputError } from '../errors.ts';
import { runGit } from './git.ts';

/** The settings that may stand in git config (relore.failOn) and in the file (fail-on). */
export const SETTINGS = [
  'fail-on',
  'only',
  'format',
  'waivers',
  'tree',
  'base',
  'kernel',
  'model',
  'bound',
  'color',
  'lists',
  'people',
] as const;

/** A setting and where it was found, for messages. */
export interface Setting {
  readonly name: (typeof SETTINGS)[number];
  readonly value: string;
  readonly file: string; // 'git config' or the path of the file
  readonly line?: number; // 1-based
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Returns the settings of git config and of the file; what git config says comes before what the file says. The file is
 * $RELORE_CONFIG, else relore/config.yaml in $XDG_CONFIG_HOME or ~/.config. Throws InputError for an unknown name.
 */
export function readSettings(folder: string, env: Env): readonly Setting[] {
  const ours = gitSettings(folder);
  const theirs = fileSettings(settingsFile(env), env['RELORE_CONFIG'] !== undefined);
  return [...ours, ...theirs.filter(({ name }) => !ours.some((setting) => setting.name === name))];
}

/** Returns where the settings file is looked for. */
export function settingsFile(env: Env): string {
  const { RELORE_CONFIG: own, XDG_CONFIG_HOME: xdg } = env;
  return own ?? join(xdg === undefined || xdg === '' ? join(homedir(), '.config') : xdg, 'relore', 'config.yaml');
}

/** True when a CI system runs relore: they all set CI. */
export function isCi(env: Env): boolean {
  const { CI: ci = '' } = env;
  return ci !== '' && ci !== '0' && ci !== 'false';
}

/** git gives keys in lower case: relore.failon. The last value of a key counts, as for git itself. */
function gitSettings(folder: string): readonly Setting[] {
  const { status, out } = runGit(folder, ['config', '--null', '--get-regexp', '^relore\\.[a-z]+$']);
  if (status !== 0) return [];
  const found = new Map<string, Setting>();
  for (const entry of out.toString('utf8').split('\0')) {
    const [key = '', ...rest] = entry.split('\n');
    if (key === '') continue;
    const short = key.replace(/^relore\./, '');
    const name = SETTINGS.find((known) => known.replaceAll('-', '') === short);
    if (name === undefined) throw unknownName('git config', undefined, key);
    found.set(name, { name, value: rest.join('\n'), file: 'git config' });
  }
  return [...found.values()];
}

function fileSettings(file: string, asked: boolean): readonly Setting[] {
  if (!existsSync(file)) {
    if (asked) throw new InputError({ place: { file }, expected: 'a settings file (RELORE_CONFIG)', found: 'none' });
    return [];
  }
  const counter = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: counter });
  const [error] = document.errors;
  if (error !== undefined) {
    const place = { file, line: counter.linePos(error.pos[0]).line };
    throw new InputError({ place, expected: 'YAML', found: (error.message.split('\n')[0] ?? '').replace(/:$/, '') });
  }
  if (document.contents === null) return [];
  if (!isMap(document.contents))
    throw new InputError({ place: { file, line: 1 }, expected: 'settings as "name: value"', found: 'something else' });
  return document.contents.items.map(({ key, value }) => {
    const line = counter.linePos((key as { range?: [number, number, number] }).range?.[0] ?? 0).line;
    const given = isScalar(key) ? String(key.value) : '';
    const name = SETTINGS.find((known) => known === given);
    if (name === undefined) throw unknownName(file, line, given);
    if (!isScalar(value) || value.value === null)
      throw new InputError({ place: { file, line }, expected: `a text for ${name}`, found: 'something else' });
    return { name, value: value.source ?? String(value.value), file, line };
  });
}

function unknownName(file: string, line: number | undefined, name: string): InputError {
  const place = line === undefined ? { file } : { file, line };
  return new InputError({ place, expected: `one of ${SETTINGS.join(', ')}`, found: `'${name}'` });
}

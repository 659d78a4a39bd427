// The waivers file: violations of the base that somebody chose not to be told of, each with a reason and a last day.

import { readFile } from 'node:fs/promises';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { InputError } from '../errors.ts';
import type { Review, ReviewWaiver } from '../types.ts';

const MOST_BYTES = 1 << 20;
const KEYS = ['rule', 'scenario', 'invariant', 'reason', 'expires'] as const;

/** What waivers may name: the rules of this run with their scenarios. */
export interface KnownRule {
  readonly name: string;
  readonly scenarios: readonly string[];
}

/**
 * Reads a waivers file: a YAML list of `rule`, `reason`, `expires` (YYYY-MM-DD) and optionally `scenario`, `invariant`.
 * A waiver past its last day on `today` is kept, marked expired, and silences nothing. Throws InputError with file and
 * line for what is not such a list, an unknown key, rule or scenario, and a day that is none.
 */
export async function readWaivers(
  file: string,
  rules: readonly KnownRule[],
  today: string,
): Promise<readonly ReviewWaiver[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const found = error.code === 'ENOENT' ? 'no such file' : (error.code ?? 'an error');
    throw new InputError({ place: { file }, expected: 'a file of waivers', found });
  });
  if (text.length > MOST_BYTES)
    throw new InputError({ place: { file }, expected: 'waivers of at most 1 MB', found: `${text.length} characters` });
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, maxAliasCount: 0 } as object);
  const problem = (line: number, expected: string, found: string): InputError =>
    new InputError({ place: { file, line }, expected, found });
  const [error] = document.errors;
  if (error !== undefined)
    throw problem(counter.linePos(error.pos[0]).line, 'YAML', (error.message.split('\n')[0] ?? '').replace(/:$/, ''));
  const root = document.contents;
  if (root === null) return [];
  if (!isSeq(root)) throw problem(1, 'a list of waivers, each beginning with "- rule:"', 'something else');
  return root.items.map((item) => {
    const line = counter.linePos((item as { range?: [number, number, number] }).range?.[0] ?? 0).line;
    if (!isMap(item)) throw problem(line, 'a waiver with rule, reason and expires', 'something else');
    const fields = new Map<string, { readonly value: string; readonly line: number }>();
    for (const { key, value } of item.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const at = counter.linePos((key as { range?: [number, number, number] }).range?.[0] ?? 0).line;
      if (!KEYS.some((known) => known === name)) throw problem(at, `one of ${KEYS.join(', ')}`, `'${name}'`);
      if (!isScalar(value) || value.value === null) throw problem(at, `a text for ${name}`, 'something else');
      fields.set(name, { value: (value.source ?? String(value.value)).trim(), line: at });
    }
    return waiver({ file, line, fields, rules, today, problem });
  });
}

interface Reading {
  readonly file: string;
  readonly line: number;
  readonly fields: ReadonlyMap<string, { readonly value: string; readonly line: number }>;
  readonly rules: readonly KnownRule[];
  readonly today: string;
  readonly problem: (line: number, expected: string, found: string) => InputError;
}

function waiver({ file, line, fields, rules, today, problem }: Reading): ReviewWaiver {
  const needed = (name: string): { readonly value: string; readonly line: number } => {
    const field = fields.get(name);
    if (field === undefined || field.value === '') throw problem(line, `a waiver with ${name}`, `none`);
    return field;
  };
  const [rule, reason, expires] = [needed('rule'), needed('reason'), needed('expires')];
  const known = rules.find(({ name }) => name === rule.value);
  if (known === undefined)
    throw problem(rule.line, `a rule: ${rules.map(({ name }) => name).join(', ')}`, `'${rule.value}'`);
  const scenario = fields.get('scenario');
  if (scenario !== undefined && !known.scenarios.includes(scenario.value))
    throw problem(scenario.line, `a scenario of ${known.name}: ${known.scenarios.join(', ')}`, `'${scenario.value}'`);
  if (!isDay(expires.value)) throw problem(expires.line, 'a day as YYYY-MM-DD', `'${expires.value}'`);
  const invariant = fields.get('invariant')?.value;
  return {
    rule: rule.value,
    ...(scenario === undefined ? {} : { scenario: scenario.value }),
    ...(invariant === undefined ? {} : { invariant }),
    reason: reason.value,
    expires: expires.value,
    place: { file, line },
    ...(expires.value < today ? { expired: true as const } : {}),
  };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Returns the review with its waivers, so that every format can say which violations they silence. */
export function withWaivers(review: Review, waivers: readonly ReviewWaiver[]): Review {
  return waivers.length === 0 ? review : { ...review, waivers };
}

/** Returns the day, YYYY-MM-DD in UTC; SOURCE_DATE_EPOCH (seconds) stands for the clock where it is set. */
export function today(env: Readonly<Record<string, string | undefined>>, now: Date): string {
  const { SOURCE_DATE_EPOCH: epoch } = env;
  const date = epoch !== undefined && /^\d{1,11}$/.test(epoch) ? new Date(Number(epoch) * 1000) : now;
  return date.toISOString().slice(0, 10);
}

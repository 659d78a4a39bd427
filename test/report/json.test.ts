import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { renderJson } from '../../src/report/json.ts';
import { emptyReview, keepsReview, opensReview, violatedReview } from './fixtures.ts';

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/review.schema.json'), 'utf8')) as Record<
  string,
  unknown
>;
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);
const problems = (value: unknown) =>
  validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);

/** The same value with the keys of every object in reverse. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

/** Every path to an object inside `value`. */
function objectPaths(value: unknown, path: readonly string[] = []): string[][] {
  if (value === null || typeof value !== 'object') return [];
  const inner = Object.entries(value).flatMap(([key, item]) => objectPaths(item, [...path, key]));
  return Array.isArray(value) ? inner : [[...path], ...inner];
}

describe('a review as JSON', () => {
  it('is the review', () => {
    expect(JSON.parse(renderJson(keepsReview()))).toEqual(JSON.parse(JSON.stringify(keepsReview())));
  });

  it('has the same bytes whatever order its objects were built in', () => {
    expect(renderJson(reversed(violatedReview()) as ReturnType<typeof violatedReview>)).toBe(
      renderJson(violatedReview()),
    );
  });

  it('begins with the schema, is indented by two and ends with a newline', () => {
    const text = renderJson(violatedReview());
    expect(text).toMatch(/^\{\n {2}"schema": "relore\.review\/1",\n {2}"tool": \{\n/);
    expect(text.endsWith('\n}\n')).toBe(true);
  });

  it('keeps schedules in the order of their numbers', () => {
    const { traces } = violatedReview();
    const many = violatedReview({ traces: { t10: traces['t1']!, t9: traces['t1']!, t1: traces['t1']! } });
    expect(Object.keys((JSON.parse(renderJson(many)) as { traces: object }).traces)).toEqual(['t1', 't9', 't10']);
  });

  it('knows every key of the schema, so that no key falls to the end', () => {
    const text = readFileSync(join(import.meta.dirname, '../../src/report/json.ts'), 'utf8');
    const keys = objectPaths(schema).flatMap((path) =>
      path.at(-1) === 'properties' ? Object.keys(at(schema, path) as object) : [],
    );
    expect(keys.length).toBeGreaterThan(80);
    expect([...new Set(keys)].filter((key) => !text.includes(`'${key}'`))).toEqual([]);
  });
});

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);
}

describe('docs/review.schema.json', () => {
  it.each([
    ['empty', emptyReview()],
    ['violated', violatedReview()],
    ['keeps', keepsReview()],
    ['opens', opensReview()],
  ])('accepts the %s review', (_, review) => {
    expect(problems(JSON.parse(renderJson(review)))).toEqual([]);
  });

  it('refuses a key it does not know, in every object of a review', () => {
    const review = JSON.parse(renderJson(violatedReview())) as Record<string, unknown>;
    const paths = objectPaths(review).filter((path) => path.join('/') !== 'traces');
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) {
      const copy = structuredClone(review);
      (at(copy, path) as Record<string, unknown>)['surprise'] = 1;
      expect(problems(copy).length, path.join('/')).toBeGreaterThan(0);
    }
  });

  it('refuses a verdict it does not know, and a missing field', () => {
    const review = JSON.parse(renderJson(keepsReview())) as {
      checks: { after: { verdict: string } }[];
      patches: { applies?: boolean }[];
    };
    review.checks[0]!.after.verdict = 'safe';
    delete review.patches[0]!.applies;
    expect(problems(review)).toHaveLength(2);
  });
});

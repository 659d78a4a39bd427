import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// design.md section 1: stages are siblings. A stage imports itself and types.ts; compositions import stages.
const STAGES = ['mail', 'claims', 'c', 'rules', 'check', 'report', 'web', 'html'];
const LOOK = ['report', 'web']; // stages that make pages share how a page looks

/** Imports of one file as [file, target] with target relative to src: 'types.ts', 'check/pack.ts'. */
function importsOf(root: string, folder: string): [string, string][] {
  const found: [string, string][] = [];
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('.ts')) continue;
    const file = join(folder, name);
    const text = readFileSync(join(root, file), 'utf8');
    for (const match of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g)) {
      found.push([file, join(file, '..', match[1] ?? '')]);
    }
  }
  return found;
}

/** The imports that break the layering, as sentences. */
function violations(imports: readonly [string, string][]): string[] {
  return imports
    .filter(([file, target]) => {
      const stage = STAGES.find((name) => file.startsWith(`${name}/`));
      if (stage === undefined) return false;
      if (LOOK.includes(stage) && target.startsWith('html/')) return false;
      return target !== 'types.ts' && target !== 'errors.ts' && !target.startsWith(`${stage}/`);
    })
    .map(([file, target]) => `${file} imports ${target}`);
}

describe('layers', () => {
  it('no stage imports another stage', () => {
    const root = join(import.meta.dirname, '..', 'src');
    const imports = STAGES.flatMap((stage) => importsOf(root, stage));
    expect(imports.length).toBeGreaterThan(20);
    expect(violations(imports)).toEqual([]);
  });

  it('types.ts and errors.ts import nothing', () => {
    for (const name of ['types.ts', 'errors.ts']) {
      const text = readFileSync(join(import.meta.dirname, '..', 'src', name), 'utf8');
      expect(text).not.toMatch(/^import /m);
    }
  });

  it('check/ is pure: no I/O, clock or randomness', () => {
    const root = join(import.meta.dirname, '..', 'src', 'check');
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      expect(readFileSync(join(root, name), 'utf8'), name).not.toMatch(
        /from 'node:|Date\.now|new Date|Math\.random|performance\.now|process\.env/,
      );
    }
  });

  it('an arrow between stages is caught', () => {
    expect(violations([['check/sc.ts', 'mail/read.ts']])).toEqual(['check/sc.ts imports mail/read.ts']);
    expect(violations([['check/sc.ts', 'check/pack.ts']])).toEqual([]);
    expect(violations([['check/sc.ts', 'html/escape.ts']])).toEqual(['check/sc.ts imports html/escape.ts']);
    expect(violations([['report/html.ts', 'html/escape.ts']])).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readThread } from '../../src/mail/read.ts';
import { review } from '../../src/review.ts';
import type { ReviewDiagram } from '../../src/types.ts';

// Real drawings, as mail and as the page of an archive that folded their columns: tools/mailforms.py. The mail is the truth for the page.
const root = join(import.meta.dirname, '..', '..');
const shared = join(root, '..', 'shared');
const special = join(shared, 'mail-samples', 'special');
const forms = join(shared, 'tools', 'mailforms.py');

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const needs = !existsSync(special) ? 'needs ../shared' : !hasPython() ? 'needs python3' : '';

async function drawingsOf(bytes: Uint8Array): Promise<readonly ReviewDiagram[]> {
  const thread = await readThread(bytes, 'mail');
  const options = { rulesDir: join(root, 'rules'), models: ['sc' as const], states: 2_000_000, version: '0.0.0' };
  return (await review(thread, options)).diagrams;
}

describe.skipIf(needs !== '')(
  `drawings of real mail with folded columns${needs === '' ? '' : ` (skipped: ${needs})`}`,
  () => {
    it.each(['diagram-cgroups-09.eml', 'diagram-cgroups-11.eml', 'diagram-cgroups-13.eml'])(
      '%s is of modelled functions: 4 of 4 lines get the right CPU, on the version that the series is about',
      async (name) => {
        const file = join(special, name);
        const [drawn] = await drawingsOf(readFileSync(file));
        const [folded] = await drawingsOf(execFileSync('python3', [forms, 'hypermail', file]));
        expect([drawn?.columns, folded?.columns]).toEqual(['kept', 'collapsed']);
        expect([drawn?.verdict, folded?.verdict, folded?.solutions]).toEqual(['executable', 'executable', 1]);
        expect(folded?.violated).toContain('assert: lruvec_memcg_debug(lruvec, folio)');
        expect(folded?.code).toBe('no PG_lru first: look up, lock, test PG_lru (v6.12+v11)');
        expect(folded?.steps.map(({ cpu }) => cpu)).toEqual(drawn?.steps.map(({ cpu }) => cpu));
        expect(folded?.steps.map(({ cpu }) => cpu)).toEqual(['cpu0', 'cpu1', 'cpu1', 'cpu0']);
      },
    );

    it.each([
      'diagram-cgroups-01.eml',
      'diagram-cgroups-05.eml',
      'diagram-cgroups-07.eml',
      'diagram-quoted-cgroups-03.eml',
    ])('%s is of functions that no rule runs: no line gets a CPU', async (name) => {
      const [folded] = await drawingsOf(execFileSync('python3', [forms, 'hypermail', join(special, name)]));
      expect([folded?.columns, folded?.verdict]).toEqual(['collapsed', 'not-modelled']);
      expect(folded?.steps.every(({ cpu }) => cpu === undefined)).toBe(true);
    });
  },
);

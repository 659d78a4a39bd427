// The table beside the patches of fixtures/patches: what a review has to say of each.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One row: what a review says of one patch of one mail file. */
export interface ExpectedPatch {
  readonly section: string; // 'Harmless'
  readonly file: string; // 'labels-renamed', without .patch
  readonly patch: string; // 'patch-1'
  readonly says: string; // 'v6.12 opens; opens C1, K; closes -'
  readonly opens: readonly string[]; // scenarios
}

/** Returns the rows of expected.md in `folder`, in their order. */
export function readExpected(folder: string): ExpectedPatch[] {
  let section = '';
  return readFileSync(join(folder, 'expected.md'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      section = /^## (.+)$/.exec(line)?.[1] ?? section;
      const cells = line.split('|').slice(1, -1);
      const [name = '', version, , verdict, opens = '-', closes] = cells.map((cell) => cell.trim());
      const [, file = '', index = '1'] = /^([a-z-]+)(?: (\d)\/\d)?$/.exec(name) ?? [];
      if (cells.length !== 6 || file === '' || file === 'patch' || /^-+$/.test(name)) return [];
      const says = `${version} ${verdict}; opens ${opens}; closes ${closes}`;
      return [{ section, file, patch: `patch-${index}`, says, opens: opens === '-' ? [] : opens.split(', ') }];
    });
}

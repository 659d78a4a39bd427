import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCues } from '../../src/claims/cues.ts';
import { InputError } from '../../src/errors.ts';

const TEXT = readFileSync(new URL('../../rules/claims/cues.md', import.meta.url), 'utf8');
const LINES = TEXT.split('\n');
const lineOf = (text: string) => LINES.findIndex((line) => line.startsWith(text)) + 1;

describe('a cue file with a mistake is refused with its line', () => {
  it.each([
    ['an unknown section', '## Barriers', '## Barrier'],
    ['a form without its slot', '- `swap|', '- `swap A` means swap A B'],
    ['an unknown edit', '- `swap|', '- `swap A B` means turn A B'],
    ['an unknown word class', '- `swap|', '- `swap <thee> A B` means swap A B'],
    ['a form without backquotes', '- `swap|', '- swap A B means swap A B'],
    ['a form that begins with an optional word', '- `swap|', '- `please? swap A B` means swap A B'],
    ['a barrier that is no call', '- read barrier', '- read barrier: smp rmb'],
    ['an operation without a star', '- set,', '- set: folio_set_lru'],
  ])('%s', (_, at, wrong) => {
    const line = lineOf(at);
    const broken = LINES.with(line - 1, wrong).join('\n');
    expect(() => parseCues(broken, 'cues.md')).toThrow(InputError);
    expect(() => parseCues(broken, 'cues.md')).toThrow(new RegExp(`^cues\\.md:${line}: expected `));
  });

  it('a section that is missing is named', () => {
    const start = lineOf('## Agrees') - 1;
    const broken = LINES.toSpliced(start, 4).join('\n');
    expect(() => parseCues(broken, 'cues.md')).toThrow(
      'cues.md: expected a section "## agrees" with items, found none',
    );
  });

  it('prose and unknown Markdown between the items are for people', () => {
    const more = TEXT.replace('## Barriers\n', '## Barriers\n\nSome *words*.\n\n| a | table |\n');
    expect(parseCues(more, 'cues.md').barriers.size).toBe(parseCues(TEXT, 'cues.md').barriers.size);
  });
});

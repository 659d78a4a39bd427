import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { describe, expect, it } from 'vitest';
import { escaped, renderMarkdown } from '../../src/report/markdown.ts';
import { claim, emptyReview, STRANDED, violatedReview } from './fixtures.ts';

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}

/** Every node of the parsed text: remark is the reader from outside. */
function nodes(text: string): Node[] {
  const all: Node[] = [];
  const stack: Node[] = [unified().use(remarkParse).parse(text)];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    all.push(node);
    stack.push(...(node.children ?? []));
  }
  return all;
}

const HOSTILE = [
  '<script>alert(1)</script>',
  '[a](javascript:alert(1))',
  '![x](http://example.org/x.png)',
  '<http://example.org>',
  '# heading',
  '- item',
  '1. item',
  '> quote',
  '``` code',
  '`code`',
  '**bold** _it_ __init__',
  '&lt;b&gt;',
  '| a | b |',
  '--- ',
  '[ref]: http://example.org',
  'a\\',
];

describe('text in Markdown', () => {
  it.each(HOSTILE)('%s stays text', (text) => {
    const parsed = nodes(escaped(text));
    const words = parsed
      .filter((node) => node.type === 'text')
      .map((node) => node.value)
      .join('');
    expect(words.trim()).toBe(text.trim());
    expect([...new Set(parsed.map((node) => node.type))].sort()).toEqual(['paragraph', 'root', 'text']);
  });

  it('does not mention people or issues, and links to nothing', () => {
    expect(escaped('@someone #12')).toBe('@<!-- -->someone #<!-- -->12');
    expect(escaped('https://example.org www.example.org')).toBe('https\\://example.org www\\.example.org');
  });

  it('leaves names of functions readable', () => {
    expect(escaped('folio_test_clear_lru()')).toBe('folio_test_clear_lru()');
  });
});

describe('a review in Markdown', () => {
  it('reads as it was written down', () => {
    const file = join(import.meta.dirname, 'expected', 'violated.md.txt');
    const text = renderMarkdown(violatedReview());
    if (process.env['UPDATE'] === '1') writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('has no HTML but the empty comment, and no link or image, whatever a mail says', () => {
    const all = HOSTILE.join(' ');
    const review = violatedReview({ claims: [claim({ id: 'c1', quote: all, speaker: all, trace: 't1' })] });
    const hostile = {
      ...review,
      thread: { ...review.thread, subject: all },
      patches: review.patches.map((patch) => ({ ...patch, title: all })),
    };
    const parsed = nodes(renderMarkdown(hostile));
    expect([...new Set(parsed.filter((node) => node.type === 'html').map((node) => node.value))]).toEqual(['<!-- -->']);
    expect(parsed.filter((node) => ['link', 'image', 'definition', 'linkReference'].includes(node.type))).toEqual([]);
  });

  it('closes a fenced schedule whatever is inside', () => {
    const review = violatedReview();
    const t1 = {
      ...review.traces['t1']!,
      steps: review.traces['t1']!.steps.map((item) => ({ ...item, event: '`'.repeat(45) })),
    };
    const parsed = nodes(renderMarkdown({ ...review, traces: { ...review.traces, t1 } }));
    const code = parsed.filter((node) => node.type === 'code' && node.value?.includes('`'.repeat(45)) === true);
    expect(code.map((node) => node.value?.split('\n').at(-1))).toEqual([`   violated: ${STRANDED}`]);
  });

  it('says that there is nothing to check', () => {
    expect(renderMarkdown(emptyReview())).toContain('Nothing to check');
  });
});

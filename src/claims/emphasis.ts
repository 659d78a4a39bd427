// Words that a speaker stresses: _this_ is a word, and no name of code.

import type { Nodes } from 'mdast';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

const markdown = unified().use(remarkParse);
const LONGEST = 4_000; // characters; what is longer is no sentence

/**
 * Returns `sentence` without the underscores of Markdown's emphasis around plain words; `__munlock_folio` and `folio_test_lru` are none.
 * Only a sentence that may have one is parsed; it is of one speaker. Linear.
 */
export function withoutStress(sentence: string): string {
  if (sentence.length > LONGEST || !/(?:^|[^\w])_[A-Za-z]/.test(sentence)) return sentence;
  const cuts = stressIn(markdown.parse(sentence)).filter(([from]) => sentence[from] === '_');
  let text = '';
  let at = 0;
  for (const [from, to] of cuts) {
    const inner = sentence.slice(from + 1, to - 1);
    if (from < at || !/^[A-Za-z][A-Za-z' -]*$/.test(inner)) continue;
    text += sentence.slice(at, from) + inner;
    at = to;
  }
  return text + sentence.slice(at);
}

/** Where emphasis stands: offsets, in order. The depth is that of inline Markdown in one sentence. */
function stressIn(root: Nodes): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const open: Nodes[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { start, end } = node.position ?? {};
    if (node.type === 'emphasis' && start?.offset !== undefined && end?.offset !== undefined)
      found.push([start.offset, end.offset]);
    if ('children' in node) open.push(...node.children);
  }
  return found.sort(([a], [b]) => a - b);
}

// Small parts of the pages: where a quote stands, which words are found, what a page leaves out, where a bar begins.
import { describe, expect, it } from 'vitest';
import { attribute, html, json, segment } from '../../src/html/escape.ts';
import type { History, HistoryRace, Walk } from '../../src/types.ts';
import { placeOfQuote } from '../../src/web/claims.ts';
import { trimmed } from '../../src/web/fit.ts';
import { found, type Item } from '../../src/web/search.ts';
import { fileName, href } from '../../src/web/shell.ts';
import { bar, runWords } from '../../src/web/timeline.ts';

describe('text in a page', () => {
  it('is escaped for where it stands', () => {
    expect(html('<a href="x">&\ud800')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;?');
    expect(attribute('it\'s\n"x"')).toBe('it&#39;s&#10;&quot;x&quot;');
    expect(json({ a: '</script>\u2028' })).toBe('{"a":"\\u003c/script>\\u2028"}');
    expect(segment("a b/c'\udfff")).toBe('a%20b%2Fc%27%3F');
  });

  it('makes a file name that is none of another name, and a link that finds it', () => {
    expect(['lru_add', '../etc', 'a/b', '<x>', '..', 'a+b@c'].map(fileName)).toEqual([
      'lru_add',
      '%2E.%2Fetc',
      'a%2Fb',
      '%3Cx%3E',
      '%2E.',
      'a+b@c',
    ]);
    expect(href('race/a.html', 'function/a%2Fb.html', 'x y')).toBe('../function/a%252Fb.html#x%20y');
  });
});

describe('the place of a claim', () => {
  const place = (text: string, quote: string) => {
    const found = placeOfQuote(text, { quote });
    return found === undefined ? undefined : text.slice(...found);
  };

  it('is found over line breaks and quote marks, and without the bracket before it and the full stop behind it', () => {
    expect(place('So: move it\nbefore the test. Then', 'move it before the test')).toBe('move it\nbefore the test');
    expect(place('> (it leaves\n> the race open).', 'it leaves the race open')).toBe('it leaves\n> the race open');
  });

  it('is not found where the words differ', () => {
    expect(place('move it after the test', 'move it before the test')).toBeUndefined();
    expect(place('remove it before the test', '')).toBeUndefined();
  });
});

describe('the search', () => {
  const items = ['lru_add() drains', 'folio_batch_lru_add', 'set PG_lru first'].map(
    (title): Item => ({ kind: 'change', title, text: '', verdict: '', to: 'races.html', anchor: '' }),
  );
  const titles = (text: string) => found(items, { text, kind: '', verdict: '', from: 0 }).map(({ title }) => title);

  it('takes identifiers as whole words, case apart, and * for the rest of one', () => {
    expect(titles('lru_add')).toEqual(['lru_add() drains']);
    expect(titles('lru')).toEqual([]);
    expect(titles('pg_LRU set')).toEqual(['set PG_lru first']);
    expect(titles('folio_batch*')).toEqual(['folio_batch_lru_add']);
    expect(titles('*')).toEqual([]);
  });
});

describe('a page that would be too large', () => {
  it('keeps the states nearest to the start and the schedule it shows, and says so', () => {
    const step = {
      process: 0,
      function: '',
      file: '',
      line: 0,
      text: '',
      cell: undefined,
      value: undefined,
      matters: true,
    };
    const walk: Walk = {
      model: 'sc',
      processes: [{ name: 'P0', cpu: 'cpu0', label: 'a' }],
      cells: [],
      invariants: [],
      first: [],
      steps: ['far', 'near', 'shown'].map((event) => ({ ...step, event })),
      states: [
        {
          choices: [
            { process: 0, steps: [1], to: 1, violated: [] },
            { process: 0, steps: [2], to: 3, violated: [] },
          ],
          end: 'no',
          violated: [],
        },
        { choices: [{ process: 0, steps: [0], to: 2, violated: [] }], end: 'no', violated: [] },
        { choices: [], end: 'whole', violated: [] },
        { choices: [], end: 'whole', violated: ['I'] },
      ],
      path: '1',
      violated: ['I'],
      searched: 4,
      bound: undefined,
      cut: undefined,
    };
    const code = { id: 'v1', words: '', option: '', walk, taken: [{ state: 0, choice: 1 }], source: () => undefined };
    const small = trimmed(code, 2);
    expect(small.walk.cut).toBe('the 2 nearest states');
    expect(small.walk.states.map(({ end, violated }) => [end, violated])).toEqual([
      ['no', []],
      ['no', []],
      ['whole', ['I']],
    ]);
    expect(small.walk.states.map(({ choices }) => choices.map(({ to }) => to))).toEqual([[1, 2], [-1], []]);
    expect(small.walk.steps.map(({ event }) => event)).toEqual(['far', 'near', 'shown']);
    expect(trimmed(code, 4)).toBe(code);
  });
});

describe('a bar of the timeline', () => {
  const versions = ['v1', 'v2', 'v3'].map((name, index) => ({ name, step: index * 2 }));
  const steps = Array.from({ length: 6 }, (_, index) => ({ name: `s${index}`, commit: '', subject: '', release: '' }));
  const history = { versions, steps } as unknown as History;
  const runs = [
    { from: 0, to: 0, verdict: 'refused' },
    { from: 1, to: 2, verdict: 'holds' },
    { from: 3, to: 5, verdict: 'violated' },
  ] as const;
  const race = { runs: { sc: runs, tso: runs, lkmm: [] } } as unknown as HistoryRace;

  it('begins between two versions where the patch stands, and ends with the stack', () => {
    const picture = bar(history, race);
    expect(picture).toContain('<line class="holds" x1="10" x2="30" y1="4" y2="4"/>');
    expect(picture).toContain('<rect class="violated" x="30" y="1" width="30" height="6"/>');
    expect(picture.match(/class="violated"/g)).toHaveLength(2);
  });

  it('is told in words', () => {
    expect(runWords(history, runs)).toBe('holds in v2, violated in v3');
    expect(bar(history, race)).toContain('aria-label="SC, x86-TSO: holds in v2, violated in v3"');
  });
});

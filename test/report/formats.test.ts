// Every format of the reviews in fixtures/reviews, byte by byte, and as other people's programs read it.
// The reviews are pinned, our own words throughout (mlock.json is what relore said of threads/mlock-large-folio). After a wanted
// change: RELORE_GOLDEN=write npx vitest run test/report/formats.test.ts, and look at the diff; nothing else writes them.
//
// Official SARIF schema and validator, and a browser, are used where they are: npm i --prefix /tmp/relore-tools
// @microsoft/sarif-multitool-linux@5.7.0 playwright-core@1.65.1 axe-core@4.14.1 @sparticuz/chromium
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { renderB4Check, renderPatchwork } from '../../src/report/check.ts';
import { githubSummary, renderGithub } from '../../src/report/github.ts';
import { renderGitlab } from '../../src/report/gitlab.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderReply } from '../../src/report/reply.ts';
import type { Review } from '../../src/types.ts';
import { FORMATS } from './renderers.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const TOOLS = process.env['RELORE_TOOLS'] ?? '/tmp/relore-tools';
const MULTITOOL = join(TOOLS, 'node_modules/@microsoft/sarif-multitool-linux');
const SCHEMA = join(MULTITOOL, 'sarif-2.1.0.json');
const WRITE = process.env['RELORE_GOLDEN'] === 'write';
const hasPython = spawnSync('python3', ['--version']).status === 0;
const dir = mkdtempSync(join(tmpdir(), 'relore-formats-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const NAMES = ['series', 'versions', 'twenty', 'hostile', 'mlock'] as const;
type Name = (typeof NAMES)[number];

function load(name: Name): Review {
  return JSON.parse(readFileSync(join(ROOT, `fixtures/reviews/${name}.json`), 'utf8')) as Review;
}

const GOLDEN: readonly (readonly [Name, readonly string[]])[] = [
  ['series', Object.keys(FORMATS)],
  ['versions', ['sarif', 'github', 'junit', 'patchwork', 'b4-check']],
  ['twenty', ['github', 'reply']],
  ['mlock', ['github', 'junit', 'checkstyle']],
];

describe('the bytes of a format', () => {
  for (const [name, formats] of GOLDEN) {
    it.each(formats)(`of the review "${name}" are as pinned: %s`, (format) => {
      const text = FORMATS[format]?.(load(name)) ?? '';
      const file = join(HERE, `expected/formats/${name}.${format}.txt`);
      if (WRITE) writeFileSync(file, text);
      expect(text).toBe(readFileSync(file, 'utf8'));
    });
  }

  it.each(NAMES)('are the same in two runs, and the JSON of "%s" is valid by its own schema', (name) => {
    const review = load(name);
    for (const render of Object.values(FORMATS)) expect(render(structuredClone(review))).toBe(render(review));
    const schema = JSON.parse(readFileSync(join(ROOT, 'docs/review.schema.json'), 'utf8')) as object;
    const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
    ajv.validate(schema, JSON.parse(renderJson(review)));
    expect(ajv.errors ?? []).toEqual([]);
  });
});

interface SarifResult {
  readonly level: string;
  readonly baselineState: string;
  readonly suppressions?: readonly object[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly locations: readonly { readonly physicalLocation: { readonly region: { readonly startLine: number } } }[];
  readonly codeFlows?: readonly {
    readonly threadFlows: readonly { readonly locations: readonly { readonly executionOrder: number }[] }[];
  }[];
}

function results(review: Review): readonly SarifResult[] {
  const log = JSON.parse(FORMATS['sarif']?.(review) ?? '') as { runs: { results: SarifResult[] }[] };
  return log.runs[0]?.results ?? [];
}

describe('SARIF', () => {
  it.skipIf(!existsSync(SCHEMA)).each(NAMES)(
    'of "%s" is valid by the official schema (skipped without sarif-multitool)',
    (name) => {
      const ajv = new Ajv2020({ strict: false, allErrors: true, unicodeRegExp: false, validateFormats: false });
      const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);
      validate(JSON.parse(FORMATS['sarif']?.(load(name)) ?? ''));
      expect(validate.errors ?? []).toEqual([]);
      const bad = JSON.parse(FORMATS['sarif']?.(load('series')) ?? '') as { runs: { results: { level: string }[] }[] };
      bad.runs[0]!.results[0]!.level = 'critical';
      expect(validate(bad)).toBe(false);
    },
  );

  it.skipIf(!existsSync(MULTITOOL)).each(NAMES)(
    'of "%s" has no error for Microsoft\'s validator (skipped without sarif-multitool)',
    (name) => {
      const file = join(dir, `${name}.sarif`);
      writeFileSync(file, FORMATS['sarif']?.(load(name)) ?? '');
      const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };
      const said = execFileSync(join(MULTITOOL, 'Sarif.Multitool'), ['validate', file], { encoding: 'utf8', env });
      expect(said).toContain('Analysis completed successfully.');
      expect(said).not.toMatch(/: error /);
    },
  );

  it('has a threadFlow a process, and executionOrder across them is the schedule', () => {
    const [opened] = results(load('series'));
    const flows = opened?.codeFlows?.[0]?.threadFlows.map(({ locations }) =>
      locations.map((one) => one.executionOrder),
    );
    expect(flows).toEqual([
      [1, 5],
      [2, 3, 4, 6, 7],
    ]);
  });

  it('says new for what a patch opens, unchanged for what the base has too, absent for what a newer version closes', () => {
    const states = (name: Name) => results(load(name)).map(({ baselineState, level }) => [baselineState, level]);
    expect(states('series')).toEqual([
      ['new', 'error'],
      ['unchanged', 'note'],
    ]);
    expect(states('versions').map(([state]) => state)).toEqual(['absent', 'absent', 'unchanged']);
    expect(results(load('versions')).map(({ suppressions }) => suppressions?.length ?? 0)).toEqual([0, 0, 1]);
  });

  it('has fingerprints that stay when lines move, and differ from each other', () => {
    const review = load('series');
    const moved = structuredClone(review) as unknown as {
      traces: Record<string, { steps: { line: number; newLine?: number }[] }>;
    };
    for (const { steps } of Object.values(moved.traces)) {
      for (const step of steps) {
        step.line += 40;
        if (step.newLine !== undefined) step.newLine += 40;
      }
    }
    const prints = (of: Review) => results(of).map((one) => one.partialFingerprints['reloreFinding/v1']);
    expect(prints(moved as unknown as Review)).toEqual(prints(review));
    expect(new Set(prints(load('twenty'))).size).toBe(20);
    const lines = (of: Review) => results(of).map((one) => one.locations[0]?.physicalLocation.region.startLine);
    expect(lines(moved as unknown as Review)).not.toEqual(lines(review));
  });
});

describe('GitHub annotations', () => {
  it('are ten of a level at most, the last one counting the rest', () => {
    const commands = renderGithub(load('twenty')).trimEnd().split('\n');
    expect(commands.filter((line) => line.startsWith('::error '))).toHaveLength(10);
    expect(commands[9]).toMatch(/^::error title=relore::11 more findings: /);
  });

  it('are one line each whatever a mail says, and no line begins a command of its own', () => {
    const lines = renderGithub(load('hostile')).trimEnd().split('\n');
    for (const line of lines) {
      expect(line).toMatch(/^::(?:error|warning|notice) (?:file=[^:,]+,line=\d+,)?title=[^:,]*::/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
      expect(line).not.toMatch(/[\u0000-\u001f\u202e]/);
    }
  });

  it('escape the name of a file', () => {
    const review = load('series');
    const traces = Object.fromEntries(
      Object.entries(review.traces).map(([id, trace]) => [
        id,
        { ...trace, steps: trace.steps.map((step) => ({ ...step, file: 'mm/a,b:c%.c' })) },
      ]),
    );
    const first = renderGithub({ ...review, traces })
      .split('\n')
      .find((line) => line.startsWith('::error'));
    expect(first).toContain('::error file=mm/a%2Cb%3Ac%25.c,line=128,title=');
  });

  it('show what does not apply as a notice, never in red', () => {
    const commands = renderGithub(load('series')).trimEnd().split('\n');
    expect(commands.find((line) => line.includes('does not apply'))).toMatch(/^::notice title=/);
    const lost = { ...load('series'), checks: [] };
    expect(renderGithub(lost)).not.toMatch(/^::(?:error|warning)/m);
  });

  it('have a summary of at most 1 MB', () => {
    const review = load('series');
    const long = {
      ...review,
      assumptions: Array.from({ length: 30_000 }, (_, index) => `assumption ${index} `.repeat(4)),
    };
    const text = githubSummary(long);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
    expect(text).toContain('The rest does not fit a step summary');
    expect(githubSummary(review)).not.toContain('does not fit a step');
  });
});

const XML = `
import sys, xml.etree.ElementTree as E, json
root = E.fromstring(sys.stdin.buffer.read())
def tree(e): return [e.tag, dict(e.attrib), [tree(c) for c in e]]
print(json.dumps(tree(root)))
`;

type XmlTree = readonly [string, Readonly<Record<string, string>>, readonly XmlTree[]];

function xml(text: string): XmlTree {
  return JSON.parse(execFileSync('python3', ['-c', XML], { input: text, encoding: 'utf8' })) as XmlTree;
}

describe.skipIf(!hasPython)('XML as python reads it (skipped without python3)', () => {
  it.each(NAMES)('JUnit of "%s" counts what it has, and only what fails the run is a failure', (name) => {
    const [tag, attributes, suites] = xml(FORMATS['junit']?.(load(name)) ?? '');
    expect(tag).toBe('testsuites');
    const cases = suites.flatMap(([, , inner]) => inner);
    const having = (child: string) => cases.filter(([, , inner]) => inner.some(([one]) => one === child)).length;
    expect(attributes).toMatchObject({
      tests: String(cases.length),
      failures: String(having('failure')),
      skipped: String(having('skipped')),
      errors: '0',
    });
    const failures = { series: 1, versions: 0, twenty: 20, hostile: 1, mlock: 0 };
    expect(having('failure')).toBe(failures[name]);
    for (const [one, { classname, name: title }] of cases)
      expect([one, typeof classname, typeof title]).toEqual(['testcase', 'string', 'string']);
  });

  it.each(NAMES)('checkstyle of "%s" has a file with lines for each finding', (name) => {
    const [tag, attributes, files] = xml(FORMATS['checkstyle']?.(load(name)) ?? '');
    expect([tag, attributes['version']]).toEqual(['checkstyle', '4.3']);
    const errors = files.flatMap(([, , inner]) => inner);
    expect(errors.length).toBe({ series: 2, versions: 0, twenty: 20, hostile: 2, mlock: 1 }[name]);
    for (const [one, { line, severity }] of errors) {
      expect(one).toBe('error');
      expect(Number(line)).toBeGreaterThan(0);
      expect(['error', 'info']).toContain(severity);
    }
  });
});

const MAIL = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
print(json.dumps({"keys": m.keys(), "subject": m["subject"], "reply": m["in-reply-to"], "references": m["references"],
  "from": m["from"], "defects": [str(d) for d in m.defects], "body": m.get_content()}))
`;

describe.skipIf(!hasPython)('a reply as python and git read it (skipped without python3)', () => {
  const read = (text: string) =>
    JSON.parse(execFileSync('python3', ['-c', MAIL], { input: text, encoding: 'utf8' })) as {
      keys: string[];
      subject: string;
      reply: string;
      references: string;
      from: string;
      defects: string[];
      body: string;
    };

  it('answers the patch, in its place in the thread, to nobody in particular', () => {
    const mail = read(FORMATS['reply']?.(load('series')) ?? '');
    expect(mail.subject).toBe('Re: [PATCH v2 2/3] mm/mlock: take PG_lru first');
    expect(mail.reply).toBe('<patch-2@example.org>');
    expect(mail.references).toBe('<cover@example.org> <patch-2@example.org>');
    expect(mail.from).toBe('Ada Example <ada@example.org>');
    expect(mail.defects).toEqual([]);
    expect(mail.keys).toEqual([
      'From',
      'In-Reply-To',
      'References',
      'Subject',
      'Content-Transfer-Encoding',
      'MIME-Version',
      'Content-Type',
    ]);
    expect(mail.body).toContain('No reproducer was run. No language model was used.');
  });

  it.each(['series', 'twenty', 'hostile'] as const)(
    'of "%s" has at most 60 lines of 78 columns and 3 questions, and no word of severity',
    (name) => {
      const { body } = read(FORMATS['reply']?.(load(name)) ?? '');
      const lines = body.trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(60);
      if (name !== 'hostile')
        for (const line of lines.filter((one) => !one.startsWith('>'))) expect(line.length).toBeLessThanOrEqual(78);
      expect(lines.filter((line) => line.startsWith('Does this still hold')).length).toBeLessThanOrEqual(3);
      expect(lines.filter((line) => line.startsWith('>')).length).toBeLessThanOrEqual(15);
      expect(body).not.toMatch(/\b(?:critical|severe|serious|dangerous|high|low|bug|broken|wrong)\b/i);
    },
  );

  it('is no mail when nothing is opened, and asks about the base only when asked', () => {
    expect(renderReply(load('versions'))).toBeUndefined();
    expect(renderReply(load('mlock'))).toBeUndefined();
    expect(renderReply(load('mlock'), { only: 'all' })).toContain('Same schedule without this patch: also reachable.');
  });

  it('takes no header out of a Message-ID, subject or name', () => {
    const mail = read(renderReply(load('hostile'), { from: 'Ada\nBcc: x@example.org <ada@example.org>' }) ?? '');
    expect(mail.keys.map((key) => key.toLowerCase())).not.toContain('bcc');
    expect(mail.reply).toBeNull();
  });

  it('is a mail for git mailinfo', () => {
    const text = FORMATS['reply']?.(load('series')) ?? '';
    const said = execFileSync('git', ['mailinfo', '/dev/null', '/dev/null'], { input: text, encoding: 'utf8' });
    expect(said).toContain('Author: Ada Example\nEmail: ada@example.org\nSubject: mm/mlock: take PG_lru first\n');
  });

  it('keeps a subject that is not ASCII, over several lines', () => {
    const review = load('series');
    const title = 'mm/mlock: größer, ещё больше, もっと大きい, and long enough to be folded more than once';
    const patches = review.patches.map((patch) => ({ ...patch, title }));
    const text = renderReply({ ...review, patches }) ?? '';
    expect(read(text).subject).toBe(`Re: [PATCH v2 2/3] ${title}`);
    for (const line of text.split('\n\n')[0]?.split('\n') ?? []) expect(line.length).toBeLessThanOrEqual(78);
  });
});

describe('trackers', () => {
  it('are told fail only for what a patch opens; a patch that does not apply is neither good nor bad', () => {
    const status = (review: Review) =>
      (JSON.parse(renderB4Check(review)) as { status: string }[]).map((one) => one.status);
    const state = (review: Review) => (JSON.parse(renderPatchwork(review)) as { state: string }).state;
    expect([status(load('series')), state(load('series'))]).toEqual([['fail'], 'fail']);
    expect([status(load('versions')), state(load('versions'))]).toEqual([['pass'], 'success']);
    const lost = { ...load('series'), checks: [] };
    expect([status(lost), state(lost)]).toEqual([[], 'pending']);
  });

  it('GitLab has the fields it asks for, and fingerprints that differ', () => {
    const entries = JSON.parse(renderGitlab(load('twenty'))) as Record<string, unknown>[];
    expect(entries).toHaveLength(20);
    for (const entry of entries)
      expect(Object.keys(entry)).toEqual(['description', 'check_name', 'fingerprint', 'severity', 'location']);
    expect(new Set(entries.map((entry) => entry['fingerprint'])).size).toBe(20);
  });
});

const TAGS = `
import sys, json
from html.parser import HTMLParser
VOID = {"meta","input","br"}
class P(HTMLParser):
  def __init__(s): super().__init__(); s.open=[]; s.bad=[]; s.ids=[]; s.fors=[]; s.urls=[]; s.seen=set(); s.on=[]
  def handle_starttag(s,t,a):
    s.seen.add(t)
    d=dict(a)
    if "id" in d: s.ids.append(d["id"])
    if "for" in d: s.fors.append(d["for"])
    s.urls += [d[k] for k in ("src","href","action","srcset") if k in d]
    s.on += [k for k in d if k.startswith("on") or k=="style"]
    if t not in VOID: s.open.append(t)
  def handle_endtag(s,t):
    if not s.open or s.open.pop()!=t: s.bad.append(t)
p=P(); p.feed(sys.stdin.read()); p.close()
print(json.dumps({"open":p.open,"bad":p.bad,"ids":p.ids,"fors":p.fors,"urls":p.urls,"seen":sorted(p.seen),"on":p.on}))
`;

describe('HTML', () => {
  it.skipIf(!hasPython).each(NAMES)(
    'of "%s" closes what it opens, has labels for its buttons, and asks for nothing from outside (skipped without python3)',
    (name) => {
      const text = FORMATS['html']?.(load(name)) ?? '';
      const page = JSON.parse(execFileSync('python3', ['-c', TAGS], { input: text, encoding: 'utf8' })) as Record<
        string,
        string[]
      >;
      expect([page['open'], page['bad'], page['urls'], page['on']]).toEqual([[], [], [], []]);
      expect(new Set(page['ids']).size).toBe(page['ids']?.length);
      for (const id of page['fors'] ?? []) expect(page['ids']).toContain(id);
      expect(page['seen']).not.toContain('img');
      expect(text.match(/<script>/g)).toHaveLength(1);
    },
  );

  it('allows its own style and script by hash, and nothing else', () => {
    const text = FORMATS['html']?.(load('series')) ?? '';
    const hash = (tag: string) => {
      const inner = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(text)?.[1] ?? '';
      return `'sha256-${createHash('sha256').update(inner).digest('base64')}'`;
    };
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1];
    expect(policy).toBe(
      `default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; base-uri 'none'; form-action 'none'`,
    );
  });

  it('tells every step with its line of code and what it changed, also without script and style', () => {
    const page = (FORMATS['html']?.(load('series')) ?? '').replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
    const text = page.replace(/<[^>]*>/g, '');
    for (const words of [
      'mm/mlock.c:128',
      'folio_test_clear_lru(folio)',
      'lruvec.lru_lock: free -&gt; held by P1',
      'Violated: no evictable folio',
    ])
      expect(text).toContain(words);
  });
});

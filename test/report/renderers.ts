// Every format as a function of the review, with what the command line would add held fixed.
import { renderB4Check, renderPatchwork } from '../../src/report/check.ts';
import { renderCheckstyle } from '../../src/report/checkstyle.ts';
import { githubSummary, renderGithub } from '../../src/report/github.ts';
import { renderGitlab } from '../../src/report/gitlab.ts';
import { renderHtml } from '../../src/report/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderRdjson } from '../../src/report/rdjson.ts';
import { renderReply } from '../../src/report/reply.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import type { Review } from '../../src/types.ts';

export const REPLAY = 'relore replay series.mbox';

/** The formats for programs and the draft; '' for a reply when there is nothing to ask. */
export const FORMATS: Readonly<Record<string, (review: Review) => string>> = {
  sarif: (review) => renderSarif(review, { replay: REPLAY }),
  github: (review) => renderGithub(review, { replay: REPLAY }),
  gitlab: (review) => renderGitlab(review, { replay: REPLAY }),
  rdjson: (review) => renderRdjson(review, { replay: REPLAY }),
  checkstyle: (review) => renderCheckstyle(review, { replay: REPLAY }),
  junit: (review) => renderJunit(review, { replay: REPLAY }),
  html: (review) => renderHtml(review, { replay: REPLAY }),
  reply: (review) => renderReply(review, { replay: REPLAY, from: 'Ada Example <ada@example.org>' }) ?? '',
  'b4-check': (review) => renderB4Check(review, { replay: REPLAY }),
  patchwork: (review) => renderPatchwork(review, { replay: REPLAY }),
};

/** Those and the formats for people. */
export const ALL_FORMATS: Readonly<Record<string, (review: Review) => string>> = {
  terminal: (review) => renderTerminal(review, { color: false, width: 100, all: false, replay: REPLAY }),
  'terminal-all': (review) => renderTerminal(review, { color: true, width: 80, all: true, replay: REPLAY }),
  markdown: (review) => renderMarkdown(review, { replay: REPLAY }),
  json: renderJson,
  'github-summary': (review) => githubSummary(review, { replay: REPLAY }),
  ...FORMATS,
};

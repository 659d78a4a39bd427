// One format, one module, loaded when it is asked for.

import { appendFile } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import type { DraftRecipients } from '../report/rfc5322.ts';
import type { Review } from '../types.ts';
import type { FailOn } from './exit.ts';
import type { Format } from './formats.ts';
import { runGit } from './git.ts';
import { type ColorWish, terminalWidth, wantsColor } from './output.ts';

/** How a review is printed. */
export interface RenderOptions {
  readonly format: Format;
  readonly output?: string;
  readonly failOn: FailOn;
  readonly only: 'new' | 'all';
  readonly patch?: string;
  readonly all: boolean;
  readonly allSteps: boolean;
  readonly color: ColorWish;
  readonly replay: string;
  readonly recipientsOf?: (messageId: string) => DraftRecipients | undefined; // of a draft
}

/** Returns the review in a format; undefined for a reply when there is nothing to ask. */
export async function rendered(review: Review, options: RenderOptions): Promise<string | undefined> {
  switch (options.format) {
    case 'terminal':
      return (await import('../report/terminal.ts')).renderTerminal(review, {
        ...options,
        width: terminalWidth(),
        color: wantsColor(options.color, options.output !== undefined),
      });
    case 'markdown':
      return (await import('../report/markdown.ts')).renderMarkdown(review, options);
    case 'html':
      return (await import('../report/html.ts')).renderHtml(review, options);
    case 'json':
      return (await import('../report/json.ts')).renderJson(review);
    case 'sarif':
      return (await import('../report/sarif.ts')).renderSarif(review, options);
    case 'github':
      return (await import('../report/github.ts')).renderGithub(review, options);
    case 'gitlab':
      return (await import('../report/gitlab.ts')).renderGitlab(review, options);
    case 'rdjson':
      return (await import('../report/rdjson.ts')).renderRdjson(review, options);
    case 'checkstyle':
      return (await import('../report/checkstyle.ts')).renderCheckstyle(review, options);
    case 'junit':
      return (await import('../report/junit.ts')).renderJunit(review, options);
    case 'patchwork':
      return (await import('../report/check.ts')).renderPatchwork(review, options);
    case 'reply':
      return (await import('../report/reply.ts')).renderReply(review, { ...options, from: sender() });
    default:
      return options.format satisfies never;
  }
}

/** Adds the review to the summary of a GitHub step, when one is kept. Throws InputError when it cannot be written. */
export async function writeSummary(review: Review, options: RenderOptions): Promise<void> {
  const { GITHUB_STEP_SUMMARY: file = '' } = process.env;
  if (file === '') return;
  const text = (await import('../report/github.ts')).githubSummary(review, options);
  await appendFile(file, text).catch((error: NodeJS.ErrnoException) => {
    const found = error.code ?? 'an error';
    throw new InputError({ place: { file }, expected: 'a step summary that can be written', found });
  });
}

/** The person whose git this is: a draft is written by who sends it. */
function sender(): string | undefined {
  const [name, address] = ['user.name', 'user.email'].map((key) =>
    runGit(process.cwd(), ['config', '--get', key]).out.toString('utf8').trim(),
  );
  return address === undefined || address === '' ? undefined : `${name ?? ''} <${address}>`;
}

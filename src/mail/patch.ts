// The patch of a mail: its diff, its numbers, its author, and the text under `---`.

import type { Patch } from '../types.ts';
import type { Body } from './blocks.ts';
import { fileDiffs } from './diffs.ts';
import { parseMailbox } from './header.ts';
import type { BodyLine } from './lines.ts';
import { isBlank } from './lines.ts';
import type { Mail } from './mail.ts';
import { patchIdOf } from './relate.ts';
import { parseSubject } from './subject.ts';
import { isDiffstat } from './words.ts';

const SCISSORS = /^[-\s]*(?:>8|8<|>%|%<)(?:[-\s<>8%]|cut here)*$/; // git-mailinfo's scissors line

/**
 * Returns the patch a mail carries unquoted, undefined when there is none. `posted` when the subject is no reply,
 * else `reply`: a counter-patch. Loose lines and hunks without a file header are no patch.
 */
export function patchOf(mail: Mail, lines: readonly BodyLine[], body: Body): Patch | undefined {
  const files = fileDiffs(body.diff.files);
  if (files.length === 0) return undefined;
  const firstDiff = Math.min(...[...body.diff.kinds.keys()].slice(0, 1));
  const inBody = inBodyFields(lines);
  const subject = inBody.subject === undefined ? mail.subject : parseSubject(inBody.subject);
  return {
    id: mail.id,
    messageId: mail.id,
    kind: mail.subject.reply ? 'reply' : 'posted',
    title: subject.title || mail.subject.title,
    author: inBody.from ?? (mail.from.name || undefined),
    index: mail.subject.index,
    total: mail.subject.total,
    version: mail.subject.version ?? 1,
    files,
    baseCommit: baseCommit(lines),
    notes: notesAbove(lines, firstDiff),
    ...stated(mail, lines, { date: inBody.date, patchId: patchIdOf(files) }),
  };
}

/** What only some patches say. */
function stated(
  mail: Mail,
  lines: readonly BodyLine[],
  known: { date: string | undefined; patchId: string | undefined },
): Partial<Patch> {
  const own = lines.filter(
    (line) => line.depth === 0 && /^(?:change-id|prerequisite-(?:patch|message|change)-id): \S/.test(line.text),
  );
  const changeId = own
    .find((line) => line.text.startsWith('change-id: '))
    ?.text.slice(11)
    .trim();
  const prerequisites = own
    .filter((line) => line.text.startsWith('pre'))
    .map((line) => line.text.replace(/^\S+\s+/, '').trim());
  const { labels } = mail.subject;
  return {
    ...(labels.length === 0 ? {} : { labels }),
    ...(known.date === undefined ? {} : { date: known.date }),
    ...(changeId === undefined ? {} : { changeId }),
    ...(prerequisites.length === 0 ? {} : { prerequisites }),
    ...(known.patchId === undefined ? {} : { patchId: known.patchId }),
  };
}

interface InBody {
  readonly from: string | undefined;
  readonly subject: string | undefined;
  readonly date: string | undefined;
}

/** In-body `From:` and `Subject:` lines: the first lines of the body, or those behind the scissors (git-mailinfo). */
function inBodyFields(lines: readonly BodyLine[]): InBody {
  const scissors = lines.findIndex((line) => line.depth === 0 && line.text.length < 200 && SCISSORS.test(line.text));
  let from: string | undefined;
  let subject: string | undefined;
  let date: string | undefined;
  for (const line of lines.slice(scissors + 1)) {
    if (isBlank(line) && from === undefined && subject === undefined) continue;
    const field = /^(From|Subject|Date):\s*(\S.*)$/.exec(line.text);
    if (field === null || line.depth !== 0) break;
    if (field[1] === 'From') from ??= parseMailbox(field[2] ?? '').name || undefined;
    if (field[1] === 'Subject') subject ??= field[2];
    if (field[1] === 'Date') date ??= field[2]?.trim();
  }
  return { from, subject, date };
}

function baseCommit(lines: readonly BodyLine[]): string | undefined {
  const line = lines.find((candidate) => candidate.depth === 0 && candidate.text.startsWith('base-commit: '));
  return /^base-commit: ([0-9a-f]{12,64})\b/.exec(line?.text ?? '')?.[1];
}

/** The text between the first `---` and the diff, without the diffstat: it often answers what a reviewer would ask. */
function notesAbove(lines: readonly BodyLine[], firstDiff: number): string {
  const ruler = lines.findIndex((line, index) => index < firstDiff && line.depth === 0 && /^--- ?$/.test(line.text));
  if (ruler < 0) return '';
  const kept = lines.slice(ruler + 1, firstDiff).filter((line) => !isDiffstat(line.text));
  return kept
    .map((line) => line.text)
    .join('\n')
    .trim();
}

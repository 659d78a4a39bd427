// The patch of a mail: its diff, its numbers, its author, and the text under `---`.

import type { Patch } from '../types.ts';
import type { Body } from './blocks.ts';
import { fileDiffs } from './diffs.ts';
import { parseMailbox } from './header.ts';
import type { BodyLine } from './lines.ts';
import type { Mail } from './mail.ts';
import { patchIdOf } from './relate.ts';
import { parseSubject } from './subject.ts';
import { isDiffstat } from './words.ts';

/**
 * Returns the patch a mail carries unquoted, undefined when there is none. `posted` when the subject is no reply,
 * else `reply`: a counter-patch. Loose lines and hunks without a file header are no patch, and neither is what has a
 * combined diff in it: a merge has no one tree to which it applies.
 */
export function patchOf(mail: Mail, lines: readonly BodyLine[], body: Body): Patch | undefined {
  if (isCombined(body)) return undefined;
  const files = fileDiffs(body.diff.files);
  if (files.length === 0) return undefined;
  const firstDiff = body.diff.first ?? lines.length;
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

/** True when the author of a body shows a merge: `diff --cc`. */
export function isCombined({ diff }: Body): boolean {
  return diff.files.some((file) => file.combined);
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

/**
 * In-body `From:`, `Subject:`, `Date:` and `[PATCH]` lines: the first lines of the body, or those behind the scissors
 * (git-mailinfo). Unlike git, a From without an address is text.
 */
function inBodyFields(lines: readonly BodyLine[]): InBody {
  const scissors = lines.findLastIndex(
    (line) => line.depth === 0 && line.text.length < 200 && />8|8<|>%|%</.test(line.text) && isScissors(line.text),
  );
  const fields = new Map<string, string>();
  let open: string | undefined;
  for (const { depth, text } of lines.slice(scissors + 1)) {
    if (text.trim() === '' && fields.size === 0) continue;
    const field = /^(?:(From|Subject|Date):\s*(\S.*)|(\[PATCH[^\]]*\]\s.*))$/.exec(text);
    if (depth !== 0 || (field === null && !(open !== undefined && /^[ \t]+\S/.test(text)))) break;
    if (field !== null) open = field[1] ?? 'Subject';
    if (open === undefined) break;
    const known = fields.get(open);
    if (field === null) fields.set(open, `${known} ${text.trim()}`);
    else if (known === undefined) fields.set(open, (field[2] ?? field[3] ?? '').trim());
  }
  const from = parseMailbox(fields.get('From') ?? '');
  return {
    from: from.address === undefined ? undefined : from.name || undefined,
    subject: fields.get('Subject'),
    date: fields.get('Date'),
  };
}

/** True for a line that cuts a mail in two: is_scissors_line of git's mailinfo.c. */
function isScissors(text: string): boolean {
  const line = text.trim();
  let perforation = 0;
  let scissors = 0;
  let inside = false;
  for (let at = 0; at < line.length; at++) {
    const pair = line.slice(at, at + 2);
    const cut = ['>8', '8<', '>%', '%<'].includes(pair);
    if (/\s/.test(pair[0]!)) {
      if (inside) perforation++;
    } else {
      inside = cut || pair[0] === '-';
      if (inside) perforation += cut ? 2 : 1;
      if (cut) scissors += 2;
      if (cut) at++;
    }
  }
  return scissors > 0 && line.length >= 8 && line.length < perforation * 3 && inside;
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

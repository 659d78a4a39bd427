// Subject lines: `[PATCH mm v3 2/5] mm: foo` and its damaged relatives.

/** A subject taken apart. */
export interface Subject {
  readonly reply: boolean; // begins with Re: or a like prefix
  readonly patch: boolean; // a [PATCH ...] or [RFC ...] tag stands in it
  readonly version: number | undefined;
  readonly index: number | undefined; // n of n/m
  readonly total: number | undefined;
  readonly labels: readonly string[]; // RFC, RFT, RESEND
  readonly title: string; // without prefixes and tags
  readonly whole: string; // without Re: prefixes only
}

const REPLY = /^(?:(?:re|aw|sv|antw|fwd?|回复|答复)(?:\[\d+\])?\s*[:：]\s*)+/iu;
const TAG = /^\[([^[\]]{0,200})\]\s*/;

/** Returns the parts of a subject. Tags may be glued or comma-separated: `[PATCH1/8]`, `[PATCH v6,19/24]`, `v2` may close the title. */
export function parseSubject(subject: string): Subject {
  const spaced = /[^\S ]| {2}/.test(subject) ? subject.replace(/\s+/g, ' ') : subject;
  const folded = spaced.trim().slice(0, 1_000);
  const whole = folded.replace(REPLY, '');
  const tags: string[] = [];
  let title = whole;
  for (let tag = TAG.exec(title); tag !== null; tag = TAG.exec(title)) {
    tags.push(tag[1] ?? '');
    title = title.slice(tag[0].length).replace(REPLY, '');
  }
  const text = tags.join(' ');
  const number = /(\d{1,4})\s*(?:\/|\bof\b)\s*(\d{1,4}|n\b)/i.exec(text);
  const version =
    /(?:^|[^a-z]|PATCH|RFC|RFT|RESEND)v[\s.]?(\d{1,3})\b/i.exec(text) ??
    (title.includes(')') ? /\(v(\d{1,3})\)\s*$/i.exec(title) : null);
  return {
    reply: whole !== folded,
    patch: /PATCH|\bRFC\b|\bRFT\b/i.test(text),
    version: version === null ? undefined : Number(version[1]),
    index: number === null ? undefined : Number(number[1]),
    total: number === null || Number.isNaN(Number(number[2])) ? undefined : Number(number[2]),
    labels: labelsOf(text),
    title,
    whole,
  };
}

function labelsOf(tags: string): string[] {
  const labels = tags === '' ? null : tags.match(/RFC|RFT|RESEND|REPOST/gi);
  return labels === null ? [] : [...new Set(labels.map((label) => label.toUpperCase()))].sort();
}

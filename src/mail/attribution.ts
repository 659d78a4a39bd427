// Attribution lines: `On D, N wrote:` and its kin. One at depth d names the speaker of depth d+1.

import { cleanName } from './header.ts';
import type { BodyLine } from './lines.ts';
import { codesOf, isBlank, lastVisible, SIGN } from './lines.ts';
import { headBlockAt } from './outlook.ts';

/** An attribution: the lines it takes and whom it names. */
export interface Attribution {
  readonly from: number; // index of its first line
  readonly to: number; // index behind its last line
  readonly name: string;
  readonly date: string | undefined; // as stated: `Wed 21-11-18 18:27:11`
}

const MAX_LENGTH = 400; // characters; an attribution is one sentence
const MAX_LINES = 3; // mailers wrap long attributions over two lines, rarely three

const WROTE =
  /[\s,;]*(?:\b(?:wrote|writes|said|says|schrieb|skrev|escribió|escreveu|a écrit|ha scritto|napisał(?:\(a\))?)|написал(?:\(а\))?|пишет|写道|写到|寫道)\s*(?::|：)$/iu;
const VERBS = new Set(['wrote', 'writes', 'said', 'says', 'schrieb', 'skrev', 'escreveu', 'scritto']);
const VERB = 60; // characters at the end of an attribution that hold its verb
const SCHRIEB = /^schrieb\s+(.+?)\s*:$/iu; // Am D um T schrieb N:
const STAMPED = /^(?:\*\s+)?(.{1,80}?)\s+<[^<>]*>\s+\[[\d: /-]{6,24}\]\s*:?$/; // N <a> [230216 00:18]:
const QUOTING = /^Quoting\s+(.{1,80}?)\s*(?:<[^<>]*>)?\s*(?:\([^()]*\))?\s*:?$/;
const EXCERPTS = /^Excerpts from\s+(.{1,80}?)['’]s message of\s.*:$/;
const MINUS = 45;
const ANGLE = 60; // <
const OPENS = codesOf('OALEID在于*');
const HEAD_STARTS = codesOf('F*-');
const ENDING = SIGN.colon | SIGN.square | SIGN.round | SIGN.wide; // of a line that ends an attribution
const UNENDED = ENDING | SIGN.angle;
const OPENING = /^(?:On|At|Am|Le|El|Em|Il|Op|Den|在|于|\*)\s/u;

/** Returns the attributions of a body in order. Linear in the lines. */
export function findAttributions(lines: readonly BodyLine[]): Attribution[] {
  const found: Attribution[] = [];
  for (let at = 0; at < lines.length; at++) {
    const { lead, signs, first } = lines[at]!;
    if (OPENS[lead] !== 1 && (signs & UNENDED) === 0 && HEAD_STARTS[first] !== 1) continue;
    const attribution = attributionAt(lines, at) ?? headAttribution(lines, at);
    if (attribution === undefined) continue;
    found.push(attribution);
    at = attribution.to - 1;
  }
  return found;
}

function headAttribution(lines: readonly BodyLine[], at: number): Attribution | undefined {
  const { text, first } = lines[at]!;
  if (HEAD_STARTS[first] !== 1) return undefined;
  if (first === MINUS ? !text.startsWith('--') : !/^\*?From:/.test(text)) return undefined;
  const head = headBlockAt(lines, at);
  const followed = head !== undefined && depthAfter(lines, head.to - 1) > lines[at]!.depth;
  return followed ? { from: at, to: head.to, name: head.name, date: head.date } : undefined;
}

/** The depth of the next line that is not a blank of the same or a lower depth than the line before it. Linear in the blanks. */
function depthAfter(lines: readonly BodyLine[], at: number): number {
  let next = at + 1;
  while (next < lines.length && isBlank(lines[next]!) && lines[next]!.depth <= lines[next - 1]!.depth) next++;
  return lines[next]?.depth ?? 0;
}

function attributionAt(lines: readonly BodyLine[], at: number): Attribution | undefined {
  const first = lines[at]!;
  if (isBlank(first) || first.text.length > MAX_LENGTH) return undefined;
  const opens = OPENS[first.lead] === 1 && OPENING.test(first.text.trimStart());
  if (!opens && !mayEnd(first, lines[at + 1])) return undefined;
  let text = '';
  for (let to = at + 1; to <= Math.min(at + (opens ? MAX_LINES : 2), lines.length); to++) {
    const line = lines[to - 1]!;
    if (line.depth !== first.depth || isBlank(line)) return undefined;
    text = `${text} ${line.text.slice(0, MAX_LENGTH).trim()}`.trim();
    if ((line.signs & ENDING) === 0 || !/[:：\])]$/u.test(text)) {
      if (!opens && !/<[^<>]*$|>$/.test(text)) return undefined;
      continue;
    }
    const name = attributedName(text, depthAfter(lines, to - 1) > first.depth);
    if (name !== undefined) return { from: at, to, name, date: attributedDate(text) };
    if (!opens) return undefined;
  }
  return undefined;
}

/**
 * True when the first line of an attribution without an opening word may end so: `:`, `N <a> [date]`, `Quoting N (a)`,
 * or `<...` with more behind. Told by characters, since it is asked of every line.
 */
function mayEnd(line: BodyLine, next: BodyLine | undefined): boolean {
  const { text, signs } = line;
  if ((signs & UNENDED) === 0) return false;
  const last = lastVisible(text);
  if (last === ':' || last === '：') return true;
  if (last === ']') return (signs & SIGN.angle) !== 0;
  if (last === ')') return text.trimStart().startsWith('Quoting');
  if ((signs & SIGN.angle) === 0 || (last !== '>' && !opensAngle(text))) return false;
  return next !== undefined && (next.signs & ENDING) !== 0 && ':：])'.includes(lastVisible(next.text));
}

/** True when a `<` has no `>` behind it. */
function opensAngle(text: string): boolean {
  for (let at = text.length - 1; at >= 0; at--) {
    const code = text.charCodeAt(at);
    if (code === ANGLE || code === ANGLE + 2) return code === ANGLE;
  }
  return false;
}

/**
 * Returns whom an attribution text names. `followed` says that a deeper quote follows, which is what tells
 * `N wrote:` and a date with a name from prose. undefined when the text is no attribution.
 */
export function attributedName(text: string, followed: boolean): string | undefined {
  const special = specialName(text);
  if (special !== undefined) return followed ? nonEmpty(cleanName(special)) : undefined;
  const last = text.at(-1);
  if (last !== ':' && last !== '：') return undefined;
  const verb = verbOf(text.slice(-VERB)) !== null;
  if (!verb && !(followed && /\d/.test(text)) && !text.includes('chrieb')) return undefined;
  const { rest, dated } = stripDate(text.replace(/^\*\s+/, ''));
  const german = SCHRIEB.exec(rest);
  if (german !== null && dated) return personOf(german[1] ?? '');
  const tail = Math.max(0, rest.length - VERB);
  const wrote = verbOf(rest.slice(tail));
  if (wrote !== null) return wroteName(rest.slice(0, tail + wrote.index), { dated, followed });
  return dated && followed ? undecodedName(rest) : undefined;
}

/** WROTE on the end of an attribution; an ASCII word that is no verb is told without it. */
function verbOf(tail: string): RegExpExecArray | null {
  let end = tail.length;
  while (end > 0 && (tail[end - 1] === ':' || tail[end - 1] === ' ')) end--;
  let start = end;
  while (start > 0 && isLetter(tail.charCodeAt(start - 1))) start--;
  const before = start > 0 ? tail.charCodeAt(start - 1) : 0;
  const isPlain = start < end && before < 0x80;
  return isPlain && !VERBS.has(tail.slice(start, end).toLowerCase()) ? null : WROTE.exec(tail);
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function specialName(text: string): string | undefined {
  if (text.startsWith('Quoting')) return QUOTING.exec(text)?.[1];
  if (text.startsWith('Excerpts')) return EXCERPTS.exec(text)?.[1];
  return text.includes('[') && text.includes('<') ? STAMPED.exec(text)?.[1] : undefined;
}

/** Returns the date an attribution text states, as written; undefined when it states none. */
export function attributedDate(text: string): string | undefined {
  const stamp = /\[([\d: /-]{6,24})\]\s*:?$/.exec(text)?.[1] ?? /['’]s message of\s+(.*):$/.exec(text)?.[1];
  if (stamp !== undefined) return nonEmpty(stamp.trim());
  const { rest, dated } = stripDate(text.replace(/^\*\s+/, ''));
  if (!dated) return undefined;
  const head = text
    .slice(0, text.length - rest.length)
    .replace(/^\S+\s+(?=\S)/u, (word) => (OPENING.test(word) ? '' : word));
  return nonEmpty(head.replace(/[\s,;-]+$/, '').trim());
}

function wroteName(head: string, known: { dated: boolean; followed: boolean }): string | undefined {
  const name = personOf(head);
  if (known.dated && (known.followed || head.trim() !== '')) return name;
  if (!known.followed) return undefined;
  return /<[^<>]*@[^<>]*>/.test(head) || looksLikeName(head) ? name : undefined;
}

// The verb is unreadable (a charset was lost): `2020/6/8 12:15, N ??:` keeps the date and the name.
function undecodedName(rest: string): string | undefined {
  const words = rest.replace(/\s*[:：]$/u, '').split(/\s+/);
  const last = words.at(-1) ?? '';
  if (words.length > 1 && !/[A-Za-z]/.test(last)) words.pop();
  const head = words.join(' ');
  return looksLikeName(head) || /<[^<>]*@/.test(head) ? personOf(head) : undefined;
}

function personOf(head: string): string | undefined {
  const address = /<([^<>]*)>|\[(?:mailto:)?([^[\]\s]+@[^[\]\s]+)\]/.exec(head);
  const name = cleanName(address === null ? head : head.slice(0, address.index));
  const bare = /^([^\s@]+)@[^\s@]+$/.exec(name)?.[1];
  if (name !== '') return name.length <= 80 ? (bare ?? name) : undefined;
  const local = (address?.[1] ?? address?.[2] ?? '').split('@')[0] ?? '';
  return nonEmpty(local.trim());
}

function looksLikeName(head: string): boolean {
  const words = head.trim().split(/\s+/);
  return (
    words.length <= 5 &&
    words.every((word) => /^["'(]?[\p{Lu}\p{Lo}]/u.test(word) || /^(?:de|van|von|der|den|la|le|bin|al)$/.test(word))
  );
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}

interface DateState {
  weekday: boolean;
  day: boolean;
  month: boolean;
  full: boolean;
  time: boolean;
}

const WEEKDAY =
  /^(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\.?$/i;
const MONTH =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?$/i;
const FULL_DATE =
  /^(?:\d{1,4}([-/.])\d{1,2}\1\d{1,4}\.?|\d{1,2}-[A-Za-z]{3}-\d{2,4}|\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)$/;
const TIME = /^[^\dA-Za-z]{0,8}\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\.\d+)?(?:[ap]\.?m\.?)?$/iu;
const ZONE = /^(?:\(?(?:UTC|GMT|[A-Z]{1,3}[SD]?T)\)?(?:[+-]\d{1,4})?|[+-]\d{2}:?\d{2}|\([A-Z+\d-]{2,6}\)|Z)$/;

/** Splits the date off the head of an attribution. A word is part of the date only once: `On Tue, 20 Nov 2018, Jan Kara` keeps Jan. */
function stripDate(text: string): Dated {
  if (text !== lastText) {
    lastDated = datedText(text);
    lastText = text;
  }
  return lastDated;
}

interface Dated {
  readonly rest: string;
  readonly dated: boolean;
}

let lastText = ''; // the name and the date of an attribution are asked for one after the other
let lastDated: Dated = { rest: '', dated: false };

function datedText(text: string): Dated {
  const state: DateState = { weekday: false, day: false, month: false, full: false, time: false };
  const words = /\S+/g;
  let word = words.exec(text);
  if (word !== null && (OPENING.test(`${word[0]} `) || !/[A-Za-z\d]/.test(word[0]))) {
    const behind = words.lastIndex;
    word = words.exec(text) ?? word;
    words.lastIndex ||= behind;
  }
  while (word !== null && isDateWord(word[0].replace(/[,;]+$/, ''), state)) word = words.exec(text);
  const dated = state.full || state.time || (state.month && state.day);
  const rest = dated ? text.slice(word?.index ?? text.length) : text;
  return { rest: rest.replace(/^[\s,;-]+/, ''), dated };
}

function note(state: DateState, part: keyof DateState): true {
  state[part] = true;
  return true;
}

function isDateWord(word: string, state: DateState): boolean {
  const begun = state.weekday || state.day || state.month || state.full || state.time;
  if (word.length <= 3 && (word === '' || /^(?:at|à|um|kl\.?|a|las|,|-|–|the|of)$/iu.test(word))) return begun;
  if (/\d/.test(word)) {
    if (!state.full && FULL_DATE.test(word)) return note(state, 'full');
    if (TIME.test(word)) return note(state, 'time');
    if (/^\d{1,4}(?:st|nd|rd|th|\.)?$/.test(word)) return note(state, 'day');
  } else {
    if (!begun && WEEKDAY.test(word)) return note(state, 'weekday');
    if (!state.month && !state.full && MONTH.test(word)) return note(state, 'month');
    if (state.time && /^[ap]\.?m\.?$/i.test(word)) return true;
  }
  return (state.time || state.full) && ZONE.test(word);
}

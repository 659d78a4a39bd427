// What a line looks like: a sentence, code, a log line. Rules of thumb over one line each, all linear.

import type { BodyLine } from './lines.ts';
import { codesOf, lastVisible, SIGN } from './lines.ts';

const READ = 500; // characters of a line that decide what it is

const TRAILER =
  /^(?:[A-Z][A-Za-z]*(?:-[A-Za-z]+)*-(?:by|to)|Cc|CC|Fixes(?=: *[0-9a-f]{6}|: *\?)|Link|Closes|Bugzilla|Message-Id|Message-ID|Change-Id|Depends-on|References|base-commit|change-id|prerequisite-patch-id|prerequisite-message-id|Cherry-picked-from|BugLink): *\S/;
const STAMP = /^\s*(?:<\d>)?\[\s*\d{1,7}\.\d{3,6}\]/;
const OOPS =
  /\b(?:BUG: |WARNING: CPU|Call Trace:|Call trace:|Kernel panic|Oops: |general protection fault|Unable to handle kernel|kernel BUG at|Modules linked in:|Hardware name: |CPU: \d+ PID: \d+|RIP: \d{4}:|---\[ (?:end trace|cut here))|-{4,}\[ cut here \]/;
// The words of OOPS without their surroundings: asked of every line with a colon, so it starts at its first letters.
const OOPS_WORD =
  /BUG: |WARNING: CPU|Call [Tt]race:|Kernel panic|Oops: |general protection|Unable to handle|kernel BUG|Modules linked|Hardware name: |CPU: \d|RIP: \d|---\[ |-\[ cut/;
const REGISTERS = /^\s*(?:R[A-Z0-9]{2}|E[A-Z]{2}|pc|lr|sp|x\d{1,2}|CR2|FS|Code) ?: ?(?:[0-9a-f(<]|\S+\+0x)/;
const FRAME = /^\s*(?:\[<[0-9a-f]+>\]\s*|\? |#\d+\s)*[\w.]+\+0x[0-9a-f]+(?:\/0x[0-9a-f]+)?(?:\s|$)/;
const INLINE_FRAME = /^\s*[\w.]+ \S+\.[chS]:\d+(?: \[inline\])?\s*$/;
const DUMP_ROW = /^[ >]?\s*(?:[0-9a-f]{16}: )?(?:[0-9a-f]{2} |<[0-9a-f]{2}> ){8}/;
const KASAN =
  /^(?:Allocated by task|Freed by task|Read of size|Write of size|The buggy address|Memory state around|(?:located|which belongs) .*(?:bytes|region|cache)|<\/?(?:TASK|IRQ|NMI)>)/;
const LOG_SIGNS = SIGN.colon | SIGN.square | SIGN.angle | SIGN.plus;
const LOG_START =
  /^(?:[ >]?\s*[0-9a-f]{2} [0-9a-f]{2} |Allocated|Freed|Read of|Write of|The buggy|Memory state|located|which|\s*(?:Unable to handle|Kernel panic|general protection))/; // of a log line without any of LOG_SIGNS
const LOG_STARTS = codesOf('0123456789abcdefAFRWTMlwUKg><');
const PAGE =
  /\bpage: ?[0-9a-fx]{8,18}\b.*\bcount:|\bpage:\S+ (?:ref)?count:-?\d+ mapcount:|\bpage dumped because|\bfolio dumped because|\braw: [0-9a-f]{16}|\bhead: ?\S+ order:|\bpfn:0x[0-9a-f]+|^\s*aops:\S+|\bflags: 0x[0-9a-f]{8,}\(/;

const DIFFSTAT = /^ ?\S.{0,300}\s\|\s+(?:\d+ [+-]*|Bin\b.*|\d+)$/;
const DIFFSTAT_END =
  /^ ?\d+ files? changed(?:, \d+ (?:insertion|deletion)s?\([+-]\)){0,2}$|^ (?:create|delete) mode \d{6} /;

const STATEMENT_END = /(?:[;{}\\]|\*\/|\)\s*\{|^\s*else)\s*(?:\/\/.*|\/\*.*\*\/)?$/;
const STATEMENT_START =
  /^\s*(?:#\s*(?:define|include|ifdef|ifndef|if|endif|else|undef)\b|(?:if|while|for|switch)\s*\(|do\s*\{|case\s+\w+\s*:|\/\*|\/\/|[{}]|(?:static|struct|union|enum|extern|inline|void|int|bool|unsigned)\s.*[;{,()=]$)/;
const CODE_STARTS = codesOf('#/{}iwfsdcuevb'); // of STATEMENT_START and `else`
const ONE_STATEMENT = /^\s*[\w*&.[\]>-]+\s*(?:\(.*\)|(?:[|&+-]|<<|>>)?=[^=].*);\s*(?:\/\/.*|\/\*.*\*\/)?$/;

/** True for `Signed-off-by: N <a>`, `Fixes:`, `Link:`, an in-body `From: N <a>` and their kin, at the start of a line. */
export function isTrailer(text: string): boolean {
  if (!text.includes(':')) return false;
  const line = text.slice(0, READ);
  return TRAILER.test(line) || /^From: .{1,100}<[^<>\s]+@[^<>\s]+>\s*$/.test(line);
}

/** False when isTraceLine and isPageDumpLine cannot be true: most prose is told by its characters alone. */
export function mayBeLog({ text, signs, lead }: BodyLine): boolean {
  return (signs & LOG_SIGNS) !== 0 || (LOG_STARTS[lead] === 1 && LOG_START.test(text));
}

/** isTraceLine of the text of a line, quicker: each form is tried only when the characters are there that it needs. */
export function isTrace({ text, signs, lead }: BodyLine): boolean {
  const colon = (signs & SIGN.colon) !== 0;
  const square = (signs & SIGN.square) !== 0;
  const line = text.slice(0, READ);
  if (square && STAMP.test(line)) return true;
  if ((colon || square ? OOPS_WORD : LOG_START).test(line) && OOPS.test(line)) return true;
  if (colon && (REGISTERS.test(line) || INLINE_FRAME.test(line))) return true;
  if ((signs & SIGN.plus) !== 0 && FRAME.test(line)) return true;
  return LOG_STARTS[lead] === 1 && (DUMP_ROW.test(line) || KASAN.test(line));
}

/** False when looksLikeCode cannot be true. */
export function mayBeCode({ lead, signs }: BodyLine): boolean {
  return (signs & (SIGN.code | SIGN.star)) !== 0 || CODE_STARTS[lead] === 1;
}

/** False when isDiffstat cannot be true. */
export function mayBeDiffstat({ first, signs }: BodyLine): boolean {
  return (signs & SIGN.bar) !== 0 || first === 32 || (first >= 48 && first <= 57);
}

/** True for a line with a printk stamp, an oops line, a register or a stack frame. */
export function isTraceLine(text: string): boolean {
  const line = text.slice(0, READ);
  const oops = OOPS.test(line) && (/[:[]/.test(line) || LOG_START.test(line)); // in prose, `a general protection fault`
  if (STAMP.test(line) || oops || REGISTERS.test(line) || FRAME.test(line)) return true;
  return INLINE_FRAME.test(line) || DUMP_ROW.test(line) || KASAN.test(line);
}

/** True for a line of dump_page(): page pointer, counts, raw words, aops. */
export function isPageDumpLine(text: string): boolean {
  return text.includes(':') && PAGE.test(text.slice(0, READ));
}

/** True when a line is C by its ends: a statement, a brace, a directive, a comment. Prose that merely names code is not. */
export function looksLikeCode(text: string): boolean {
  const line = text.slice(0, READ);
  const ends = endsStatement(line);
  const starts = STATEMENT_START.test(line);
  if ((!ends && !starts) || looksLikeSentence(line)) return false;
  return starts || /=|->|^\s*\}/.test(line) || plainWords(line) < 5;
}

/** STATEMENT_END, told by the last character of most lines. */
function endsStatement(line: string): boolean {
  const last = lastVisible(line);
  if (last === ';' || last === '{' || last === '}' || last === '\\') return true;
  if (last === '/' && line.trimEnd().endsWith('*/')) return true;
  return (line.includes('//') || (last === 'e' && line.trim() === 'else')) && STATEMENT_END.test(line);
}

function plainWords(line: string): number {
  return line.split(/\s+/).filter((word) => /^[a-z]{2,}[,;.]?$/.test(word)).length;
}

/** True when one line alone is a whole C statement. */
export function isStatement(text: string): boolean {
  return ONE_STATEMENT.test(text.slice(0, READ)) && !looksLikeSentence(text);
}

/** True for a line that reads as written English: a capital, then four or more plain words, no C punctuation. */
export function looksLikeSentence(text: string): boolean {
  const line = text.slice(0, READ).trim();
  if (!/^["'(A-Z]/.test(line) || /[;{}=]|->|\/\*|\*\//.test(line) || !/^["'(]?[A-Z][A-Za-z']*[,:]?\s/.test(line))
    return false;
  return line.split(/\s+/).filter((word) => /^["'(]?[A-Za-z][a-z'-]*[,.;:?!)"']*$/.test(word)).length >= 4;
}

/** True for a line of a diffstat or its summary. */
export function isDiffstat(text: string): boolean {
  if (text.length >= READ) return false;
  return (text.includes('|') && DIFFSTAT.test(text)) || DIFFSTAT_END.test(text);
}

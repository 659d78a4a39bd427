// Archive pages saved or copied as text: what stands for the header, and where each mail begins.
//
//   lkml-like          lore, a thread           marc.info                mail-archive.com
//   Re: subject        * Re: subject            [prev in list] ...       Re: subject
//                      @ 2023-07-18 21:57 Ann   List:       linux-mm
//   From: Ann          From: Ann @ 2023-... UTC Subject:    Re: ...      Ann Author Tue, 18 Jul 2023 21:57:49 -0700
//   Date: ...            To: ...                From:       Ann <a () b ! c>
//                                               [Download RAW message or body]
//   text               text                     text                     text

import { decodeCharset } from './header.ts';
import type { RawMail } from './mbox.ts';

/** The head of a mail on an archive page: the subject, then the fields that the page prints. */
export interface PageHead {
  readonly subject: string;
  readonly headerText: string; // field lines
}

const MARC_END = /^\[Download RAW message or body\][ \t]*\r?\n/m;
const LORE_HEAD = /^From: ([^\n@]{1,200}) @ (\d{4}-\d\d-\d\d +\d{1,2}:\d\d) UTC(?: \(permalink[^\n]*)?\r?$/gm;
const DATED =
  /^([^\r\n]{1,80}?)[ \t]+((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d{2}(?::\d{2})? ?[+-]\d{4})[ \t]*\r?$/;
const MAX_MAILS = 10_000; // on one page

/** Returns the mail of an archive page; undefined when the text is none. `head` is the beginning of `source` as latin1. */
export function pageMail(source: Buffer, head: string): RawMail | undefined {
  const found = marcHead(head) ?? lkmlHead(head) ?? mailArchiveHead(head);
  if (found === undefined) return undefined;
  return { start: 0, body: found.body, end: source.length, quoting: 'none', page: found.page };
}

interface Found {
  readonly page: PageHead;
  readonly body: number; // byte offset
}

/** Subject, blank line, `From:` and `Date:` lines. */
function lkmlHead(head: string): Found | undefined {
  const match =
    /^(?:[ \t]*\r?\n)*([^\r\n]{1,1000})\r?\n[ \t]*\r?\n((?:[A-Z][A-Za-z -]{0,30}:[^\r\n]*\r?\n){2,12})/.exec(head);
  if (match === null) return undefined;
  const [whole, subject = '', fields = ''] = match;
  if (!/^From:/m.test(fields) || !/^Date:/m.test(fields) || /^(?:Subject|From|Date|Message-ID):/i.test(subject))
    return undefined;
  const blank = /^[ \t]*\r?\n/.exec(head.slice(whole.length))?.[0].length ?? 0;
  return { page: { subject: utf8(subject), headerText: utf8(fields) }, body: whole.length + blank };
}

/** marc.info: `List:`, `Subject:`, `From:` ... with addresses as `ann () example ! org`, up to the download link. */
function marcHead(head: string): Found | undefined {
  const list = /^(?:\[(?:prev|next) in [^\n]{0,300}\n\s*)?(?=List:[ \t])/.exec(head);
  const end = list === null ? null : MARC_END.exec(head.slice(0, 8_192));
  if (list === null || end === null) return undefined;
  const fields = utf8(head.slice(list[0].length, end.index))
    .replace(/ \(\) /g, '@')
    .replace(/ ! /g, '.');
  const bare = fields.replace(/^(Message-ID:[ \t]*)([^<\s]\S*)[ \t]*$/im, '$1<$2>');
  const subject = /^Subject:[ \t]*(.*?)\r?$/m.exec(bare)?.[1];
  if (subject === undefined || !/^From:/m.test(bare)) return undefined;
  return { page: { subject, headerText: bare }, body: end.index + end[0].length };
}

/** mail-archive.com: the subject, then one line with the name and the date. */
function mailArchiveHead(head: string): Found | undefined {
  const match = /^(?:[ \t]*\r?\n)*([^\r\n]{1,1000})\r?\n(?:[ \t]*\r?\n)+([^\r\n]{1,200})\r?\n(?:[ \t]*\r?\n)?/.exec(
    head,
  );
  const dated = DATED.exec(match?.[2] ?? '');
  if (match === null || dated === null) return undefined;
  const headerText = `From: ${utf8(dated[1] ?? '').trim()}\nDate: ${dated[2] ?? ''}\n`;
  return { page: { subject: utf8(match[1] ?? '').trim(), headerText }, body: match[0].length };
}

/** Returns the mails of a thread view of lore, each closed by a `permalink` line; undefined when the text is none. */
export function loreMails(source: Buffer, head: string): RawMail[] | undefined {
  if (!/^From: [^\n@]{1,200} @ \d{4}-\d\d-\d\d +\d{1,2}:\d\d UTC/m.test(head)) return undefined;
  const text = source.toString('latin1');
  const heads = [...text.matchAll(LORE_HEAD)].slice(0, MAX_MAILS);
  return heads.map((match, index) => {
    const from = match.index + match[0].length + 1;
    const fields =
      /^(?:[ \t]+(?:To|Cc|cc):[^\n]*\n|[ \t]{4,}\S[^\n]*\n)*/.exec(text.slice(from, from + 8_192))?.[0] ?? '';
    const above = text.slice(heads[index - 1]?.index ?? 0, match.index);
    const subject = [...above.matchAll(/^\*+ (.+?)\r?$/gm)].at(-1)?.[1] ?? '';
    const body = from + fields.length;
    const until = text.slice(body, heads[index + 1]?.index ?? text.length);
    const close = /^(?:\^ permalink raw reply|\* .+\n(?:@|[ \t]+\d{4}-))/m.exec(until)?.index ?? until.length;
    const headerText = `From: ${utf8(match[1] ?? '').trim()}\nDate: ${loreDate(match[2] ?? '')}\n${utf8(fields.replace(/^[ \t]+(?=To|Cc|cc)/gm, ''))}`;
    return {
      start: match.index,
      body,
      end: body + close,
      quoting: 'none',
      page: { subject: utf8(subject), headerText },
    };
  });
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `2023-07-18  9:57`, in UTC as lore prints it, as a mail would: `18 Jul 2023 09:57 +0000`. */
function loreDate(text: string): string {
  const [day = '', time = ''] = text.split(/ +/);
  const [year = '', month = '', date = ''] = day.split('-');
  return `${date} ${MONTHS[Number(month) - 1] ?? ''} ${year} ${time.padStart(5, '0')} +0000`;
}

function utf8(latin1: string): string {
  return decodeCharset(Buffer.from(latin1, 'latin1'), 'utf-8');
}

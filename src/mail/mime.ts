// Mail in parts, or in base64: mailparser behind one function. Loaded only when a mail needs it.

import type { Attachment } from 'mailparser';
import { simpleParser } from 'mailparser';
import type { BodyLine, LineOptions } from './lines.ts';
import { bodyLines, PLAIN } from './lines.ts';
import type { RawMail } from './mbox.ts';

const MAX_MAIL = 16 << 20; // bytes of one encoded mail; a larger one is not read
const WINDOW = 200; // raw lines looked through for a decoded line

/**
 * Returns the body lines of an encoded or multipart mail: its text, then its attached patches. A line that stands in
 * the source as it is keeps its own span; other lines have the span of the whole body. `lossy` says what was lost.
 */
export async function mimeLines(
  source: Buffer,
  raw: RawMail,
  options: LineOptions,
): Promise<{ lines: BodyLine[]; lossy: string[] }> {
  if (raw.end - raw.start > MAX_MAIL) return { lines: [], lossy: ['encoded mail larger than 16 MiB: body not read'] };
  const bytes = withoutFlowed(source.subarray(raw.start, raw.end));
  const mail = await simpleParser(bytes, { skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true });
  const lossy: string[] = [];
  if (mail.text !== undefined && !/content-type:\s*text\/plain/i.test(bytes.toString('latin1')))
    lossy.push('HTML only: text made from markup');
  const texts = [mail.text ?? '', ...mail.attachments.filter(isPatchPart).map((part) => part.content.toString('utf8'))];
  const text = Buffer.from(
    texts.map((part) => (part === '' || part.endsWith('\n') ? part : `${part}\n`)).join(''),
    'utf8',
  );
  const lines = bodyLines(text, 0, text.length, { ...PLAIN, fromEscape: options.fromEscape, flowed: options.flowed });
  return { lines: align(lines, text, source, raw), lossy };
}

function isPatchPart(part: Attachment): boolean {
  if (/^(?:text|application)\/x-(?:patch|diff)$/i.test(part.contentType)) return true;
  return (
    /\.(?:patch|diff)$/i.test(part.filename ?? '') && /^(?:text\/|application\/octet-stream)/i.test(part.contentType)
  );
}

// mailparser joins flowed lines and takes kernel quotes (`> > `) for text: hide the parameter, of the same length.
function withoutFlowed(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const fixed = text.replace(/^content-type:[^\n]*(?:\n[ \t][^\n]*)*/gim, (type) =>
    type.replace(/format(\s*=\s*"?)flowed/gi, 'format$1x-none'),
  );
  return fixed === text ? bytes : Buffer.from(fixed, 'latin1');
}

/** Gives each decoded line the span of the equal raw line, searched forward from the last match; else the whole body. */
function align(lines: readonly BodyLine[], text: Buffer, source: Buffer, raw: RawMail): BodyLine[] {
  const rawLines = bodyLines(source, raw.body, raw.end, PLAIN);
  const rawText = rawLines.map((line) => source.toString('utf8', line.start, line.end).trimEnd());
  let at = 0;
  return lines.map((line) => {
    const wanted = text.toString('utf8', line.start, line.end).trimEnd();
    const found = wanted === '' ? -1 : rawText.slice(at, at + WINDOW).indexOf(wanted);
    if (found < 0) return { ...line, start: raw.body, end: raw.end };
    at += found + 1;
    const match = rawLines[at - 1]!;
    return { ...line, start: match.start, end: match.end };
  });
}

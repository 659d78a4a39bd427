// Header blocks that some mailers put above a quote: From:, Sent: or Date:, To:, Subject:. They are attributions; and
// below one that quotes without marks, every line is one level deeper than its marks say.

import { parseMailbox } from './header.ts';
import type { BodyLine } from './lines.ts';
import { atDepth, codesOf, isBlank } from './lines.ts';

/** A header block in a body. */
export interface HeadBlock {
  readonly to: number; // index behind its last line
  readonly name: string; // whom it names
  readonly date: string | undefined; // as stated
  readonly marked: boolean; // `Sent:` or an `Original Message` ruler: what follows is a quote even without marks
}

const FIELD = /^\*?(From|Sent|Date|To|Cc|CC|Subject|Reply-To):\*?\s*(.*)$/;
const RULER = /^-{2,}\s*(?:Original Message|Forwarded message|Original-Nachricht|Message d'origine)\s*-{2,}\s*$/i;
const STARTS = codesOf('-*FSDTCR'); // of FIELD and RULER
const MAX_LINES = 12;

/** Returns the header block at a line, undefined when there is none. In-body `From:` and `Subject:` of a patch are none: no `To:`. */
export function headBlockAt(lines: readonly BodyLine[], at: number): HeadBlock | undefined {
  const depth = lines[at]!.depth;
  const ruled = RULER.test(lines[at]!.text);
  const first = ruled ? at + 1 : at;
  const fields = new Map<string, string>();
  let to = first;
  for (; to < lines.length && to < first + MAX_LINES; to++) {
    const line = lines[to]!;
    if (line.depth !== depth || isBlank(line)) break;
    const field = FIELD.exec(line.text.slice(0, 500));
    if (field === null && to === first) return undefined;
    if (field !== null) fields.set(field[1] ?? '', field[2] ?? '');
  }
  const from = fields.get('From');
  const dated = fields.has('Sent') || fields.has('Date');
  if (from === undefined || !dated || !(fields.has('To') || (ruled && fields.has('Subject')))) return undefined;
  const { name } = parseMailbox(from.replace(/\[mailto:([^\]\s]*)\]/, '<$1>'));
  const date = (fields.get('Sent') ?? fields.get('Date'))?.trim();
  return name === '' ? undefined : { to, name, date, marked: ruled || fields.has('Sent') };
}

/** Returns the lines with everything below an unmarked quote one level deeper. Linear in the lines. */
export function deepenBelowHeads(lines: readonly BodyLine[]): readonly BodyLine[] {
  if (!lines.some(({ first, text }) => (first === 0x46 || first === 0x2a) && /^\*?From:/.test(text))) return lines;
  let deeper = 0;
  let until = 0;
  const shown: BodyLine[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const head =
      index >= until && line.depth === 0 && !isBlank(line) && mayOpen(line) ? headBlockAt(lines, index) : undefined;
    const above = deeper;
    if (head?.marked === true && !quoteFollows(lines, head.to)) {
      deeper++;
      until = head.to;
    }
    const by = index < until ? deeper - 1 : above;
    shown.push(by === 0 ? line : atDepth(line, line.depth + by));
  }
  return shown;
}

/** False when no header block can begin at a line: a field or a ruler must. */
function mayOpen({ first }: BodyLine): boolean {
  return STARTS[first] === 1;
}

function quoteFollows(lines: readonly BodyLine[], at: number): boolean {
  const next = lines.slice(at, at + 4).find((line) => !isBlank(line));
  return next !== undefined && next.depth > 0;
}

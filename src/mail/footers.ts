// What stands around a text and is no one's words: PGP armour, list footers.

import type { BodyLine } from './lines.ts';
import { codesOf } from './lines.ts';

const ARMOUR = /^-----BEGIN PGP (?:SIGNATURE|PUBLIC KEY BLOCK|MESSAGE)-----$/;
const ARMOUR_END = /^-----END PGP /;
const SIGNED = /^-----BEGIN PGP SIGNED MESSAGE-----$/;
const FOOTER =
  /^(?:To unsubscribe from this list: |To unsubscribe, e-?mail: |Please read the FAQ at |More majordomo info at |For additional commands, e-?mail: |Don't email: |_{40,}$)/;
const STARTS = codesOf('-TPMFD_');
const LONGEST = 400; // lines of armour

/** Returns the index behind the footer that begins at a line, the index itself when none does. Linear in its lines. */
export function footerEnd(lines: readonly BodyLine[], at: number): number {
  const { text, depth, first } = lines[at]!;
  if (STARTS[first] !== 1) return at;
  if (SIGNED.test(text)) return lines[at + 1]?.depth === depth && /^Hash: /.test(lines[at + 1]!.text) ? at + 2 : at + 1;
  if (FOOTER.test(text)) return at + 1;
  if (!ARMOUR.test(text)) return at;
  let end = at + 1;
  while (end < lines.length && end - at < LONGEST && lines[end]!.depth === depth) {
    end++;
    if (ARMOUR_END.test(lines[end - 1]!.text)) break;
  }
  return end;
}

// The text of raw bytes, whatever their charset is said to be.

/**
 * Returns the text of a line: UTF-8 when it is, else by the stated charset, else, when its high bytes stand in pairs, by
 * gb18030, else by windows-1252. A charset that is not known counts as none stated. Linear in the bytes.
 */
export function decodeLine(bytes: Buffer, charset: string | undefined): string {
  const utf8 = bytes.toString('utf8');
  if (utf8.length === bytes.length && !utf8.includes('\uFFFD')) return utf8;
  const stated = charset === undefined ? undefined : decodeAs(bytes, charset);
  if (stated !== undefined) return stated;
  if (!utf8.includes('\uFFFD')) return utf8;
  return (isPaired(bytes) ? decodeAs(bytes, 'gb18030') : undefined) ?? decodeAs(bytes, 'windows-1252') ?? utf8;
}

/** True when high bytes stand in pairs only, two pairs somewhere: Chinese text. In windows-1252, letters stand alone or by two. */
function isPaired(bytes: Buffer): boolean {
  let run = 0;
  let longest = 0;
  for (const byte of bytes) {
    if (byte < 0x80 && run % 2 === 1) return false;
    run = byte < 0x80 ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return run % 2 === 0 && longest >= 4;
}

function decodeAs(bytes: Buffer, charset: string): string | undefined {
  try {
    return decoder(charset).decode(bytes);
  } catch {
    return undefined;
  }
}

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

function decoder(charset: string): InstanceType<typeof TextDecoder> {
  const known = decoders.get(charset);
  if (known !== undefined) return known;
  const made = new TextDecoder(charset);
  if (decoders.size < 100) decoders.set(charset, made);
  return made;
}

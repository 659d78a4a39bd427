// Plain text: what a terminal may be shown, and how it is wrapped and counted.

// CSI and OSC sequences first, so that no remnant like `[31m` stays behind when ESC itself is dropped.
const ESCAPE_SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -~])?|\u009b[0-?]*[ -/]*[@-~]?/gu;
const BLANKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
// Controls, and the format characters: zero-width ones, and the bidirectional ones that reorder what a reader sees.
const CONTROLS = /[\p{Cc}\p{Cf}]/gu;

/**
 * Returns `text` as one line that is safe to print: no escape sequences, control or bidirectional characters.
 * Mail is hostile: an escape sequence in a subject can rewrite the lines above it. Linear.
 */
export function clean(text: string): string {
  return text.replace(ESCAPE_SEQUENCES, '').replace(BLANKS, ' ').replace(CONTROLS, '');
}

/** Returns a copy of `value` with every string in it, keys included, passed through `clean`. Linear. */
export function cleaned<T>(value: T): T {
  if (typeof value === 'string') return clean(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => cleaned(item)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [clean(key), cleaned(item as unknown)])) as T;
}

/** Returns the number of terminal columns of cleaned text. Wide characters of East Asian scripts and emoji count two. */
export function columnsOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}

/** Returns `text` filled with blanks on the right to `width` columns; longer text is returned as it is. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}

/**
 * Returns the lines of `text` filled to at most `width` columns, broken at blanks.
 * A word longer than `width` gets a line of its own and is never cut: Message-IDs and paths stay whole. Never empty.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** Returns `text` cut to `length` characters with `...` at the end, at a blank when one is near. */
export function cut(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const head = characters.slice(0, Math.max(0, length - 3)).join('');
  const blank = head.lastIndexOf(' ');
  return `${(blank > length / 2 ? head.slice(0, blank) : head).trimEnd()}...`;
}

/** Returns `value` with a comma between thousands: 2,000,000. */
export function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Returns a count with its noun: '1 message', '2 messages', '3 fixes'. */
export function counted(count: number, noun: string): string {
  const plural = /(?:x|s|ch|sh)$/.test(noun) ? `${noun}es` : noun.replace(/([^aeiou])y$/, '$1ie').concat('s');
  return `${thousands(count)} ${count === 1 ? noun : plural}`;
}

/** Returns a list in words: 'S1', 'S1 and S2', 'S1, S2 and S3'. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1] ?? ''}`;
}

// Length-preserving views of C text: what a brace matcher may look at. Offsets are JavaScript string offsets, so a
// position in the mask is the same position in the source.

// One alternative each: block comment (an unclosed one runs to the end), line comment, string, character constant.
// A string or character constant ends at the line end, so an apostrophe in an #error line hides one line at most.
const HIDDEN =
  /\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))|\/\/(?:\\\r?\n|[^\n])*|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/g;

/** A preprocessor line with its continuation lines, from the first blank before `#`. Use on masked text. */
export const DIRECTIVE = /^[ \t]*#(?:\\\r\n|\\[\s\S]|[^\\\n])*/gm;

/**
 * Returns `text` with the same length and line ends, comments blanked and the inside of string and character
 * constants blanked (their quotes stay). Linear.
 */
export const maskText = keptByText(16, (text) =>
  text.replace(HIDDEN, (hidden) => {
    const quote = hidden[0];
    if (quote === '/') return blank(hidden);
    if (hidden.length < 2 || !hidden.endsWith(quote ?? '')) return quote + blank(hidden.slice(1));
    return quote + blank(hidden.slice(1, -1)) + quote;
  }),
);

/** Returns masked text with preprocessor lines blanked too, same length. */
export const blankDirectives = keptByText(16, (masked) => masked.replace(DIRECTIVE, blank));

/** `make` with its answers for the `most` texts that were asked for first since the last overflow. */
export function keptByText<T>(most: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const answer = known.get(text) ?? make(text);
    if (!known.has(text) && known.size >= most) known.clear();
    known.set(text, answer);
    return answer;
  };
}

/** Returns `text` with everything but line ends replaced by blanks. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

/** Returns the offset of the first character of each line; entry 0 is line 1. */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Returns the 1-based line that `offset` lies on. Logarithmic. */
export function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

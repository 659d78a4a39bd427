// C tokens for comparing code that differs in layout and comments. Comments vanish; directives are tokens like others.

/** One token. Offsets are string offsets into the text. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly soft: boolean; // may be missing on one side of an alignment at nearly no cost: { } likely( ) inline
  readonly directive: boolean; // on a preprocessor line
}

const TOKEN =
  /\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))|\/\/(?:\\\r?\n|[^\n])*|\\\r?\n|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*|->|\+\+|--|<<=|>>=|<<|>>|[-+*/%&|^=!<>]=|&&|\|\||\.\.\.|##|[^\s]/g;

const SOFT_WORDS = new Set(['likely', 'unlikely', 'inline', '__always_inline', '{', '}']);

/** Returns the tokens of `text` from `start` to `end`, without comments and line splices. Linear. */
export function tokenize(text: string, start = 0, end = text.length): Token[] {
  const tokens: Token[] = [];
  const parens: boolean[] = [];
  let directiveEnd = -1;
  for (const match of text.slice(start, end).matchAll(TOKEN)) {
    const word = match[0];
    if (isHidden(word)) continue;
    let soft = SOFT_WORDS.has(word);
    if (word === '(') {
      // The parentheses of likely(x) come and go with the word.
      soft = /^(?:un)?likely$/.test(tokens.at(-1)?.text ?? '');
      if (parens.length < 100_000) parens.push(soft);
    } else if (word === ')') {
      soft = parens.pop() ?? false;
    }
    const at = start + match.index;
    if (word === '#' && at >= directiveEnd && isFirstOnLine(text, at)) directiveEnd = directiveEndFrom(text, at);
    tokens.push({ text: word, start: at, end: at + word.length, soft, directive: at < directiveEnd });
  }
  return tokens;
}

function isFirstOnLine(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === ' ' || text[before] === '\t') before -= 1;
  return before < 0 || text[before] === '\n';
}

function directiveEndFrom(text: string, at: number): number {
  let end = text.indexOf('\n', at);
  while (end >= 0 && /\\\r?$/.test(text.slice(Math.max(0, end - 2), end))) end = text.indexOf('\n', end + 1);
  return end < 0 ? text.length : end;
}

function isHidden(word: string): boolean {
  return word.startsWith('/*') || word.startsWith('//') || word[0] === '\\';
}

/** True for a name: an identifier or a keyword. */
export function isWord(token: string): boolean {
  return /^[A-Za-z_]/.test(token);
}

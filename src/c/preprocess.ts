// A small preprocessor that keeps every offset: comments, directives and dead #if arms become blanks, so an offset or
// a line in the result is one in the file. Macro definitions are collected, never expanded here (see macro.ts).

/** Kernel configuration: CONFIG_X -> 1 (y), 2 (m). Absent: not set. */
export type Config = ReadonlyMap<string, number>;

export interface Macro {
  readonly name: string;
  readonly params: readonly string[] | undefined; // undefined: object-like; '...' is the last of a variadic one
  readonly body: string;
  readonly line: number; // 1-based
}

/** What every kernel file is compiled with: CONFIG_64BIT is the model (see ctype.ts). */
const PREDEFINED: ReadonlyMap<string, number> = new Map([
  ['__KERNEL__', 1],
  ['BITS_PER_LONG', 64],
]);

export interface Preprocessed {
  readonly text: string; // same length and line breaks as the input
  readonly macros: readonly Macro[];
}

/**
 * Blanks comments (keeping line breaks) and, when asked, the insides of strings. Linear.
 * The result has the length of `text`.
 */
export function blankComments(text: string): string {
  if (!text.includes('/*') && !text.includes('//')) return text;
  const out: string[] = [];
  let from = 0; // start of the run of text that is kept
  let i = 0;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === 0x22 || c === 0x27) {
      i = skipQuoted(text, i);
    } else if (c === 0x2f && text.charCodeAt(i + 1) === 0x2a) {
      const close = text.indexOf('*/', i + 2);
      const end = close < 0 ? text.length : close + 2;
      out.push(text.slice(from, i), blank(text.slice(i, end)));
      from = i = end;
    } else if (c === 0x2f && text.charCodeAt(i + 1) === 0x2f) {
      const newline = text.indexOf('\n', i);
      const end = newline < 0 ? text.length : newline;
      out.push(text.slice(from, i), ' '.repeat(end - i));
      from = i = end;
    } else {
      i++;
    }
  }
  out.push(text.slice(from));
  return out.join('');
}

/** Offset behind the string or character literal that opens at `open`; the end of its line when it never closes. */
export function skipQuoted(text: string, open: number): number {
  const quote = text.charCodeAt(open);
  let i = open + 1;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i += 2;
    else if (c === quote) return i + 1;
    else if (c === 0x0a) return i;
    else i++;
  }
  return text.length;
}

/** Blanks of the same length, line breaks kept. */
function blank(text: string): string {
  return text.includes('\n') ? text.replace(/[^\n]/g, ' ') : ' '.repeat(text.length);
}

/**
 * Resolves #if by `config`, blanks directives, dead arms and comments, and collects the #defines of live arms.
 * `defined` answers for names that are neither CONFIG_ nor #defined in this file (default: not defined).
 * Linear in the text.
 */
export function preprocess(
  text: string,
  config: Config,
  defined: (name: string) => boolean = () => false,
): Preprocessed {
  const source = blankComments(text);
  if (!source.includes('#')) return { text: source, macros: [] };
  const lines = source.split('\n');
  const macros: Macro[] = [];
  const known = new Map<string, Macro>();
  const isDefined = (name: string): boolean =>
    known.has(name) || config.has(name) || PREDEFINED.has(name) || defined(name);
  const value = (name: string): number => config.get(name) ?? PREDEFINED.get(name) ?? integerMacro(known.get(name));
  const stack: { live: boolean; taken: boolean; outer: boolean }[] = [];
  let live = true;
  for (let n = 0; n < lines.length; n++) {
    const line = lines[n] ?? '';
    const directive = line.includes('#') ? /^\s*#\s*([a-z]+)\b(.*)$/s.exec(line) : null;
    if (directive === null) {
      if (!live) lines[n] = blank(line);
      continue;
    }
    let rest = directive[2] ?? '';
    const first = n;
    lines[n] = blank(line);
    const parts = [rest];
    while (parts[parts.length - 1]?.endsWith('\\') === true && n + 1 < lines.length) {
      n++;
      parts[parts.length - 1] = (parts[parts.length - 1] ?? '').slice(0, -1);
      parts.push(lines[n] ?? '');
      lines[n] = blank(lines[n] ?? '');
    }
    rest = parts.join(' ');
    switch (directive[1]) {
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        const truth: boolean = live && condition(directive[1], rest, isDefined, value);
        stack.push({ live, taken: truth, outer: live });
        live = truth;
        break;
      }
      case 'elif': {
        const top = stack[stack.length - 1];
        if (top === undefined) break;
        live = top.outer && !top.taken && condition('if', rest, isDefined, value);
        if (live) top.taken = true;
        break;
      }
      case 'else': {
        const top = stack[stack.length - 1];
        if (top === undefined) break;
        live = top.outer && !top.taken;
        top.taken = true;
        break;
      }
      case 'endif':
        live = stack.pop()?.outer ?? true;
        break;
      case 'define': {
        if (!live) break;
        const macro = parseDefine(rest, first + 1);
        if (macro === undefined) break;
        macros.push(macro);
        known.set(macro.name, macro);
        break;
      }
      case 'undef':
        if (live) known.delete(rest.trim());
        break;
      default:
        break;
    }
  }
  return { text: lines.join('\n'), macros };
}

/** The value of `#define N 3`, 0 for anything else: what #if sees. */
function integerMacro(macro: Macro | undefined): number {
  if (macro === undefined || macro.params !== undefined) return 0;
  const match = /^\(?(0x[0-9a-f]+|\d+)[ul]*\)?$/i.exec(macro.body.trim());
  return match === null ? 0 : Number(match[1]);
}

/** NAME(params) body, from the text behind #define. */
function parseDefine(rest: string, line: number): Macro | undefined {
  const match = /^\s*([A-Za-z_]\w*)(\(([^)]*)\))?(.*)$/s.exec(rest);
  if (match === null) return undefined;
  const params = match[2] === undefined ? undefined : (match[3] ?? '').split(',').map((p) => p.trim());
  return {
    name: match[1] ?? '',
    params: params?.length === 1 && params[0] === '' ? [] : params,
    body: (match[4] ?? '').trim(),
    line,
  };
}

function condition(
  kind: string,
  rest: string,
  isDefined: (name: string) => boolean,
  value: (name: string) => number,
): boolean {
  const name = /^\s*([A-Za-z_]\w*)/.exec(rest)?.[1] ?? '';
  if (kind === 'ifdef') return isDefined(name);
  if (kind === 'ifndef') return !isDefined(name);
  const text = rest
    .replace(/\bdefined\s*(?:\(\s*(\w+)\s*\)|(\w+))/g, (_, a?: string, b?: string) =>
      isDefined(a ?? b ?? '') ? '1' : '0',
    )
    .replace(/\bIS_(?:ENABLED|BUILTIN|REACHABLE)\s*\(\s*(\w+)\s*\)/g, (_, a: string) => (value(a) > 0 ? '1' : '0'));
  return evaluate(text, value) !== 0;
}

/** Precedence climbing over the integer expressions that #if allows; an unknown name is 0, as cpp has it. */
function evaluate(text: string, value: (name: string) => number): number {
  const tokens = text.match(/0x[0-9a-f]+[ul]*|\d+[ul]*|[A-Za-z_]\w*|&&|\|\||[<>=!]=|<<|>>|[-+*/%&|^<>!~()]/gi) ?? [];
  let at = 0;
  const levels = ['||', '&&', '|', '^', '&', '== !=', '< > <= >=', '<< >>', '+ -', '* / %'].map((ops) =>
    ops.split(' '),
  );
  const primary = (depth: number): number => {
    const token = tokens[at++] ?? '0';
    if (depth > 200) return 0;
    if (token === '(') {
      const inner = binary(0, depth + 1);
      if (tokens[at] === ')') at++;
      return inner;
    }
    if (token === '!') return primary(depth + 1) === 0 ? 1 : 0;
    if (token === '-') return -primary(depth + 1);
    if (token === '~') return ~primary(depth + 1);
    if (token === '+') return primary(depth + 1);
    if (/^\d/.test(token)) return Number(token.replace(/[ul]+$/i, ''));
    if (tokens[at] === '(') {
      // A function-like macro that nobody resolved: skip its arguments, the value is 0.
      let open = 0;
      do {
        if (tokens[at] === '(') open++;
        if (tokens[at] === ')') open--;
        at++;
      } while (open > 0 && at < tokens.length);
      return 0;
    }
    return value(token);
  };
  const binary = (level: number, depth: number): number => {
    const ops = levels[level];
    if (ops === undefined) return primary(depth);
    let left = binary(level + 1, depth);
    for (let op = tokens[at]; op !== undefined && ops.includes(op); op = tokens[at]) {
      at++;
      left = apply(op, left, binary(level + 1, depth));
    }
    return left;
  };
  return binary(0, 0);
}

function apply(op: string, a: number, b: number): number {
  switch (op) {
    case '||':
      return a !== 0 || b !== 0 ? 1 : 0;
    case '&&':
      return a !== 0 && b !== 0 ? 1 : 0;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '<':
      return a < b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? 0 : Math.trunc(a / b);
    default:
      return b === 0 ? 0 : a % b;
  }
}

/** Reads a .config file: `CONFIG_X=y` is 1, `=m` is 2, a number its value; other lines are ignored. */
export function parseConfig(text: string): Config {
  const config = new Map<string, number>();
  for (const match of text.matchAll(/^(CONFIG_\w+)=(\S+)/gm)) {
    const word = match[2] ?? '';
    config.set(match[1] ?? '', word === 'y' ? 1 : word === 'm' ? 2 : Number(word) || 0);
  }
  return config;
}

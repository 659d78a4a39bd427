// The C of a process: statements and expressions of herd's dialect, and loops, which herd has not.
import type { CExpr, CStatement } from './ast.ts';
import { numberOf, type Reader, Unsupported } from './lex.ts';

const DEEPEST = 200; // nesting of statements and expressions
const TYPES = new Set(
  'int long short char unsigned signed void bool _Bool const volatile struct union enum atomic_t atomic64_t atomic_long_t spinlock_t raw_spinlock_t intptr_t uintptr_t size_t u8 u16 u32 u64 s8 s16 s32 s64 __rcu static register'.split(
    ' ',
  ),
);
const OPERATORS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The next statement; a declaration of several variables is several. Throws InputError or Unsupported. */
export function block(read: Reader, depth = 0): readonly CStatement[] {
  bounded(read, depth);
  const { line, text, kind } = read.peek();
  if (read.accept(';')) return [];
  if (read.accept('{')) {
    const body: CStatement[] = [];
    while (!read.accept('}')) {
      if (read.peek().kind === 'end') read.fail("'}'");
      body.push(...block(read, depth + 1));
    }
    return [{ kind: 'block', body, line }];
  }
  switch (text) {
    case 'if': {
      read.next();
      const cond = parenthesised(read, depth);
      const then = one(read, depth, line);
      return [{ kind: 'if', cond, then, else: read.accept('else') ? one(read, depth, line) : undefined, line }];
    }
    case 'while': {
      read.next();
      const cond = parenthesised(read, depth);
      return [{ kind: 'while', cond, body: one(read, depth, line), first: false, line }];
    }
    case 'do': {
      read.next();
      const body = one(read, depth, line);
      read.expect('while');
      const cond = parenthesised(read, depth);
      read.expect(';');
      return [{ kind: 'while', cond, body, first: true, line }];
    }
    case 'break':
    case 'continue':
    case 'return':
      read.next();
      if (!read.accept(';')) throw unsupported(read, text, `expected ${text} without a value`);
      return [{ kind: 'leave', how: text, line }];
    case 'for':
    case 'goto':
    case 'switch':
      throw unsupported(read, text, 'expected if, while, do, an assignment or a call');
    default:
  }
  return kind === 'name' && isDeclaration(read) ? declaration(read, depth) : [simple(read, depth)];
}

function one(read: Reader, depth: number, line: number): CStatement {
  const body = block(read, depth + 1);
  return body.length === 1 ? body[0]! : { kind: 'block', body, line };
}

function bounded(read: Reader, depth: number): void {
  if (depth > DEEPEST) throw unsupported(read, 'nesting', `expected C nested at most ${DEEPEST} deep`);
}

function unsupported(read: Reader, what: string, why: string): Unsupported {
  return new Unsupported(what, `${why}, found ${what}`, { file: read.file, line: read.peek().line });
}

function parenthesised(read: Reader, depth: number): CExpr {
  read.expect('(');
  const inner = expression(read, depth + 1);
  read.expect(')');
  return inner;
}

/** int r1; struct foo *p; foo_t *q: a type word, or two names in a row. */
function isDeclaration(read: Reader): boolean {
  if (TYPES.has(read.peek().text)) return true;
  if (read.peek(1).kind === 'name') return true;
  // foo_t *p; is a declaration, a * b; is no statement at all
  return read.peek(1).text === '*' && read.peek(2).kind === 'name' && [';', '=', ','].includes(read.peek(3).text);
}

function declaration(read: Reader, depth: number): readonly CStatement[] {
  const found: CStatement[] = [];
  const types: string[] = [];
  while (
    read.peek().kind === 'name' &&
    (TYPES.has(read.peek().text) || read.peek(1).kind === 'name' || read.peek(1).text === '*')
  )
    types.push(read.next().text);
  do {
    while (read.accept('*') || read.accept('const') || read.accept('volatile') || read.accept('__rcu'));
    const { text: name, line } = read.name('a variable');
    if (read.peek().text === '[') throw unsupported(read, `${name}[`, 'expected a local variable that is no array');
    found.push({ kind: 'declare', name, value: read.accept('=') ? expression(read, depth + 1) : undefined, line });
  } while (read.accept(','));
  read.expect(';');
  return found;
}

function simple(read: Reader, depth: number): CStatement {
  const { line } = read.peek();
  const to = expression(read, depth + 1);
  if (read.accept('=')) {
    const value = expression(read, depth + 1);
    read.expect(';');
    return { kind: 'assign', to, value, line };
  }
  for (const op of ['+', '-']) {
    if (!read.accept(`${op}=`) && !read.accept(op + op)) continue;
    const isStep = read.peek().text === ';';
    const right: CExpr = isStep ? { kind: 'number', value: 1, line } : expression(read, depth + 1);
    read.expect(';');
    return { kind: 'assign', to, value: { kind: 'binary', op, left: to, right, line }, line };
  }
  read.expect(';');
  return { kind: 'call', call: to, line };
}

/** An expression with C's precedence. */
export function expression(read: Reader, depth: number): CExpr {
  bounded(read, depth);
  const { line } = read.peek();
  const cond = operation(read, 0, depth);
  if (!read.accept('?')) return cond;
  const then = expression(read, depth + 1);
  read.expect(':');
  return { kind: 'select', cond, then, else: expression(read, depth + 1), line };
}

function operation(read: Reader, level: number, depth: number): CExpr {
  const operators = OPERATORS[level];
  if (operators === undefined) return prefix(read, depth);
  let left = operation(read, level + 1, depth);
  while (read.peek().kind === 'mark' && operators.includes(read.peek().text)) {
    const { text: op, line } = read.next();
    left = { kind: 'binary', op, left, right: operation(read, level + 1, depth), line };
  }
  return left;
}

function prefix(read: Reader, depth: number): CExpr {
  bounded(read, depth);
  const { line, text } = read.peek();
  if (text === '!' || text === '-' || text === '~') {
    read.next();
    return { kind: 'unary', op: text, arg: prefix(read, depth + 1), line };
  }
  if (read.accept('+')) return prefix(read, depth + 1);
  if (read.accept('*')) return { kind: 'deref', arg: prefix(read, depth + 1), line };
  if (read.accept('&')) return { kind: 'address', arg: prefix(read, depth + 1), line };
  if (text === '(' && TYPES.has(read.peek(1).text)) {
    // a cast
    while (!read.accept(')')) if (read.next().kind === 'end') read.fail("')'");
    return prefix(read, depth + 1);
  }
  return postfix(read, depth);
}

function postfix(read: Reader, depth: number): CExpr {
  const { line, kind } = read.peek();
  if (read.accept('(')) {
    const inner = expression(read, depth + 1);
    read.expect(')');
    return indexed(read, inner, depth);
  }
  if (kind === 'number') return { kind: 'number', value: numberOf(read.next()), line };
  const { text: name } = read.name('an expression');
  if (name === 'NULL' || name === 'false') return { kind: 'number', value: 0, line };
  if (name === 'true') return { kind: 'number', value: 1, line };
  const annotation = name.startsWith('__') && read.accept('{') ? annotated(read) : '';
  if (!read.accept('(')) return indexed(read, { kind: 'name', name, line }, depth);
  const args: CExpr[] = [];
  let operator = '';
  while (!read.accept(')')) {
    if (name.startsWith('__') && SIGNS.has(read.peek().text) && read.peek(1).text === ',') operator = read.next().text;
    else args.push(expression(read, depth + 1));
    if (!read.accept(',') && read.peek().text !== ')') read.fail("')'");
  }
  return { kind: 'call', name: `${name}${annotation}${operator}`, args, line };
}

/** What may stand as an argument of herd's own names: __atomic_fetch_op{mb}(x,|,4) is the call of __atomic_fetch_op{mb}|. */
const SIGNS = new Set(['+', '-', '&', '|', '^']);

function annotated(read: Reader): string {
  const tag = read.name('an annotation').text;
  read.expect('}');
  return `{${tag}}`;
}

function indexed(read: Reader, array: CExpr, depth: number): CExpr {
  if (!read.accept('[')) return array;
  const index = expression(read, depth + 1);
  read.expect(']');
  return { kind: 'index', array, index, line: array.line };
}

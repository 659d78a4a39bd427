// From the parser's tree to ast.ts: expressions.
import type { Node } from 'web-tree-sitter';
import type { CExpr, CInitItem, Span } from './ast.ts';
import { statement } from './convert.ts';
import { specifier } from './convert-type.ts';
import type { Parsed } from './grammar.ts';
import type { Reader } from './reader.ts';
import { deeper, field, named, operator, refuse, spanOf, textOf } from './reader.ts';

const CONSTANTS: Readonly<Record<string, number>> = { true: 1, false: 0, NULL: 0 };

/** Reads an expression that was parsed as `<expression>;` inside a function body. */
export function convertExpression(parsed: Parsed, node: Node): CExpr {
  return expression({ parsed, depth: 0 }, node);
}

/** Reads the expression at `node`. */
export function expression(reader: Reader, node: Node): CExpr {
  return deeper(reader, node, () => convert(reader, node));
}

function convert(reader: Reader, node: Node): CExpr {
  const span = spanOf(reader, node);
  const child = (name: string): CExpr => expression(reader, field(reader, node, name));
  switch (node.type) {
    case 'identifier':
    case 'type_identifier':
    case 'field_identifier':
      return nameOrConstant(span, textOf(reader, node));
    case 'true':
    case 'false':
    case 'null':
      return nameOrConstant(span, textOf(reader, node));
    case 'number_literal':
      return numberOf(reader, node);
    case 'char_literal':
      return { ...span, kind: 'number', value: charOf(reader, node), unsigned: false, long: false };
    case 'string_literal':
    case 'concatenated_string':
      return { ...span, kind: 'string', text: textOf(reader, node) };
    case 'parenthesized_expression': {
      const inner = named(node)[0];
      if (inner === undefined) return refuse(reader, node, 'expression');
      if (inner.type === 'compound_statement') {
        return { ...span, kind: 'block', body: named(inner).map((part) => statement(reader, part)) };
      }
      return expression(reader, inner);
    }
    case 'unary_expression':
    case 'pointer_expression':
      return { ...span, kind: 'unary', op: operator(node), arg: child('argument') };
    case 'update_expression': {
      const op = operator(node);
      const arg = field(reader, node, 'argument');
      return {
        ...span,
        kind: 'update',
        op: op === '--' ? '--' : '++',
        prefix: arg.startIndex > node.startIndex,
        arg: expression(reader, arg),
      };
    }
    case 'binary_expression':
      return { ...span, kind: 'binary', op: operator(node), left: child('left'), right: child('right') };
    case 'assignment_expression': {
      const op = operator(node);
      return {
        ...span,
        kind: 'assign',
        op: op === '=' ? '=' : op.slice(0, -1),
        left: child('left'),
        right: child('right'),
      };
    }
    case 'conditional_expression': {
      const then = node.childForFieldName('consequence');
      return {
        ...span,
        kind: 'conditional',
        cond: child('condition'),
        then: then === null ? undefined : expression(reader, then),
        else: child('alternative'),
      };
    }
    case 'call_expression':
      return callExpression(reader, node, span);
    case 'field_expression':
      return {
        ...span,
        kind: 'field',
        object: child('argument'),
        arrow: operator(node) === '->',
        name: textOf(reader, field(reader, node, 'field')),
      };
    case 'subscript_expression':
      return { ...span, kind: 'index', object: child('argument'), index: child('index') };
    case 'cast_expression':
      return { ...span, kind: 'cast', type: specifier(reader, field(reader, node, 'type')), arg: child('value') };
    case 'sizeof_expression': {
      const type = node.childForFieldName('type');
      const value = node.childForFieldName('value');
      return {
        ...span,
        kind: 'sizeof',
        type: type === null ? undefined : specifier(reader, type),
        arg: value === null ? undefined : expression(reader, value),
      };
    }
    case 'offsetof_expression':
      return {
        ...span,
        kind: 'offsetof',
        type: specifier(reader, field(reader, node, 'type')),
        member: textOf(reader, field(reader, node, 'member')),
      };
    case 'comma_expression':
      return { ...span, kind: 'comma', left: child('left'), right: child('right') };
    case 'initializer_list':
      return { ...span, kind: 'init-list', type: undefined, items: initItems(reader, node) };
    case 'compound_literal_expression':
      return {
        ...span,
        kind: 'init-list',
        type: specifier(reader, field(reader, node, 'type')),
        items: initItems(reader, field(reader, node, 'value')),
      };
    case 'type_descriptor':
      return { ...span, kind: 'type', type: specifier(reader, node) };
    default:
      return refuse(reader, node, `expression (${node.type})`);
  }
}

function nameOrConstant(span: Span, name: string): CExpr {
  const value = CONSTANTS[name];
  return value === undefined
    ? { ...span, kind: 'name', name }
    : { ...span, kind: 'number', value, unsigned: false, long: false };
}

/** A call; `(pgoff_t)(x)` reads as one too and is turned back into the cast it is. */
function callExpression(reader: Reader, node: Node, span: Span): CExpr {
  const callee = field(reader, node, 'function');
  const args = named(field(reader, node, 'arguments'));
  if (
    callee.type === 'parenthesized_expression' &&
    args.length === 1 &&
    /^\(\s*(?:\w+_t|__auto)\s*\)$/.test(textOf(reader, callee))
  ) {
    const name = textOf(reader, callee).replace(/[()\s]/g, '');
    return { ...span, kind: 'cast', type: { kind: 'base', words: [name] }, arg: expression(reader, args[0] ?? node) };
  }
  const of = args.length === 1 ? typeofOperand(callee) : undefined;
  if (of !== undefined) {
    const type = { kind: 'typeof' as const, of: expression(reader, of) };
    return { ...span, kind: 'cast', type, arg: expression(reader, args[0] ?? node) };
  }
  return {
    ...span,
    kind: 'call',
    callee: expression(reader, callee),
    args: args.map((arg) => expression(reader, arg)),
  };
}

/** The operand of `(typeof(x))`, which reads as a call in parentheses. */
function typeofOperand(callee: Node): Node | undefined {
  const inner = callee.type === 'parenthesized_expression' ? named(callee)[0] : undefined;
  const name = inner?.type === 'call_expression' ? inner.childForFieldName('function')?.text : undefined;
  if (inner === undefined || name === undefined || !/^(?:__)?typeof(?:__)?$/.test(name)) return undefined;
  const list = inner.childForFieldName('arguments');
  return list === null ? undefined : named(list)[0];
}

function initItems(reader: Reader, list: Node): CInitItem[] {
  return named(list).map((child) => {
    if (child.type !== 'initializer_pair') return { designators: [], value: expression(reader, child) };
    const designators: ({ readonly field: string } | { readonly index: CExpr })[] = [];
    for (const part of named(child)) {
      const inner = named(part)[0];
      if (part.type === 'field_designator' && inner !== undefined) designators.push({ field: textOf(reader, inner) });
      if (part.type === 'subscript_designator' && inner !== undefined)
        designators.push({ index: expression(reader, inner) });
    }
    return { designators, value: expression(reader, field(reader, child, 'value')) };
  });
}

/** An integer constant with the type that its base, suffix and size give it (C11 6.4.4.1). */
function numberOf(reader: Reader, node: Node): CExpr {
  const text = textOf(reader, node);
  const suffix = /[ul]*$/i.exec(text)?.[0].toLowerCase() ?? '';
  const digits = text.slice(0, text.length - suffix.length);
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  if (digits === '' || !Number.isInteger(value)) return refuse(reader, node, 'a number that is no integer:');
  const decimal = !digits.startsWith('0');
  const unsigned = suffix.includes('u') || (!decimal && value >= 2 ** 31 && !(suffix.includes('l') && value < 2 ** 63));
  const long = suffix.includes('l') || value >= (unsigned ? 2 ** 32 : 2 ** 31);
  return { ...spanOf(reader, node), kind: 'number', value, unsigned, long };
}

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
};

function charOf(reader: Reader, node: Node): number {
  const body = textOf(reader, node).slice(1, -1);
  const octal = /^\\([0-7]{1,3})$/.exec(body);
  const hex = /^\\x([0-9a-f]{1,2})$/i.exec(body);
  const simple = body.length === 2 && body.startsWith('\\') ? ESCAPES[body[1] ?? ''] : undefined;
  const plain = body.length === 1 && body !== '\\' ? body.charCodeAt(0) : undefined;
  const value =
    octal !== null
      ? Number.parseInt(octal[1] ?? '', 8)
      : hex !== null
        ? Number.parseInt(hex[1] ?? '', 16)
        : (simple ?? plain);
  if (value === undefined || (plain !== undefined && plain > 127)) return refuse(reader, node, 'a character constant:');
  return (value << 24) >> 24; // char is signed on x86-64
}

// From the parser's tree to ast.ts. A construct that is not read throws SyntaxRefusal with its line.
import type { Node } from 'web-tree-sitter';
import type { CDeclarator, CExpr, CField, CFunction, CInitItem, CParam, CStmt, CTypeName, Span } from './ast.ts';
import type { Parsed } from './grammar.ts';

/** Thrown by the conversion and caught by its callers in this stage, which turn it into a Refusal value. */
export class SyntaxRefusal extends Error {
  readonly line: number; // 1-based
  readonly found: string;

  constructor(line: number, found: string) {
    super(`line ${line}: ${found}`);
    this.line = line;
    this.found = found;
  }
}

const MAX_DEPTH = 250;
const CONSTANTS: Readonly<Record<string, number>> = { true: 1, false: 0, NULL: 0 };

/** What every conversion needs to know: the parse and how deep it is. */
interface Reader {
  readonly parsed: Parsed;
  depth: number;
}

function textOf(reader: Reader, node: Node): string {
  return reader.parsed.text.slice(node.startIndex, node.endIndex);
}

function spanOf(reader: Reader, node: Node): Span {
  const { offset, line } = reader.parsed;
  return { start: offset + node.startIndex, end: offset + node.endIndex, line: line + node.startPosition.row };
}

function refuse(reader: Reader, node: Node, what: string): never {
  const text = textOf(reader, node).slice(0, 60).replace(/\s+/g, ' ');
  throw new SyntaxRefusal(reader.parsed.line + node.startPosition.row, `${what} \`${text}\``);
}

function named(node: Node): Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null && child.type !== 'comment');
}

function field(reader: Reader, node: Node, name: string): Node {
  const child = node.childForFieldName(name);
  if (child === null) return refuse(reader, node, `${node.type} without ${name}:`);
  return child;
}

function operator(node: Node): string {
  return node.childForFieldName('operator')?.type ?? '';
}

/** Runs `read` one level deeper; nesting beyond the bound is refused, so hostile text cannot exhaust the stack. */
function deeper<T>(reader: Reader, node: Node, read: () => T): T {
  if (node.isError || node.isMissing) refuse(reader, node, 'syntax error at');
  if (++reader.depth > MAX_DEPTH) refuse(reader, node, `nesting deeper than ${MAX_DEPTH} at`);
  const result = read();
  reader.depth--;
  return result;
}

/** Reads the function definition at `node`. Throws SyntaxRefusal when anything in it is not understood. */
export function convertFunction(parsed: Parsed, node: Node): CFunction {
  const reader: Reader = { parsed, depth: 0 };
  if (node.type !== 'function_definition') refuse(reader, node, 'expected a function definition, found');
  const declarator = field(reader, node, 'declarator');
  const head = functionDeclarator(declarator);
  if (head === undefined) refuse(reader, node, 'expected a function declarator in');
  const name = textOf(reader, field(reader, head, 'declarator'));
  const returns = declaratorType(reader, declarator, typeOf(reader, node));
  const body = statement(reader, field(reader, node, 'body'));
  if (body.kind !== 'block') refuse(reader, node, 'expected a body in');
  return {
    ...spanOf(reader, node),
    name,
    returns: returns.kind === 'function' ? returns.returns : returns,
    params: parameters(reader, field(reader, head, 'parameters')),
    body,
  };
}

/** Reads an expression that was parsed as `<expression>;` inside a function body. */
export function convertExpression(parsed: Parsed, node: Node): CExpr {
  return expression({ parsed, depth: 0 }, node);
}

/** Reads one statement. */
export function convertStatement(parsed: Parsed, node: Node): CStmt {
  return statement({ parsed, depth: 0 }, node);
}

/** Reads a struct, union or enum specifier, or the type of a typedef's node. */
export function convertType(parsed: Parsed, node: Node): CTypeName {
  return specifier({ parsed, depth: 0 }, node);
}

/** The variables a declaration node declares. */
export function convertDeclaration(parsed: Parsed, node: Node): CDeclarator[] {
  return declarators({ parsed, depth: 0 }, node);
}

/** name -> value expression (undefined: one more than the previous) of an enumerator list, in order. */
export function convertEnumerators(parsed: Parsed, node: Node): { name: string; value: CExpr | undefined }[] {
  const reader: Reader = { parsed, depth: 0 };
  return named(node)
    .filter((child) => child.type === 'enumerator')
    .map((child) => {
      const value = child.childForFieldName('value');
      return { name: textOf(reader, field(reader, child, 'name')), value: value === null ? undefined : expression(reader, value) };
    });
}

function functionDeclarator(node: Node): Node | undefined {
  let current: Node | null = node;
  for (let i = 0; current !== null && i < 20; i++) {
    if (current.type === 'function_declarator') return current;
    current = current.childForFieldName('declarator');
  }
  return undefined;
}

function parameters(reader: Reader, list: Node): CParam[] {
  const params: CParam[] = [];
  for (const child of named(list)) {
    if (child.type !== 'parameter_declaration') continue;
    const declarator = child.childForFieldName('declarator');
    const base = typeOf(reader, child);
    if (declarator === null) {
      if (base.kind === 'base' && base.words[0] === 'void') continue;
      params.push({ name: '', type: base });
      continue;
    }
    params.push({ name: declaratorName(reader, declarator) ?? '', type: declaratorType(reader, declarator, base) });
  }
  return params;
}

// ---------------------------------------------------------------- types

function typeOf(reader: Reader, node: Node): CTypeName {
  return specifier(reader, field(reader, node, 'type'));
}

function specifier(reader: Reader, node: Node): CTypeName {
  return deeper(reader, node, () => {
    switch (node.type) {
      case 'primitive_type':
      case 'type_identifier':
      case 'sized_type_specifier':
      case 'identifier':
        return { kind: 'base', words: textOf(reader, node).split(/\s+/) };
      case 'struct_specifier':
      case 'union_specifier':
      case 'enum_specifier': {
        const name = node.childForFieldName('name');
        const body = node.childForFieldName('body');
        const tag = node.type === 'struct_specifier' ? 'struct' : node.type === 'union_specifier' ? 'union' : 'enum';
        return {
          kind: 'tagged',
          tag,
          name: name === null ? undefined : textOf(reader, name),
          fields: body === null || tag === 'enum' ? undefined : fieldsOf(reader, body),
        };
      }
      case 'type_descriptor': {
        const base = typeOf(reader, node);
        const declarator = node.childForFieldName('declarator');
        return declarator === null ? base : declaratorType(reader, declarator, base);
      }
      case 'macro_type_specifier': {
        const inner = node.childForFieldName('type');
        if (inner !== null && /^(?:__)?typeof/.test(textOf(reader, node))) return specifier(reader, inner);
        return refuse(reader, node, 'type');
      }
      default:
        return refuse(reader, node, 'type');
    }
  });
}

/** Fields of a struct body. What is not understood there is left out: access to it is refused later, by name. */
function fieldsOf(reader: Reader, list: Node): CField[] {
  const fields: CField[] = [];
  for (const child of named(list)) {
    if (child.type !== 'field_declaration' || child.childForFieldName('type') === null) continue;
    try {
      const base = typeOf(reader, child);
      const bits = named(child).find((part) => part.type === 'bitfield_clause');
      const width = bits === undefined ? undefined : expression(reader, named(bits)[0] ?? bits);
      const declared = child.childrenForFieldName('declarator').filter((part): part is Node => part !== null);
      if (declared.length === 0) fields.push({ name: undefined, type: base, bits: width });
      for (const declarator of declared) {
        fields.push({
          name: declaratorName(reader, declarator),
          type: declaratorType(reader, declarator, base),
          bits: width,
        });
      }
    } catch (error) {
      if (!(error instanceof SyntaxRefusal)) throw error;
    }
  }
  return fields;
}

function declaratorName(reader: Reader, node: Node): string | undefined {
  let current: Node | null = node;
  for (let i = 0; current !== null && i < 20; i++) {
    if (current.type === 'identifier' || current.type === 'field_identifier' || current.type === 'type_identifier') {
      return textOf(reader, current);
    }
    current = current.childForFieldName('declarator') ?? (current.type === 'parenthesized_declarator' ? (named(current)[0] ?? null) : null);
  }
  return undefined;
}

/** The type a declarator gives to its name: `*x[3]` over int is array of pointer. */
function declaratorType(reader: Reader, node: Node, base: CTypeName): CTypeName {
  let type = base;
  let current: Node | null = node;
  for (let i = 0; current !== null && i < 40; i++) {
    switch (current.type) {
      case 'pointer_declarator':
      case 'abstract_pointer_declarator':
        type = { kind: 'pointer', to: type };
        break;
      case 'array_declarator':
      case 'abstract_array_declarator': {
        const size: Node | null = current.childForFieldName('size');
        type = { kind: 'array', of: type, length: size === null ? undefined : expression(reader, size) };
        break;
      }
      case 'function_declarator':
      case 'abstract_function_declarator':
        type = { kind: 'function', returns: type };
        break;
      default:
        break;
    }
    current =
      current.childForFieldName('declarator') ??
      (current.type.endsWith('parenthesized_declarator') ? (named(current)[0] ?? null) : null);
  }
  return type;
}

function declarators(reader: Reader, node: Node): CDeclarator[] {
  const base = typeOf(reader, node);
  const found: CDeclarator[] = [];
  for (const child of node.childrenForFieldName('declarator')) {
    if (child === null) continue;
    const initialised = child.type === 'init_declarator';
    const declarator = initialised ? field(reader, child, 'declarator') : child;
    const name = declaratorName(reader, declarator);
    if (name === undefined) refuse(reader, child, 'declarator');
    found.push({
      name,
      type: declaratorType(reader, declarator, base),
      init: initialised ? expression(reader, field(reader, child, 'value')) : undefined,
    });
  }
  return found;
}

// ---------------------------------------------------------------- expressions

function expression(reader: Reader, node: Node): CExpr {
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
      return { ...span, kind: 'number', value: numberOf(reader, node) };
    case 'char_literal':
      return { ...span, kind: 'number', value: charOf(textOf(reader, node)) };
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
      return { ...span, kind: 'assign', op: op === '=' ? '=' : op.slice(0, -1), left: child('left'), right: child('right') };
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
  return value === undefined ? { ...span, kind: 'name', name } : { ...span, kind: 'number', value };
}

/** A call; `(pgoff_t)(x)` reads as one too and is turned back into the cast it is. */
function callExpression(reader: Reader, node: Node, span: Span): CExpr {
  const callee = field(reader, node, 'function');
  const args = named(field(reader, node, 'arguments'));
  if (callee.type === 'parenthesized_expression' && args.length === 1 && /^\(\s*\w+_t\s*\)$/.test(textOf(reader, callee))) {
    const name = textOf(reader, callee).replace(/[()\s]/g, '');
    return { ...span, kind: 'cast', type: { kind: 'base', words: [name] }, arg: expression(reader, args[0] ?? node) };
  }
  return { ...span, kind: 'call', callee: expression(reader, callee), args: args.map((arg) => expression(reader, arg)) };
}

function initItems(reader: Reader, list: Node): CInitItem[] {
  return named(list).map((child) => {
    if (child.type !== 'initializer_pair') return { designators: [], value: expression(reader, child) };
    const designators: ({ readonly field: string } | { readonly index: CExpr })[] = [];
    for (const part of named(child)) {
      const inner = named(part)[0];
      if (part.type === 'field_designator' && inner !== undefined) designators.push({ field: textOf(reader, inner) });
      if (part.type === 'subscript_designator' && inner !== undefined) designators.push({ index: expression(reader, inner) });
    }
    return { designators, value: expression(reader, field(reader, child, 'value')) };
  });
}

function numberOf(reader: Reader, node: Node): number {
  const text = textOf(reader, node).replace(/[ul]+$/i, '');
  const value = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  if (!Number.isFinite(value)) return refuse(reader, node, 'number');
  return value;
}

function charOf(text: string): number {
  const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '0': 0, '\\': 92, "'": 39, '"': 34 };
  const body = text.slice(1, -1);
  return body.startsWith('\\') ? (escapes[body[1] ?? ''] ?? 0) : (body.codePointAt(0) ?? 0);
}

// ---------------------------------------------------------------- statements

function statement(reader: Reader, node: Node): CStmt {
  return deeper(reader, node, () => convertStmt(reader, node));
}

function convertStmt(reader: Reader, node: Node): CStmt {
  const span = spanOf(reader, node);
  const child = (name: string): CStmt => statement(reader, field(reader, node, name));
  const value = (name: string): CExpr => expression(reader, field(reader, node, name));
  switch (node.type) {
    case 'compound_statement':
      return { ...span, kind: 'block', body: named(node).map((part) => statement(reader, part)) };
    case 'expression_statement': {
      const inner = named(node)[0];
      return { ...span, kind: 'expr', expr: inner === undefined ? undefined : expression(reader, inner) };
    }
    case 'declaration': {
      const isStatic = named(node).some((part) => part.type === 'storage_class_specifier' && textOf(reader, part) === 'static');
      return { ...span, kind: 'decl', vars: declarators(reader, node), isStatic };
    }
    case 'if_statement': {
      const alternative = node.childForFieldName('alternative');
      const other = alternative === null ? undefined : (named(alternative)[0] ?? undefined);
      return {
        ...span,
        kind: 'if',
        cond: value('condition'),
        then: child('consequence'),
        else: other === undefined ? undefined : statement(reader, other),
      };
    }
    case 'while_statement': {
      const macro = reader.parsed.iterations.get(node.startIndex);
      if (macro !== undefined) return refuse(reader, node, `the iteration macro ${macro} has no row:`);
      return { ...span, kind: 'while', cond: value('condition'), body: child('body') };
    }
    case 'do_statement':
      return { ...span, kind: 'do', body: child('body'), cond: value('condition') };
    case 'for_statement':
      return forStatement(reader, node, span);
    case 'switch_statement':
      return { ...span, kind: 'switch', value: value('condition'), body: child('body') };
    case 'case_statement': {
      const label = node.childForFieldName('value');
      const body = named(node).filter((part) => label === null || part.id !== label.id);
      return {
        ...span,
        kind: 'case',
        value: label === null ? undefined : expression(reader, label),
        body: body.map((part) => statement(reader, part)),
      };
    }
    case 'labeled_statement': {
      const label = field(reader, node, 'label');
      const body = named(node).find((part) => part.id !== label.id);
      return {
        ...span,
        kind: 'label',
        name: textOf(reader, label),
        body: body === undefined ? undefined : statement(reader, body),
      };
    }
    case 'goto_statement':
      return { ...span, kind: 'goto', label: textOf(reader, field(reader, node, 'label')) };
    case 'return_statement': {
      const inner = named(node)[0];
      return { ...span, kind: 'return', value: inner === undefined ? undefined : expression(reader, inner) };
    }
    case 'break_statement':
      return { ...span, kind: 'break' };
    case 'continue_statement':
      return { ...span, kind: 'continue' };
    default:
      return refuse(reader, node, `statement (${node.type})`);
  }
}

function forStatement(reader: Reader, node: Node, span: Span): CStmt {
  const init = node.childForFieldName('initializer');
  const cond = node.childForFieldName('condition');
  const step = node.childForFieldName('update');
  let first: CStmt | undefined;
  if (init !== null) {
    first =
      init.type === 'declaration'
        ? statement(reader, init)
        : { ...spanOf(reader, init), kind: 'expr', expr: expression(reader, init) };
  }
  return {
    ...span,
    kind: 'for',
    init: first,
    cond: cond === null ? undefined : expression(reader, cond),
    step: step === null ? undefined : expression(reader, step),
    body: statement(reader, field(reader, node, 'body')),
  };
}

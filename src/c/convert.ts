// From the parser's tree to ast.ts: functions and statements.
import type { Node } from 'web-tree-sitter';
import type { CExpr, CFunction, CParam, CStmt, Span } from './ast.ts';
import { expression } from './convert-expression.ts';
import { declaratorName, declarators, declaratorType, typeOf } from './convert-type.ts';
import type { Parsed } from './grammar.ts';
import { readArguments } from './macro.ts';
import type { Reader } from './reader.ts';
import { deeper, field, named, refuse, spanOf, textOf } from './reader.ts';

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
    variadic: named(field(reader, head, 'parameters')).some((part) => part.type === 'variadic_parameter'),
    body,
  };
}

/** Reads the statements of a block node. */
export function convertBlock(parsed: Parsed, node: Node): CStmt[] {
  const reader: Reader = { parsed, depth: 0 };
  return named(node).map((part) => statement(reader, part));
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

// ---------------------------------------------------------------- statements

/** Reads the statement at `node`. */
export function statement(reader: Reader, node: Node): CStmt {
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
      const storage = named(node).flatMap((part) =>
        part.type === 'storage_class_specifier' ? [textOf(reader, part)] : [],
      );
      // An extern declaration inside a function declares nothing of its own.
      const vars = storage.includes('extern') ? [] : declarators(reader, node);
      return { ...span, kind: 'decl', vars, isStatic: storage.includes('static') };
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
      if (macro !== undefined) {
        const { parsed } = reader;
        const call = readArguments(parsed.text, parsed.text.indexOf('(', node.startIndex));
        return { ...span, kind: 'iterate', macro, args: call?.args ?? [], body: child('body') };
      }
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

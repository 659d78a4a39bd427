// From the parser's tree to ast.ts: types, declarators and enumerators.
import type { Node } from 'web-tree-sitter';
import type { CDeclarator, CExpr, CField, CTypeName } from './ast.ts';
import { expression } from './convert-expression.ts';
import type { Parsed } from './grammar.ts';
import type { Reader } from './reader.ts';
import { deeper, field, named, refuse, SyntaxRefusal, spanOf, textOf } from './reader.ts';

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
      return {
        name: textOf(reader, field(reader, child, 'name')),
        value: value === null ? undefined : expression(reader, value),
      };
    });
}

/** The type specifier of a declaration node. */
export function typeOf(reader: Reader, node: Node): CTypeName {
  return specifier(reader, field(reader, node, 'type'));
}

/** A type as written. */
export function specifier(reader: Reader, node: Node): CTypeName {
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
        if (inner !== null && /^(?:__)?typeof/.test(textOf(reader, node))) {
          const word = inner.childForFieldName('declarator') === null ? inner.childForFieldName('type') : null;
          // typeof(x): only the scopes know whether x is a variable or a type.
          if (word?.type === 'type_identifier')
            return { kind: 'typeof', of: { ...spanOf(reader, word), kind: 'name', name: textOf(reader, word) } };
          return specifier(reader, inner);
        }
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

/** The name that a declarator declares. */
export function declaratorName(reader: Reader, node: Node): string | undefined {
  let current: Node | null = node;
  for (let i = 0; current !== null && i < 20; i++) {
    if (current.type === 'identifier' || current.type === 'field_identifier' || current.type === 'type_identifier') {
      return textOf(reader, current);
    }
    current =
      current.childForFieldName('declarator') ??
      (current.type === 'parenthesized_declarator' ? (named(current)[0] ?? null) : null);
  }
  return undefined;
}

/** The type a declarator gives to its name: `*x[3]` over int is array of pointer. */
export function declaratorType(reader: Reader, node: Node, base: CTypeName): CTypeName {
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

/** The variables of a declaration node. */
export function declarators(reader: Reader, node: Node): CDeclarator[] {
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

// What the text of a struct, an enum or a typedef says, parsed once for each definition.
import type { Node } from 'web-tree-sitter';
import type { CExpr, CField, CTypeName } from './ast.ts';
import { convertEnumerators, convertType } from './convert-type.ts';
import type { Definition } from './file-index.ts';
import type { Parsed } from './grammar.ts';
import { parse } from './grammar.ts';
import type { ConstantEvaluator } from './integer.ts';
import { evaluateWith } from './integer.ts';
import { SyntaxRefusal } from './reader.ts';

/** The fields of a struct or union as written. */
export interface StructBody {
  readonly fields: readonly CField[];
  readonly union: boolean;
}

type Enumerators = readonly { readonly name: string; readonly value: CExpr | undefined }[];

// What the text of a definition says does not change; definitions live as long as the index of their file.
const bodies = new WeakMap<Definition, StructBody | 'none'>();
const enumerators = new WeakMap<Definition, Enumerators | 'none'>();
const typedefTypes = new WeakMap<Definition, CTypeName | 'none'>();

/** The body of a struct or union. Undefined for one that is not read. */
export function structBody(definition: Definition): StructBody | undefined {
  let known = bodies.get(definition);
  if (known === undefined) {
    known = readStructBody(definition) ?? 'none';
    bodies.set(definition, known);
  }
  return known === 'none' ? undefined : known;
}

function readStructBody(definition: Definition): StructBody | undefined {
  const text = definition.text.replace(/^typedef\b/, (word) => ' '.repeat(word.length));
  const parsed = parse(text, definition.start, definition.line);
  for (const child of parsed.root.descendantsOfType(['struct_specifier', 'union_specifier'])) {
    if (child === null || child.childForFieldName('body') === null) continue;
    const type = convertType(parsed, child);
    if (type.kind === 'tagged' && type.fields !== undefined)
      return { fields: type.fields, union: type.tag === 'union' };
  }
  return undefined;
}

/** The type that a typedef gives to its name. Undefined for one that is not read. */
export function typedefType(definition: Definition): CTypeName | undefined {
  let known = typedefTypes.get(definition);
  if (known === undefined) {
    const parsed = parse(definition.text, definition.start, definition.line);
    const node = parsed.root.namedChildren.find((child) => child?.type === 'type_definition');
    known = (node === null || node === undefined ? undefined : readTypedef(parsed, node)) ?? 'none';
    typedefTypes.set(definition, known);
  }
  return known === 'none' ? undefined : known;
}

function readTypedef(parsed: Parsed, node: Node): CTypeName | undefined {
  const type = node.childForFieldName('type');
  const declarator = node.childForFieldName('declarator');
  if (type === null || declarator?.type === 'array_declarator') return undefined;
  try {
    const base = convertType(parsed, type);
    if (declarator?.type === 'pointer_declarator') return { kind: 'pointer', to: base };
    // A typedef of a function and one of a pointer to it both end up as a word that calls.
    if (declarator?.type === 'function_declarator') return { kind: 'pointer', to: { kind: 'function', returns: base } };
    return base;
  } catch (error) {
    if (error instanceof SyntaxRefusal) return undefined;
    throw error;
  }
}

function enumeratorsOf(definition: Definition): Enumerators | undefined {
  let known = enumerators.get(definition);
  if (known === undefined) {
    const parsed = parse(definition.text, definition.start, definition.line);
    const list = parsed.root.descendantsOfType('enumerator_list')[0];
    known = list === null || list === undefined ? 'none' : convertEnumerators(parsed, list);
    enumerators.set(definition, known);
  }
  return known === 'none' ? undefined : known;
}

/** The values of an enum by name; an enumerator whose value is not constant is left out. */
export function readEnum(definition: Definition, evaluate: ConstantEvaluator): ReadonlyMap<string, number> | undefined {
  const list = enumeratorsOf(definition);
  if (list === undefined) return undefined;
  const values = new Map<string, number>();
  let next: number | undefined = 0;
  const local: ConstantEvaluator = (expr, file) =>
    expr.kind === 'name' && values.has(expr.name) ? values.get(expr.name) : evaluate(expr, file);
  for (const { name, value } of list) {
    const own: number | undefined = value === undefined ? next : evaluateWith(value, definition.file, local);
    if (own !== undefined) values.set(name, own);
    next = own === undefined ? undefined : own + 1;
  }
  return values;
}

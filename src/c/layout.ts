import type { CField, CTypeName } from './ast.ts';
import type { CType, FieldLayout, StructLayout } from './ctype.ts';
import { INT, integerType } from './ctype.ts';
import { readEnum, structBody, typedefType } from './definition-body.ts';
import type { Definitions } from './definitions.ts';
import { isMacro } from './definitions.ts';
import type { ConstantEvaluator } from './integer.ts';
import type { Macro } from './preprocess.ts';

const MAX_ARRAY = 4096; // elements; a longer array becomes opaque memory
const OPAQUE_SIZE = 8; // bytes

/** Layouts over several sources of definitions, the first that knows a name wins (primitives before the tree). */
export interface Layouts {
  resolve(name: CTypeName): CType;
  layout(struct: string): StructLayout | undefined;
  field(struct: string, name: string): FieldLayout | undefined;
  sizeOf(type: CType): number; // bytes
  alignOf(type: CType): number; // bytes
  /** The value of enumerator `name`, with the names of all enumerators of its enum. */
  enumerator(name: string): number | undefined;
  /** name -> value of the enum that has `name`. */
  enumWith(name: string): ReadonlyMap<string, number> | undefined;
}

/** Opens layouts over `layers`, first wins. `evaluate` is asked for constants. */
export function openLayouts(layers: readonly Definitions[], evaluate: ConstantEvaluator): Layouts {
  const structs = new Map<string, StructLayout | undefined>();
  const inline = new Map<
    string,
    { readonly fields: readonly CField[]; readonly union: boolean; readonly file: string }
  >();
  const typedefs = new Map<string, CType | undefined>();
  const enums = new Map<string, ReadonlyMap<string, number> | undefined>();
  const underWay = new Set<string>();

  const first = <T>(pick: (layer: Definitions) => T | undefined): T | undefined => {
    for (const layer of layers) {
      const found = pick(layer);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const resolve = (name: CTypeName, file = '', owner = ''): CType => {
    switch (name.kind) {
      case 'base': {
        const known = integerType(name.words);
        if (known !== undefined) return known;
        return typedefOf(name.words.filter((word) => word !== 'const' && word !== 'volatile').join(' '));
      }
      case 'tagged': {
        if (name.tag === 'enum') return INT;
        const tag = name.name ?? `${owner}::anonymous${inline.size}`;
        if (name.fields !== undefined) inline.set(tag, { fields: name.fields, union: name.tag === 'union', file });
        return { kind: 'struct', name: tag };
      }
      case 'pointer': {
        return { kind: 'pointer', to: resolve(name.to, file, owner) };
      }
      case 'array': {
        // A flexible array (`x[]`, `x[0]`) has room for one element: scenarios have one node, one zone, one of each.
        const length = name.length === undefined ? 1 : Math.max(1, evaluate(name.length, file) ?? Number.NaN);
        const of = resolve(name.of, file, owner);
        if (Number.isNaN(length) || length > MAX_ARRAY) return { kind: 'opaque', name: 'array' };
        return { kind: 'array', of, length };
      }
      case 'function':
        return { kind: 'function', returns: resolve(name.returns, file, owner) };
      case 'typeof':
        return { kind: 'opaque', name: 'typeof' };
      default:
        return name satisfies never;
    }
  };

  /** The words that an object-like macro stands for, when it may name a type. */
  const macroWords = ({ body }: Macro): readonly string[] | undefined =>
    underWay.size > 64 ? undefined : body.split(/\s+/);

  const typedefOf = (name: string): CType => {
    if (typedefs.has(name)) return typedefs.get(name) ?? { kind: 'opaque', name };
    typedefs.set(name, undefined); // a typedef of itself ends here
    const type = readTypedef(name);
    typedefs.set(name, type);
    return type ?? { kind: 'opaque', name };
  };

  const readTypedef = (name: string): CType | undefined => {
    if (name === '__lock_t') return { kind: 'lock' };
    const definition = first((layer) => layer.typedef(name));
    if (definition === undefined) return undefined;
    if (isMacro(definition)) {
      const words = macroWords(definition); // #define pgoff_t unsigned long
      return words === undefined
        ? undefined
        : (integerType(words) ?? (words.length === 1 ? typedefOf(words[0] ?? '') : undefined));
    }
    const written = typedefType(definition);
    if (written === undefined || underWay.size > 64) return undefined;
    underWay.add(`typedef ${name}`); // bounds a chain of typedefs
    const type = resolve(written, definition.file, name);
    underWay.delete(`typedef ${name}`);
    return type;
  };

  const layout = (name: string): StructLayout | undefined => {
    if (structs.has(name)) return structs.get(name);
    if (underWay.has(name) || underWay.size > 64) return undefined;
    underWay.add(name);
    const made = readLayout(name);
    underWay.delete(name);
    structs.set(name, made);
    return made;
  };

  const readLayout = (name: string): StructLayout | undefined => {
    const known = inline.get(name);
    if (known !== undefined) return lay(name, known.fields, known.union, known.file);
    const definition = first((layer) => layer.struct(name));
    if (definition === undefined) return undefined;
    if (isMacro(definition)) {
      const words = macroWords(definition); // #define rcu_head callback_head
      return words?.length === 1 && words[0] !== undefined ? layout(words[0]) : undefined;
    }
    const body = structBody(definition);
    return body === undefined ? undefined : lay(name, body.fields, body.union, definition.file);
  };

  /** Natural alignment, fields in order; a union's fields all start at 0 (System V ABI, 3.1.2). */
  const lay = (name: string, fields: readonly CField[], union: boolean, file: string): StructLayout => {
    const placed: FieldLayout[] = [];
    let at = 0; // bits
    let end = 0; // bytes
    let align = 1;
    for (const field of fields) {
      const type = resolve(field.type, file, name);
      const own = alignOf(type);
      align = Math.max(align, own);
      if (union) at = 0;
      const width = field.bits === undefined ? undefined : evaluate(field.bits, file);
      if (width !== undefined) {
        // A bit-field does not straddle integers of its type; one of width 0 begins a new integer (System V ABI, 3.1.2).
        const unit = sizeOf(type) * 8;
        if (width === 0 || (at % unit) + width > unit) at = Math.ceil(at / unit) * unit;
        const offset = Math.floor(at / unit) * (unit / 8);
        if (field.name !== undefined && field.name !== '')
          placed.push({ name: field.name, offset, type, bits: { shift: at - offset * 8, width } });
        at += width;
        end = Math.max(end, Math.ceil(at / 8));
        continue;
      }
      const offset = Math.ceil(at / 8 / own) * own;
      if (field.name === undefined && type.kind === 'struct') {
        for (const inner of layout(type.name)?.fields ?? []) placed.push({ ...inner, offset: offset + inner.offset });
      } else if (field.name !== undefined) {
        placed.push({ name: field.name, offset, type, bits: undefined });
      }
      at = (offset + sizeOf(type)) * 8;
      end = Math.max(end, at / 8);
    }
    return { name, size: Math.ceil(end / align) * align, align, fields: placed };
  };

  const sizeOf = (type: CType): number => {
    switch (type.kind) {
      case 'void':
      case 'function':
        return 1;
      case 'int':
        return type.size;
      case 'pointer':
        return 8;
      case 'lock':
        return 4;
      case 'array':
        return Math.max(0, type.length) * sizeOf(type.of);
      case 'struct':
        return layout(type.name)?.size ?? OPAQUE_SIZE;
      case 'opaque':
        return OPAQUE_SIZE;
      default:
        return type satisfies never;
    }
  };

  const alignOf = (type: CType): number => {
    if (type.kind === 'struct') return layout(type.name)?.align ?? OPAQUE_SIZE;
    if (type.kind === 'array') return alignOf(type.of);
    return Math.max(1, Math.min(8, sizeOf(type)));
  };

  const enumWith = (name: string): ReadonlyMap<string, number> | undefined => {
    if (enums.has(name)) return enums.get(name);
    enums.set(name, undefined); // an enumerator that is defined by itself ends here
    const definition = first((layer) => layer.enumOf(name));
    const values = definition === undefined ? undefined : readEnum(definition, evaluate);
    enums.set(name, values);
    if (values !== undefined)
      for (const other of values.keys()) if (enums.get(other) === undefined) enums.set(other, values);
    return values;
  };

  return {
    resolve,
    layout,
    field: (struct, name) => layout(struct)?.fields.find((one) => one.name === name),
    sizeOf,
    alignOf,
    enumerator: (name) => enumWith(name)?.get(name),
    enumWith,
  };
}

// C types as far as memory needs them: sizes, fields and what a pointer points to. Layout follows the LP64 ABI of
// x86-64 and arm64: natural alignment, unions overlay. Values are held in 32 bits (see types.ts, Cell).

export type CType =
  | { readonly kind: 'void' }
  | { readonly kind: 'int'; readonly size: 1 | 2 | 4 | 8; readonly signed: boolean; readonly isBool: boolean }
  | { readonly kind: 'pointer'; readonly to: CType }
  | { readonly kind: 'array'; readonly of: CType; readonly length: number } // -1: flexible, taken as 0
  | { readonly kind: 'struct'; readonly name: string } // struct or union, by tag or by the typedef of an anonymous one
  | { readonly kind: 'lock' }
  | { readonly kind: 'function'; readonly returns: CType }
  | { readonly kind: 'opaque'; readonly name: string }; // a type nobody could read: 8 bytes that may not be touched

/** Where a bit-field stands in its integer. */
export interface BitRange {
  readonly shift: number; // bits from the lowest one
  readonly width: number; // bits
}

export interface FieldLayout {
  readonly name: string;
  readonly offset: number; // bytes
  readonly type: CType;
  readonly bits: BitRange | undefined; // of a bit-field, inside the integer at `offset`
}

export interface StructLayout {
  readonly name: string;
  readonly size: number; // bytes
  readonly align: number; // bytes
  readonly fields: readonly FieldLayout[]; // fields of anonymous members are lifted, with their offsets
}

export const VOID: CType = { kind: 'void' };
export const INT: CType = { kind: 'int', size: 4, signed: true, isBool: false };
export const UINT: CType = { kind: 'int', size: 4, signed: false, isBool: false };
export const LONG: CType = { kind: 'int', size: 8, signed: true, isBool: false };
export const ULONG: CType = { kind: 'int', size: 8, signed: false, isBool: false };
export const BOOL: CType = { kind: 'int', size: 1, signed: false, isBool: true };

/** Whether a value of this type fits one register: an integer, a pointer or a lock word. */
export function isScalar(type: CType): boolean {
  return type.kind === 'int' || type.kind === 'pointer' || type.kind === 'lock' || type.kind === 'function';
}

const WORDS = new Set([
  'unsigned',
  'signed',
  'int',
  'long',
  'short',
  'char',
  'const',
  'volatile',
  '__signed__',
  'register',
]);

/** The integer type that base words spell (`unsigned long`), or undefined when they name something else. */
export function integerType(words: readonly string[]): CType | undefined {
  const rest = words.filter((word) => word !== 'const' && word !== 'volatile' && word !== 'register');
  const only = rest.length === 1 ? rest[0] : undefined;
  if (only === 'void') return VOID;
  if (only === 'bool' || only === '_Bool') return BOOL;
  const fixed = /^(?:__)?([su])(8|16|32|64)$/.exec(only ?? '') ?? undefined;
  if (fixed !== undefined) return sized(Number(fixed[2]) / 8, fixed[1] === 's');
  const std = /^(u?)int(8|16|32|64)_t$/.exec(only ?? '');
  if (std !== null) return sized(Number(std[2]) / 8, std[1] === '');
  if (only !== undefined && /^(?:size_t|uintptr_t|ulong)$/.test(only)) return ULONG;
  if (only !== undefined && /^(?:ssize_t|intptr_t|ptrdiff_t)$/.test(only)) return LONG;
  if (only === 'uint') return sized(4, false);
  if (rest.length === 0 || !rest.every((word) => WORDS.has(word))) return undefined;
  const signed = !rest.includes('unsigned');
  if (rest.includes('char')) return sized(1, signed);
  if (rest.includes('short')) return sized(2, signed);
  if (rest.includes('long')) return sized(8, signed);
  return sized(4, signed);
}

function sized(size: number, signed: boolean): CType {
  const bytes = size === 1 ? 1 : size === 2 ? 2 : size === 4 ? 4 : 8;
  return { kind: 'int', size: bytes, signed, isBool: false };
}

/** A type as C writes it, for messages. */
export function printType(type: CType): string {
  switch (type.kind) {
    case 'void':
      return 'void';
    case 'int':
      return type.isBool
        ? 'bool'
        : `${type.signed ? '' : 'unsigned '}${{ 1: 'char', 2: 'short', 4: 'int', 8: 'long' }[type.size]}`;
    case 'pointer':
      return `${printType(type.to)} *`;
    case 'array':
      return `${printType(type.of)}[${type.length}]`;
    case 'struct':
      return `struct ${type.name}`;
    case 'lock':
      return 'lock';
    case 'function':
      return 'function';
    case 'opaque':
      return type.name;
    default:
      return type satisfies never;
  }
}

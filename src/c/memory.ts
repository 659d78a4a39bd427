// The objects of a scenario as memory: where each stands, and the cells (scalar fields) that a program may touch.

import { assert } from '../errors.ts';
import type { Cell } from '../types.ts';
import type { CType } from './ctype.ts';
import type { Layouts } from './layout.ts';

const FIRST_ADDRESS = 4096; // bytes; below it every address is a NULL pointer with an offset
const ALIGN = 64; // bytes; leaves the low bits of object pointers free for tags
const MAX_OBJECT = 1 << 20; // bytes
const MAX_ELEMENTS = 64; // array elements that get cells

/** An object of a scenario. */
export interface MemoryObject {
  readonly name: string;
  readonly type: CType;
  readonly address: number; // bytes
}

/** A scalar field inside a type. */
export interface Leaf {
  readonly offset: number; // bytes
  readonly path: string; // 'flags', 'folios[0]', 'lru.next'
  readonly type: CType;
}

/** A place that instructions touch: a constant address, or some field of every object of a struct type. */
export type Touch =
  | { readonly kind: 'address'; readonly address: number; readonly size?: number } // size in bytes, where an access is known
  | { readonly kind: 'field'; readonly struct: string; readonly offset: number; readonly length: number };

export interface Memory {
  readonly objects: MemoryObject[];
  readonly inits: Map<number, number>; // address -> initial value
  next: number;
}

export function newMemory(): Memory {
  return { objects: [], inits: new Map(), next: FIRST_ADDRESS };
}

/** Gives an object its address. Throws (a bug) beyond 1 MB. */
export function allocate(memory: Memory, name: string, type: CType, layouts: Layouts): MemoryObject {
  const size = layouts.sizeOf(type);
  assert(size <= MAX_OBJECT, `expected object ${name} to be at most ${MAX_OBJECT} bytes, found ${size}`);
  const object = { name, type, address: memory.next };
  memory.next += strideOf(type, layouts);
  memory.objects.push(object);
  return object;
}

/** Bytes from an object to one that is allocated next. */
function strideOf(type: CType, layouts: Layouts): number {
  return Math.ceil(Math.max(8, layouts.sizeOf(type)) / ALIGN) * ALIGN + ALIGN;
}

/** The copies of a per-CPU object: the one of CPU n is at `first` + n * `stride`, in bytes. */
export interface Copies {
  readonly first: number;
  readonly stride: number;
}

/**
 * The copies of the object at `address`, one for each of `cpus`, which start with its initial values. They are made at
 * the first use. Also gives the offset of the address in its object.
 */
export function perCpuCopies(
  session: { readonly memory: Memory; readonly layouts: Layouts; readonly cpus: readonly string[] },
  address: number,
): Copies & { readonly offset: number } {
  const { memory, layouts, cpus } = session;
  const object = memory.objects.findLast((one) => one.address <= address);
  assert(object !== undefined, `expected an object at address ${address}`);
  const stride = strideOf(object.type, layouts);
  const own = cpus.findIndex((cpu) => object.name.startsWith(`${cpu}.`));
  if (own >= 0) return { first: object.address - own * stride, stride, offset: address - object.address };
  const known = memory.objects.find((one) => one.name === `${cpus[0] ?? ''}.${object.name}`);
  const copies = known === undefined ? cpus.map((cpu) => copyFor(session, object, cpu)) : [known];
  return { first: copies[0]?.address ?? object.address, stride, offset: address - object.address };
}

/** A copy of `object` with its initial values, for a CPU or a process. */
export function copyFor(
  { memory, layouts }: { readonly memory: Memory; readonly layouts: Layouts },
  object: MemoryObject,
  cpu: string,
): MemoryObject {
  const copy = allocate(memory, `${cpu}.${object.name}`, object.type, layouts);
  for (const [at, value] of [...memory.inits]) {
    if (at >= object.address && at < object.address + layouts.sizeOf(object.type))
      memory.inits.set(copy.address + at - object.address, value);
  }
  return copy;
}

/** Scalar fields of a type with their offsets; fields of a union appear once each, at the same offset. */
export function leavesOf(type: CType, layouts: Layouts, depth = 0): Leaf[] {
  if (depth > 12) return [];
  switch (type.kind) {
    case 'int':
    case 'pointer':
    case 'lock':
      return [{ offset: 0, path: '', type }];
    case 'array': {
      const size = layouts.sizeOf(type.of);
      const inner = leavesOf(type.of, layouts, depth + 1);
      const found: Leaf[] = [];
      for (let i = 0; i < Math.min(type.length, MAX_ELEMENTS); i++) {
        for (const leaf of inner) {
          found.push({ offset: i * size + leaf.offset, path: joinPath(`[${i}]`, leaf.path), type: leaf.type });
        }
      }
      return found;
    }
    case 'struct': {
      const found: Leaf[] = [];
      for (const field of layouts.layout(type.name)?.fields ?? []) {
        // Bit-fields of one integer are one scalar, named after the first.
        if (field.bits !== undefined && found.some((leaf) => leaf.offset === field.offset)) continue;
        for (const leaf of leavesOf(field.type, layouts, depth + 1)) {
          found.push({ offset: field.offset + leaf.offset, path: joinPath(field.name, leaf.path), type: leaf.type });
        }
      }
      return found;
    }
    default:
      return [];
  }
}

function joinPath(head: string, tail: string): string {
  if (tail === '') return head;
  return tail.startsWith('[') ? `${head}${tail}` : `${head}.${tail}`;
}

/** Two accesses whose words overlap without being the same word: memory is modelled in whole scalars. */
export interface Overlap {
  readonly object: string;
  readonly fields: readonly [string, string];
}

/** The first pair of touched cells that overlap (arms of a union at different offsets), or undefined. */
export function overlapOf(cells: readonly Cell[], touches: readonly Touch[]): Overlap | undefined {
  const sizes = new Map<number, { least: number; most: number }>();
  for (const touch of touches) {
    if (touch.kind !== 'address' || touch.size === undefined) continue;
    const known = sizes.get(touch.address);
    if (known === undefined) sizes.set(touch.address, { least: touch.size, most: touch.size });
    else {
      known.least = Math.min(known.least, touch.size);
      known.most = Math.max(known.most, touch.size);
    }
  }
  for (const [index, cell] of cells.entries()) {
    const size = sizes.get(cell.address);
    const next = cells[index + 1];
    if (next !== undefined && cell.address + (size?.most ?? cell.size) > next.address) {
      return { object: cell.object, fields: [cell.field, next.field] };
    }
    // Within one address a word of 4 bytes and one of 8 hold the same value; parts of 1 or 2 bytes do not.
    if (size !== undefined && size.least < 4 && size.most !== size.least)
      return { object: cell.object, fields: [cell.field, cell.field] };
  }
  return undefined;
}

/** Address ranges that a set of touches covers, then the cells there. Sorted by address, one cell an address. */
export function cellsFor(
  memory: Memory,
  touches: readonly Touch[],
  layouts: Layouts,
  bits: (object: MemoryObject, path: string) => Readonly<Record<number, string>> | undefined,
): Cell[] {
  const wanted = new Set<number>();
  const fields = new Map<string, { offset: number; length: number }[]>();
  for (const touch of touches) {
    if (touch.kind === 'address') wanted.add(touch.address);
    else fields.set(touch.struct, [...(fields.get(touch.struct) ?? []), touch]);
  }
  const cells: Cell[] = [];
  for (const object of memory.objects) {
    const ranges = placements(object, layouts, fields);
    const leaves = new Map<number, Leaf>();
    for (const leaf of leavesOf(object.type, layouts)) {
      const address = object.address + leaf.offset;
      if (leaves.has(address)) continue;
      if (wanted.has(address) || ranges.some((range) => address >= range.from && address < range.to))
        leaves.set(address, leaf);
    }
    for (const [address, leaf] of leaves) {
      // A range takes in the parts of another arm of a union that start inside one of its words.
      if (!wanted.has(address) && isInside(address, object.address, leaves, layouts)) continue;
      const names = bits(object, leaf.path);
      cells.push({
        address,
        size: layouts.sizeOf(leaf.type),
        object: object.name,
        field: leaf.path,
        init: memory.inits.get(address) ?? 0,
        kind: leaf.type.kind === 'lock' ? 'lock' : leaf.type.kind === 'pointer' ? 'pointer' : 'word',
        signed: leaf.type.kind === 'int' && leaf.type.signed,
        ...(names === undefined ? {} : { bits: names }),
      });
    }
  }
  return cells.sort((a, b) => a.address - b.address);
}

/** Whether a word starts before `address` and reaches over it. */
function isInside(address: number, object: number, leaves: ReadonlyMap<number, Leaf>, layouts: Layouts): boolean {
  for (let before = address - 1; before > address - 8 && before >= object; before--) {
    const leaf = leaves.get(before);
    if (leaf !== undefined && before + layouts.sizeOf(leaf.type) > address) return true;
  }
  return false;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where the touched fields of each struct type stand inside an object, embedded structs and arrays included. */
function placements(
  object: MemoryObject,
  layouts: Layouts,
  fields: ReadonlyMap<string, readonly { readonly offset: number; readonly length: number }[]>,
): Range[] {
  const found: Range[] = [];
  const visit = (type: CType, address: number, depth: number): void => {
    if (depth > 12) return;
    if (type.kind === 'array') {
      const size = layouts.sizeOf(type.of);
      for (let i = 0; i < Math.min(type.length, MAX_ELEMENTS); i++) visit(type.of, address + i * size, depth + 1);
      return;
    }
    if (type.kind !== 'struct') return;
    for (const { offset, length } of fields.get(type.name) ?? []) {
      found.push({ from: address + offset, to: address + offset + length });
    }
    for (const field of layouts.layout(type.name)?.fields ?? []) visit(field.type, address + field.offset, depth + 1);
  };
  visit(object.type, object.address, 0);
  return found;
}

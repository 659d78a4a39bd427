// Places: memory that a process may share, and locals in registers. Reading, writing, taking addresses.
import type { Expr } from '../types.ts';
import { knownSize } from './access.ts';
import type { CExpr } from './ast.ts';
import { expandMacro } from './call.ts';
import { resolveCallee } from './callee.ts';
import type { CType } from './ctype.ts';
import { isScalar, printType } from './ctype.ts';
import { compoundLiteral } from './declaration.ts';
import { emit, freshRegister } from './emit.ts';
import { binary, constant } from './expr.ts';
import { lowerExpr, lowerGlobalName, resolveType, sourceText, withSite } from './expression.ts';
import type { MemoryObject, Touch } from './memory.ts';
import { allocate, leavesOf } from './memory.ts';
import type { Frame, Local, Lvalue, Session, Value } from './session.ts';
import { codePoint, lookup, objectNamed, putInMemory, refuse } from './session.ts';
import { scalar, scalarOf } from './value.ts';

/** Lowers an expression that names a place in memory or a local. */
export function lowerPlace(session: Session, frame: Frame, expr: CExpr): Lvalue {
  switch (expr.kind) {
    case 'name':
      return namedPlace(session, frame, expr);
    case 'field': {
      const base = expr.arrow
        ? deref(session, frame, lowerExpr(session, frame, expr.object), sourceText(frame, expr.object))
        : lowerPlace(session, frame, expr.object);
      return fieldPlace(session, frame, base, expr.name);
    }
    case 'index': {
      const object = lowerExpr(session, frame, expr.object);
      const at = scalarOf(session, frame, lowerExpr(session, frame, expr.index));
      return elementPlace(session, frame, object, at, sourceText(frame, expr.object));
    }
    case 'unary':
      if (expr.op === '*')
        return deref(session, frame, lowerExpr(session, frame, expr.arg), sourceText(frame, expr.arg));
      break;
    case 'cast':
      return { ...lowerPlace(session, frame, expr.arg), type: resolveType(session, frame, expr.type) };
    case 'init-list':
      return localPlace(compoundLiteral(session, frame, expr));
    case 'call': {
      const macro = macroPlace(session, frame, expr);
      if (macro !== undefined) return macro;
      break;
    }
    default:
      break;
  }
  if (
    expr.kind === 'call' ||
    expr.kind === 'block' ||
    expr.kind === 'conditional' ||
    expr.kind === 'comma' ||
    expr.kind === 'assign'
  ) {
    const value = lowerExpr(session, frame, expr);
    if (value.kind === 'aggregate') return value.place;
    if (value.kind === 'scalar' && value.type.kind === 'struct') return temporary(session, frame, value);
  }
  return refuse(session, frame, sourceText(frame, expr), 'expected a place in memory or a local variable');
}

function namedPlace(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'name' }): Lvalue {
  const { name } = expr;
  const binding = lookup(frame, name);
  if (binding?.kind === 'local') return localPlace(binding.local);
  if (binding?.kind === 'alias') return lowerPlace(session, withSite(binding.frame, frame), binding.expr);
  if (binding?.kind === 'value') {
    if (binding.value.kind === 'aggregate') return binding.value.place;
    if (binding.value.kind === 'scalar' && binding.value.type.kind === 'struct')
      return temporary(session, frame, binding.value);
    if (binding.value.kind === 'reference')
      return putInMemory(session, frame, binding.value.local, 'expected a variable that is not assigned');
    return refuse(session, frame, name, 'expected a place; the parameter is bound to a value');
  }
  const object = objectNamed(session, frame, name) ?? perCpuObject(session, frame, name);
  if (object !== undefined) return objectPlace(object);
  const macro = session.primitives.macro(name, frame.file) ?? session.tree.macro(name, frame.file);
  if (macro !== undefined && macro.macro.params === undefined) {
    const inner = expandMacro(session, frame, macro, [], expr.start);
    if (inner.kind === 'expression') return lowerPlace(session, inner.frame, inner.body);
  }
  return refuse(
    session,
    frame,
    name,
    `expected a known name; add a row for \`${name}\` to rules/primitives.h, or an object of that name to the scenario`,
  );
}

/** The place that a function-like macro stands for: `per_cpu(x, cpu).nr`. Undefined when the callee is no macro. */
function macroPlace(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'call' }): Lvalue | undefined {
  if (expr.callee.kind !== 'name' || lookup(frame, expr.callee.name) !== undefined) return undefined;
  const callee = resolveCallee(session, frame, expr.callee.name);
  if (callee.kind !== 'macro') return undefined;
  const inner = expandMacro(session, frame, callee, expr.args, expr.start);
  if (inner.kind !== 'expression' || !['name', 'field', 'index', 'unary', 'call'].includes(inner.body.kind))
    return undefined;
  if (inner.body.kind === 'unary' && inner.body.op !== '*') return undefined;
  if (callee.layer === 'primitives') session.used.rows.add(expr.callee.name);
  if (callee.layer === 'scenario')
    session.used.declared.set(expr.callee.name, `${expr.callee.name}(...) is ${callee.macro.body}`);
  return lowerPlace(session, inner.frame, inner.body);
}

/** The place of an object of the scenario. */
export function objectPlace(object: MemoryObject): Lvalue {
  return addressPlace(object.address, object.type);
}

function addressPlace(address: number, type: CType): Lvalue {
  return { kind: 'memory', address: constant(address), type, touch: { kind: 'address', address } };
}

/** A per-CPU variable of the file that is lowered: all zero at the start, which is an empty batch. */
function perCpuObject(session: Session, frame: Frame, name: string): MemoryObject | undefined {
  const struct = session.tree.perCpuStruct(name, frame.file);
  if (struct === undefined) return undefined;
  const type: CType = { kind: 'struct', name: struct };
  if (session.layouts.layout(type.name) === undefined) return undefined;
  return allocate(session.memory, name, type, session.layouts);
}

/** The place of a local variable. */
export function localPlace(local: Local): Lvalue {
  if (local.address !== undefined) return addressPlace(local.address, local.type);
  return { kind: 'local', local, offset: 0, type: local.type };
}

/** A struct that wraps one scalar and is held in a register, as a place to select from. */
function temporary(session: Session, frame: Frame, value: Value & { readonly kind: 'scalar' }): Lvalue {
  const dst = freshRegister(session.emitter);
  emit(session.emitter, codePoint(session, frame), { op: 'set', dst, value: value.expr });
  return localPlace({ name: frame.site.text, type: value.type, registers: new Map([[0, dst]]), address: undefined });
}

/** The place behind a pointer value. `words` is the pointer as written. */
export function deref(session: Session, frame: Frame, value: Value, words: string): Lvalue {
  if (value.kind === 'reference') {
    const type = value.type.kind === 'pointer' ? value.type.to : value.local.type;
    return { kind: 'local', local: value.local, offset: value.offset, type };
  }
  if (value.kind === 'aggregate' && value.type.kind === 'array') {
    return elementPlace(session, frame, value, constant(0), words);
  }
  if (value.kind !== 'scalar') return refuse(session, frame, words, 'expected a pointer');
  const to: CType =
    value.type.kind === 'pointer' ? value.type.to : value.type.kind === 'array' ? value.type.of : { kind: 'void' };
  return { kind: 'memory', address: value.expr, type: to, touch: touchOf(value.expr, to) };
}

/** What an access at a constant address, or through a pointer to a struct, may touch. */
function touchOf(address: Expr, type: CType): Touch | undefined {
  if (address.kind === 'const') return { kind: 'address', address: address.value };
  if (type.kind === 'struct') return { kind: 'field', struct: type.name, offset: 0, length: 0 };
  return undefined;
}

/** The place of field `name` of the struct at `base`. Refuses names that the struct does not have. */
export function fieldPlace(session: Session, frame: Frame, base: Lvalue, name: string): Lvalue {
  const struct = base.type;
  if (struct.kind !== 'struct')
    return refuse(session, frame, `.${name}`, `expected a struct, found ${printType(struct)}`);
  const field = session.layouts.field(struct.name, name);
  if (field === undefined) {
    const known = session.layouts.layout(struct.name) !== undefined;
    return refuse(
      session,
      frame,
      `${struct.name}.${name}`,
      known
        ? `expected a field of struct ${struct.name}; none is called ${name}`
        : `expected the definition of struct ${struct.name}; it is not in the source`,
    );
  }
  const bits = field.bits === undefined ? {} : { bits: field.bits };
  if (base.kind === 'local') return { ...base, offset: base.offset + field.offset, type: field.type, ...bits };
  const address = binary('+', base.address, constant(field.offset));
  return {
    kind: 'memory',
    address,
    type: field.type,
    touch: shift(base, struct.name, field.offset, address),
    ...bits,
  };
}

/** The touch of a field: by address where that is known, else by the struct the pointer was declared to point to. */
function shift(base: Lvalue & { readonly kind: 'memory' }, struct: string, offset: number, address: Expr): Touch {
  if (address.kind === 'const') return { kind: 'address', address: address.value };
  if (base.touch?.kind === 'field' && base.touch.struct !== struct) {
    return { ...base.touch, offset: base.touch.offset + offset };
  }
  return { kind: 'field', struct, offset, length: 0 };
}

function elementPlace(session: Session, frame: Frame, value: Value, at: Expr, words: string): Lvalue {
  const type = value.kind === 'void' ? undefined : value.type;
  const of = type?.kind === 'array' ? type.of : type?.kind === 'pointer' ? type.to : undefined;
  if (of === undefined || type === undefined)
    return refuse(session, frame, words, 'expected an array or a pointer before [');
  const size = knownSize(session, frame, of);
  const step = binary('*', at, constant(size));
  if (value.kind === 'aggregate' && value.place.kind === 'memory') {
    const address = binary('+', value.place.address, step);
    const length = type.kind === 'array' ? Math.max(1, type.length) * size : size;
    return { kind: 'memory', address, type: of, touch: elementTouch(value.place.touch, address, length) };
  }
  if (value.kind === 'aggregate' && value.place.kind === 'local' && at.kind === 'const') {
    return { ...value.place, offset: value.place.offset + at.value * size, type: of };
  }
  if (value.kind === 'reference' && at.kind === 'const') {
    return { kind: 'local', local: value.local, offset: value.offset + at.value * size, type: of };
  }
  if (value.kind === 'reference')
    return putInMemory(
      session,
      frame,
      value.local,
      'expected an array in memory; a local array needs a constant index here',
    );
  if (value.kind !== 'scalar')
    return refuse(session, frame, words, 'expected an array in memory; a local array needs a constant index here');
  const address = binary('+', value.expr, step);
  return { kind: 'memory', address, type: of, touch: touchOf(address, of) };
}

function elementTouch(base: Touch | undefined, address: Expr, length: number): Touch | undefined {
  if (address.kind === 'const') return { kind: 'address', address: address.value };
  if (base === undefined) return undefined;
  if (base.kind === 'field') return { ...base, length };
  return { kind: 'field', struct: '', offset: base.address, length };
}

/** `&expr`: the address in memory, or a reference to a local. */
export function addressOf(session: Session, frame: Frame, expr: CExpr): Value {
  if (
    expr.kind === 'name' &&
    lookup(frame, expr.name) === undefined &&
    objectNamed(session, frame, expr.name) === undefined
  ) {
    const id =
      session.tree.function(expr.name, frame.file) === undefined ? undefined : lowerGlobalName(session, frame, expr);
    if (id?.kind === 'scalar' && id.type.kind === 'function') return id;
  }
  const at = lowerPlace(session, frame, expr);
  if (at.bits !== undefined)
    return refuse(session, frame, sourceText(frame, expr), 'expected a place of its own; a bit-field has no address');
  const type: CType = { kind: 'pointer', to: at.type };
  if (at.kind === 'local') return { kind: 'reference', local: at.local, offset: at.offset, type };
  // A pointer to a scalar or a list_head forgets its struct: what it may be used for is noted here.
  const size = session.layouts.sizeOf(at.type);
  const isScalars = size <= 16 || (at.type.kind === 'array' && isScalar(at.type.of));
  if (at.touch?.kind === 'field' && isScalars)
    session.touches.push({ ...at.touch, length: Math.max(at.touch.length, size) });
  else if (at.touch?.kind === 'address' && isScalars) {
    for (const leaf of leavesOf(at.type, session.layouts)) {
      session.touches.push({
        kind: 'address',
        address: at.touch.address + leaf.offset,
        size: session.layouts.sizeOf(leaf.type),
      });
    }
  }
  return scalar(at.address, type);
}

// Builtins that ask a list for its entries. A list is membership here: an entry knows its list, so its entries are found
// among the objects of the scenario, in the order of the scenario.
import type { Expr } from '../types.ts';
import { moved, readPlace } from './access.ts';
import { arg, memberArg, nameArg, valueArg } from './argument.ts';
import type { CExpr } from './ast.ts';
import type { CType } from './ctype.ts';
import { emit, freshRegister } from './emit.ts';
import { binary, constant, register } from './expr.ts';
import { offsetOf, sourceText, typeOfOperand } from './expression.ts';
import { objectPlace } from './lvalue.ts';
import type { MemoryObject } from './memory.ts';
import type { Frame, Session, Value } from './session.ts';
import { codePoint, lookup, refuse, writtenAs } from './session.ts';
import { scalar, scalarOf } from './value.ts';

type Struct = CType & { readonly kind: 'struct' };

type Lower = (session: Session, frame: Frame, args: readonly CExpr[]) => Value;

/** The builtins of this file, by name. */
export const LIST_BUILTINS: readonly (readonly [string, Lower])[] = [
  /** __list_first(head, struct or pointer, member): the first object whose member is on the list, or NULL */
  ['__list_first', (session, frame, args) => search(session, frame, args, undefined)],
  /** __list_next(head, struct or pointer, member, after): the first one behind the object `after` */
  ['__list_next', (session, frame, args) => search(session, frame, args, valueArg(session, frame, args, 3))],
];

function search(session: Session, frame: Frame, args: readonly CExpr[], after: Expr | undefined): Value {
  const { emitter } = session;
  const head = valueArg(session, frame, args, 0);
  const type = entryType(session, frame, arg(session, frame, args, 1));
  const member = memberArg(session, frame, args, 2);
  const offset = offsetOf(session, frame, type, `${member}.next`);
  const result = freshRegister(emitter);
  const at = codePoint(session, frame);
  emit(emitter, at, { op: 'set', dst: result, value: constant(0) });
  // Backwards, so that the first one stays.
  for (const object of entriesOf(session, type).toReversed()) {
    const link = moved(objectPlace(object), offset, { kind: 'pointer', to: { kind: 'struct', name: 'list_head' } });
    const on = binary('==', scalarOf(session, frame, readPlace(session, frame, link)), head);
    const found = after === undefined ? on : binary('&', on, binary('>', constant(object.address), after));
    emit(emitter, at, {
      op: 'set',
      dst: result,
      value: { kind: 'select', cond: found, then: constant(object.address), else: register(result) },
    });
  }
  return scalar(register(result), { kind: 'pointer', to: type });
}

/** The struct of the entries: named, or the one that a pointer variable points to. */
function entryType(session: Session, frame: Frame, expr: CExpr): Struct {
  const { expr: written, owner } = writtenAs(frame, expr);
  const type =
    written.kind === 'name' &&
    session.layouts.layout(written.name) !== undefined &&
    lookup(frame, written.name) === undefined
      ? ({ kind: 'struct', name: nameArg(session, frame, expr) } as const)
      : typeOfOperand(session, frame, expr);
  const entry = type.kind === 'pointer' ? type.to : type;
  if (entry.kind === 'struct') return entry;
  return refuse(session, frame, sourceText(owner, written), 'expected the struct of the entries of a list');
}

/** The objects that can be entries: of that struct, or one that begins with it (a folio is a page). */
function entriesOf(session: Session, type: Struct): MemoryObject[] {
  const begins = (outer: CType, inner: string): boolean =>
    outer.kind === 'struct' &&
    (outer.name === inner ||
      (session.layouts
        .layout(outer.name)
        ?.fields.some((field) => field.offset === 0 && field.type.kind === 'struct' && field.type.name === inner) ??
        false));
  return session.memory.objects.filter(
    (object) => begins(object.type, type.name) || (object.type.kind === 'struct' && begins(type, object.type.name)),
  );
}

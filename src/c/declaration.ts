// Declarations of locals and their initialisers.

import { knownSize, moved, readPlace, wrapperLeaf, writePlace } from './access.ts';
import type { CDeclarator, CExpr, CInitItem, CStmt, CTypeName } from './ast.ts';
import type { CType } from './ctype.ts';
import { isScalar } from './ctype.ts';
import { freshRegister } from './emit.ts';
import { constant } from './expr.ts';
import { isAuto, lowerExpr, resolveType, sourceText } from './expression.ts';
import { localPlace } from './lvalue.ts';
import type { FoundMacro } from './macro-call.ts';
import { expandInitialiser } from './macro-call.ts';
import { allocate, leavesOf } from './memory.ts';
import type { Frame, Local, Session, Value } from './session.ts';
import { lineOf, localKey, lookup, refuse } from './session.ts';
import { convertValue, scalar, scalarOf, typeOf } from './value.ts';

/** Declares a local variable and lowers its initialiser. A local without one keeps what its registers hold. */
export function declare(
  session: Session,
  frame: Frame,
  stmt: CStmt & { readonly kind: 'decl' },
  declared: CDeclarator,
): void {
  const { name, init } = declared;
  const { emitter } = session;
  if (stmt.isStatic) {
    frame.scope.names.set(name, { kind: 'local', local: staticLocal(session, frame, declared) });
    return;
  }
  if (init !== undefined && emitter.live && !frame.accessor)
    frame.site = { line: lineOf(frame, init), text: `${name} = ${sourceText(frame, init)}` };
  const list = init === undefined || !emitter.live ? undefined : initialiserList(session, frame, init);
  const value =
    init === undefined || init.kind === 'init-list' || list !== undefined || !emitter.live
      ? undefined
      : lowerExpr(session, frame, init);
  const type = declaredType(session, frame, declared, value);
  if (value?.kind === 'reference') {
    frame.scope.names.set(name, { kind: 'value', value: { ...value, type } });
    return;
  }
  const local = newLocal(session, frame, name, type);
  frame.scope.names.set(name, { kind: 'local', local });
  if (!emitter.live) return;
  if (list !== undefined) initialise(session, list.frame, local, list.items);
  else if (value !== undefined)
    writePlace(session, frame, localPlace(local), convertValue(session, frame, value, type), 'plain');
}

/** A static local: an object that all calls share. Refuses an initial value that is not constant. */
function staticLocal(session: Session, frame: Frame, declared: CDeclarator): Local {
  const { name, init } = declared;
  const type = sizedType(resolveType(session, frame, declared.type), declared.type, init);
  knownSize(session, frame, type);
  const [file = '', owner = ''] = localKey(frame, name).split(' ');
  const shared = `${owner}.${name}`;
  const known = session.memory.objects.find((object) => object.name === shared);
  const { address } = known ?? allocate(session.memory, shared, type, session.layouts);
  if (known === undefined && init !== undefined) {
    const list = initialiserList(session, frame, init);
    const values = new Map<number, Initial>();
    if (list === undefined) values.set(0, { expr: init, type });
    else collect(session, list.frame, type, list.items, 0, values);
    for (const [offset, initial] of values) {
      const value = scalarOf(session, frame, initialValue(session, list?.frame ?? frame, initial));
      if (value.kind !== 'const') refuse(session, frame, `${file} ${name}`, 'expected a constant initialiser');
      else session.memory.inits.set(address + offset, value.value);
    }
  }
  return { name, type, registers: new Map(), address };
}

/** A local: in registers, or in private memory when it has an index or its address is kept. */
function newLocal(session: Session, frame: Frame, name: string, type: CType): Local {
  const key = localKey(frame, name);
  const inMemory =
    type.kind === 'array' ||
    session.escaped.has(key) ||
    (type.kind === 'struct' && leavesOf(type, session.layouts).some((leaf) => leaf.path.includes('[')));
  const address = inMemory
    ? allocate(session.memory, `${session.processName}.${name}`, type, session.layouts).address
    : undefined;
  const registers = new Map<number, number>();
  if (isScalar(type) || wrapperLeaf(session, type) !== undefined) registers.set(0, freshRegister(session.emitter));
  return { name, type, registers, address, key };
}

/** The braces of an initialiser, written out or in the text of a macro, with the frame in which they are lowered. */
function initialiserList(
  session: Session,
  frame: Frame,
  init: CExpr,
): { readonly items: readonly CInitItem[]; readonly frame: Frame } | undefined {
  if (init.kind === 'init-list') return init.type === undefined ? { items: init.items, frame } : undefined;
  const name =
    init.kind === 'name' ? init.name : init.kind === 'call' && init.callee.kind === 'name' ? init.callee.name : '';
  if (name === '' || lookup(frame, name) !== undefined) return undefined;
  const found = initialiserMacro(session, frame, name);
  if (found === undefined) return undefined;
  const expansion = expandInitialiser(session, frame, found, init.kind === 'call' ? init.args : [], init.start);
  return initialiserList(session, expansion.frame, expansion.body);
}

/** The macro `name` when its text is braces, or the use of another macro. */
function initialiserMacro(session: Session, frame: Frame, name: string): FoundMacro | undefined {
  const found =
    session.scenario.macro(name, frame.file) ??
    session.primitives.macro(name, frame.file) ??
    (/^_*[A-Z][A-Z0-9_]*$/.test(name) ? session.tree.macro(name, frame.file) : undefined);
  return found !== undefined && /^(?:\{|[A-Z_]+INIT\w*\b|_*[A-Z_]+\(.*\)$)/.test(found.macro.body) ? found : undefined;
}

/**
 * A compound literal: a local without a name. As in C it lives until its block ends, so one in a loop is the same one
 * each time.
 */
export function compoundLiteral(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'init-list' }): Local {
  if (expr.type === undefined)
    return refuse(session, frame, sourceText(frame, expr), 'expected a type before the braces of a value');
  const type = sizedType(resolveType(session, frame, expr.type), expr.type, expr);
  const name = `literal ${expr.start}`;
  const local = newLocal(session, frame, name, type);
  initialise(session, frame, local, expr.items);
  return local;
}

/** The type of a local; `x[]` counts its initialisers, `__auto_type` and typeof follow the value. */
function declaredType(session: Session, frame: Frame, declared: CDeclarator, value: Value | undefined): CType {
  if (isAuto(declared.type)) {
    if (value === undefined && session.emitter.live)
      return refuse(session, frame, declared.name, 'expected an initialiser beside a type that follows its value');
    const type = value === undefined ? { kind: 'void' as const } : typeOf(value);
    return type.kind === 'array' ? { kind: 'pointer', to: type.of } : type;
  }
  return sizedType(resolveType(session, frame, declared.type), declared.type, declared.init);
}

/** The type of a variable whose array length may follow from its initialiser. */
export function sizedType(type: CType, written: CTypeName, init: CExpr | undefined): CType {
  if (type.kind !== 'array' || written.kind !== 'array' || written.length !== undefined || init?.kind !== 'init-list')
    return type;
  let length = 0;
  let next = 0;
  for (const item of init.items) {
    const first = item.designators[0];
    if (first !== undefined && 'index' in first && first.index.kind === 'number') next = first.index.value;
    next++;
    length = Math.max(length, next);
  }
  return { ...type, length };
}

/** `= { ... }` on a local: named fields get their values, everything else 0. Of a union the first arm is written. */
function initialise(session: Session, frame: Frame, local: Local, items: readonly CInitItem[]): void {
  const given = new Map<number, Initial>();
  knownSize(session, frame, local.type);
  collect(session, frame, local.type, items, 0, given);
  let end = 0;
  for (const leaf of leavesOf(local.type, session.layouts).toSorted((a, b) => a.offset - b.offset)) {
    const initial = given.get(leaf.offset);
    if (leaf.offset < end) {
      if (initial !== undefined) refuse(session, frame, local.name, 'expected an initialiser without unions');
      continue;
    }
    end = leaf.offset + session.layouts.sizeOf(leaf.type);
    const value = initial === undefined ? scalar(constant(0), leaf.type) : initialValue(session, frame, initial);
    if (value.kind === 'aggregate') {
      copyLeaves(session, frame, value, local, leaf.offset);
      end = leaf.offset + session.layouts.sizeOf(value.type);
      continue;
    }
    writePlace(
      session,
      frame,
      moved(localPlace(local), leaf.offset, leaf.type),
      convertValue(session, frame, value, leaf.type),
      'plain',
    );
  }
}

/** Copies a struct by value into `local`, at byte `offset` of it. */
export function copyLeaves(
  session: Session,
  frame: Frame,
  value: Value & { readonly kind: 'aggregate' },
  local: Local,
  offset: number,
): void {
  for (const leaf of leavesOf(value.type, session.layouts)) {
    const read = readPlace(session, frame, moved(value.place, leaf.offset, leaf.type));
    writePlace(session, frame, moved(localPlace(local), offset + leaf.offset, leaf.type), read, 'plain');
  }
}

/** What an initialiser gives to the place at one offset, and the type of that place. */
export interface Initial {
  readonly expr: CExpr;
  readonly type: CType;
}

/** The value of an initialiser: of a struct without braces it is a struct. */
export function initialValue(session: Session, frame: Frame, { expr, type }: Initial): Value {
  const value = lowerExpr(session, frame, expr);
  if (isComposite(session, type) && value.kind !== 'aggregate') {
    return refuse(
      session,
      frame,
      sourceText(frame, expr),
      'expected braces around the initialiser of a struct or an array',
    );
  }
  return value;
}

function isComposite(session: Session, type: CType): boolean {
  return type.kind === 'array' || (type.kind === 'struct' && wrapperLeaf(session, type) === undefined);
}

/** What an initialiser list gives, by offset, designators followed (C11 6.7.9). */
export function collect(
  session: Session,
  frame: Frame,
  type: CType,
  items: readonly CInitItem[],
  base: number,
  into: Map<number, Initial>,
): void {
  const fields = type.kind === 'struct' ? (session.layouts.layout(type.name)?.fields ?? []) : [];
  let next = 0;
  for (const item of items) {
    let target = type;
    let offset = base;
    if (item.designators.length === 0) {
      if (type.kind === 'array') {
        offset += next * session.layouts.sizeOf(type.of);
        target = type.of;
      } else if (type.kind === 'struct') {
        const field = fields[next];
        if (field === undefined) refuse(session, frame, frame.site.text, 'expected no more initialisers than fields');
        offset += field.offset;
        target = field.type;
      }
      next++;
    }
    for (const designator of item.designators) {
      if ('field' in designator) {
        const field = target.kind === 'struct' ? session.layouts.field(target.name, designator.field) : undefined;
        if (field === undefined)
          return void refuse(
            session,
            frame,
            `.${designator.field}`,
            'expected a field of the object that is initialised',
          );
        if (target === type) next = fields.indexOf(field) + 1;
        offset += field.offset;
        target = field.type;
      } else {
        const index = scalarOf(session, frame, lowerExpr(session, frame, designator.index));
        if (index.kind !== 'const' || target.kind !== 'array')
          return void refuse(session, frame, frame.site.text, 'expected a constant index of an array');
        offset += index.value * session.layouts.sizeOf(target.of);
        if (target === type) next = index.value + 1;
        target = target.of;
      }
    }
    if (item.value.kind === 'init-list') collect(session, frame, target, item.value.items, offset, into);
    else if (session.layouts.sizeOf(target) > 0) into.set(offset, { expr: item.value, type: target });
  }
}

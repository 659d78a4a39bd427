// Lowers the operators of C with its promotions: arithmetic, comparison, assignment, ++ and --. The Expr of types.ts has
// signed 32-bit words only, so unsigned comparison, division and shift are spelled out here.
import type { BinaryOp, Expr } from '../types.ts';
import { knownSize, readPlace, writePlace } from './access.ts';
import type { CExpr } from './ast.ts';
import { conditionValue } from './condition.ts';
import type { CType } from './ctype.ts';
import { INT, LONG } from './ctype.ts';
import { binary, constant, isBoolean, not } from './expr.ts';
import { lowerExpr, sourceText } from './expression.ts';
import { addressOf, deref, lowerPlace } from './lvalue.ts';
import type { Frame, Session, Value } from './session.ts';
import { lookup, objectNamed, refuse } from './session.ts';
import { commonType, convertValue, copy, pointee, promoted, scalar, scalarOf, typeOf } from './value.ts';

const INTEGER_OPS = new Set(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '<=', '>', '>=']);
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
const LOWEST = constant(-(2 ** 31));

/** `&x`, `*p`, `!x`, `-x`, `~x`, `+x`. */
export function lowerUnary(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'unary' }): Value {
  switch (expr.op) {
    case '&':
      return addressOf(session, frame, expr.arg);
    case '*':
      return readPlace(
        session,
        frame,
        deref(session, frame, lowerExpr(session, frame, expr.arg), sourceText(frame, expr.arg)),
      );
    case '!': {
      if (hasShortCircuit(expr.arg)) return conditionValue(session, frame, expr);
      const value = lowerExpr(session, frame, expr.arg);
      return scalar(value.kind === 'reference' ? constant(0) : not(scalarOf(session, frame, value)), INT);
    }
    case '-':
    case '~': {
      const value = lowerExpr(session, frame, expr.arg);
      const arg = scalarOf(session, frame, value);
      const folded =
        arg.kind === 'const'
          ? constant(expr.op === '-' ? -arg.value : ~arg.value)
          : { kind: 'unary' as const, op: expr.op, arg };
      return scalar(folded, promoted(typeOf(value)));
    }
    case '+': {
      const value = lowerExpr(session, frame, expr.arg);
      return scalar(scalarOf(session, frame, value), promoted(typeOf(value)));
    }
    default:
      return refuse(session, frame, expr.op, 'expected a unary operator of C');
  }
}

function hasShortCircuit(expr: CExpr): boolean {
  if (expr.kind === 'binary') return expr.op === '&&' || expr.op === '||';
  return expr.kind === 'unary' && expr.op === '!' && hasShortCircuit(expr.arg);
}

/** `left op right`. */
export function lowerBinary(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'binary' }): Value {
  if (expr.op === '&&' || expr.op === '||') return conditionValue(session, frame, expr);
  if (!INTEGER_OPS.has(expr.op)) return refuse(session, frame, expr.op, 'expected a binary operator of C');
  const cast = castOfSign(session, frame, expr);
  if (cast !== undefined) return lowerExpr(session, frame, cast);
  const left = lowerExpr(session, frame, expr.left);
  const right = lowerExpr(session, frame, expr.right);
  return arithmetic(session, frame, expr.op as BinaryOp, left, right);
}

const TYPE_NAME = /_t$|^[us](?:8|16|32|64)$/;

/**
 * `(loff_t)-1` and `n * (u64)-1`: without types the grammar reads a subtraction. A cast binds tighter than any operator, so
 * only what cannot be one is read so. Undefined when it is a subtraction.
 */
function castOfSign(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'binary' }): CExpr | undefined {
  const { op, left, right, start, end, line } = expr;
  if ((op !== '-' && op !== '+') || right.kind === 'binary') return undefined;
  const name = left.kind === 'binary' ? left.right : left;
  if (name.kind !== 'name' || !isTypeName(session, frame, name.name)) return undefined;
  const span = { start: name.start, end, line };
  const arg: CExpr = { ...span, kind: 'unary', op, arg: right };
  const cast: CExpr = { ...span, kind: 'cast', type: { kind: 'base', words: [name.name] }, arg };
  return left.kind === 'binary' ? { ...left, start, end, right: cast } : cast;
}

function isTypeName(session: Session, frame: Frame, name: string): boolean {
  if (!TYPE_NAME.test(name)) return false;
  if (lookup(frame, name) !== undefined || objectNamed(session, frame, name) !== undefined) return false;
  return session.layouts.resolve({ kind: 'base', words: [name] }).kind !== 'opaque';
}

/** `left op right` with C's pointer scaling and conversions. */
export function arithmetic(session: Session, frame: Frame, op: BinaryOp, left: Value, right: Value): Value {
  const isEquality = op === '==' || op === '!=';
  if (left.kind === 'reference' && right.kind === 'reference' && isEquality) {
    const same = left.local === right.local && left.offset === right.offset;
    return scalar(constant(Number(same === (op === '=='))), INT);
  }
  if ((left.kind === 'reference' || right.kind === 'reference') && isEquality) {
    return scalar(constant(op === '==' ? 0 : 1), INT); // the address of a local is nobody else's
  }
  const a = scalarOf(session, frame, left);
  const b = scalarOf(session, frame, right);
  const from = pointee(typeOf(left));
  const to = pointee(typeOf(right));
  const size = (type: CType): Expr => constant(Math.max(1, knownSize(session, frame, type)));
  if (op === '-' && from !== undefined && to !== undefined)
    return scalar(binary('/', binary('-', a, b), size(from)), LONG);
  if ((op === '+' || op === '-') && from !== undefined) {
    return scalar(binary(op, a, binary('*', b, size(from))), { kind: 'pointer', to: from });
  }
  if (op === '+' && to !== undefined) return scalar(binary('+', binary('*', a, size(to)), b), { kind: 'pointer', to });
  if (op === '<<' || op === '>>') return shift(session, frame, op, left, a, b);
  const type = commonType(typeOf(left), typeOf(right));
  const unsigned = type.kind !== 'int' || !type.signed;
  const small = (value: Value, expr: Expr): boolean =>
    isSmall(typeOf(value)) || isBoolean(expr) || (expr.kind === 'const' && expr.value >= 0);
  const signedWillDo = !unsigned || (small(left, a) && small(right, b));
  if (COMPARISONS.has(op)) return scalar(signedWillDo ? binary(op, a, b) : unsignedComparison(op, a, b), INT);
  if ((op === '/' || op === '%') && !signedWillDo) return scalar(unsignedDivision(session, frame, op, a, b), type);
  if ((op === '/' || op === '%') && b.kind === 'const' && b.value === 0)
    return refuse(session, frame, frame.site.text, 'expected a divisor that is not 0');
  return scalar(binary(op, a, b), type);
}

/** Whether every value of the type is at least 0 as a signed word. */
function isSmall(type: CType): boolean {
  return type.kind === 'int' && !type.signed && type.size < 4;
}

/** a < b of unsigned words is (a ^ 2^31) < (b ^ 2^31) of signed ones. */
function unsignedComparison(op: BinaryOp, a: Expr, b: Expr): Expr {
  if (op === '==' || op === '!=') return binary(op, a, b);
  if (b.kind === 'const' && b.value === 0) {
    if (op === '>') return binary('!=', a, b);
    if (op === '<=') return binary('==', a, b);
    return constant(op === '>=' ? 1 : 0);
  }
  if (b.kind === 'const' && b.value === 1 && (op === '<' || op === '>='))
    return binary(op === '<' ? '==' : '!=', a, constant(0));
  return binary(op, binary('^', a, LOWEST), binary('^', b, LOWEST));
}

/**
 * Misses: a dividend of 2^31 or more with a divisor that is no power of two. It reads as negative there; sizes, counts
 * and page numbers of a scenario are far below.
 */
function unsignedDivision(session: Session, frame: Frame, op: '/' | '%', a: Expr, b: Expr): Expr {
  if (b.kind !== 'const') return binary(op, a, b);
  const divisor = b.value >>> 0;
  if (divisor === 0) return refuse(session, frame, frame.site.text, 'expected a divisor that is not 0');
  if (a.kind === 'const')
    return constant(op === '/' ? Math.trunc((a.value >>> 0) / divisor) : (a.value >>> 0) % divisor);
  if ((divisor & (divisor - 1)) !== 0) return binary(op, a, b);
  const bits = Math.log2(divisor);
  return op === '%' ? binary('&', a, constant(divisor - 1)) : logicalShift(a, constant(bits));
}

function shift(session: Session, frame: Frame, op: '<<' | '>>', left: Value, a: Expr, b: Expr): Value {
  const type = promoted(typeOf(left));
  if (b.kind === 'const' && (b.value < 0 || b.value > 31)) {
    return refuse(
      session,
      frame,
      frame.site.text,
      `expected a shift by 0 to 31, found ${b.value}; values are held in 32 bits`,
    );
  }
  const logical =
    op === '>>' && type.kind === 'int' && !type.signed && type.size === 4 && !(a.kind === 'const' && a.value >= 0);
  return scalar(logical ? logicalShift(a, b) : binary(op, a, b), type);
}

/** a >> b with zeros coming in: the sign bits are masked off. Right for 0 <= b <= 31. */
function logicalShift(a: Expr, b: Expr): Expr {
  if (b.kind === 'const') return b.value === 0 ? a : binary('&', binary('>>', a, b), constant(2 ** (32 - b.value) - 1));
  const signs = binary('<<', binary('>>', LOWEST, b), constant(1));
  return binary('&', binary('>>', a, b), { kind: 'unary', op: '~', arg: signs });
}

// ---------------------------------------------------------------- assignment

/** `a = b`, `a += b`: the value is that of the left side after the assignment (C11 6.5.16). */
export function lowerAssign(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'assign' }): Value {
  if (expr.op === '=') {
    const value = lowerExpr(session, frame, expr.right);
    const target = lowerPlace(session, frame, expr.left);
    writePlace(session, frame, target, value, 'plain');
    return target.kind === 'local'
      ? readPlace(session, frame, target)
      : convertValue(session, frame, value, target.type);
  }
  const target = lowerPlace(session, frame, expr.left);
  const old = readPlace(session, frame, target);
  const right = lowerExpr(session, frame, expr.right);
  const changed = convertValue(
    session,
    frame,
    arithmetic(session, frame, expr.op as BinaryOp, old, right),
    target.type,
  );
  writePlace(session, frame, target, changed, 'plain');
  return target.kind === 'local' ? readPlace(session, frame, target) : changed;
}

/** `x++`, `--x`. */
export function lowerUpdate(session: Session, frame: Frame, expr: CExpr & { readonly kind: 'update' }): Value {
  const target = lowerPlace(session, frame, expr.arg);
  const old = readPlace(session, frame, target);
  const kept = target.kind === 'local' ? scalar(copy(session, frame, scalarOf(session, frame, old)), target.type) : old;
  const one = scalar(constant(1), INT);
  const changed = convertValue(
    session,
    frame,
    arithmetic(session, frame, expr.op === '++' ? '+' : '-', kept, one),
    target.type,
  );
  writePlace(session, frame, target, changed, 'plain');
  if (!expr.prefix) return kept;
  return target.kind === 'local' ? readPlace(session, frame, target) : changed;
}

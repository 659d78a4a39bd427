// The expressions of one process: accesses become instructions, the rest stays an expression of registers.
import type { BinaryOp, Expr } from '../../types.ts';
import { accessesMemory } from './accesses.ts';
import type { CExpr } from './ast.ts';
import { type Builder, constant, refuse, register, words } from './builder.ts';
import { macroOf } from './macros.ts';

/** A call becomes instructions; its value, undefined when it has none. Throws Unsupported for an unknown macro. */
export function lowerCall(builder: Builder, call: Extract<CExpr, { kind: 'call' }>): Expr | undefined {
  const macro = macroOf(call.name);
  if (macro === undefined)
    return refuse(builder, call.line, words(call), 'expected a macro of linux-kernel.def (6.12) or a bit operation');
  if (call.args.length !== macro.arguments)
    refuse(
      builder,
      call.line,
      words(call),
      `expected ${macro.arguments} arguments of ${call.name}, found ${call.args.length}`,
    );
  return macro.lower(builder, call);
}

const OPERATORS = new Set('+ - * / % & | ^ << >> == != < <= > >='.split(' '));

/** An expression becomes instructions for its accesses, and its value. Throws Unsupported for what is not modelled. */
export function lowerExpr(builder: Builder, expr: CExpr): Expr {
  switch (expr.kind) {
    case 'number':
      return constant(expr.value);
    case 'name': {
      const address = builder.parameters.get(expr.name);
      return address === undefined ? register(builder.named(expr.name)) : constant(address);
    }
    case 'deref':
    case 'index': {
      const dst = builder.fresh();
      builder.emit({ op: 'load', dst, address: lowerAddress(builder, expr), order: 'plain' }, expr.line, words(expr));
      return register(dst);
    }
    case 'address':
      return addressOf(builder, expr.arg);
    case 'unary':
      return { kind: 'unary', op: expr.op, arg: lowerExpr(builder, expr.arg) };
    case 'binary':
      return lowerBinary(builder, expr);
    case 'select': {
      if (accessesMemory(expr.then) || accessesMemory(expr.else))
        refuse(builder, expr.line, words(expr), 'expected ?: between values without an access');
      const [cond, then, other] = [expr.cond, expr.then, expr.else].map((part) => lowerExpr(builder, part)) as [
        Expr,
        Expr,
        Expr,
      ];
      return { kind: 'select', cond, then, else: other };
    }
    case 'call':
      return lowerCall(builder, expr) ?? refuse(builder, expr.line, words(expr), 'expected a call with a value');
    default:
      return expr satisfies never;
  }
}

function lowerBinary(builder: Builder, expr: Extract<CExpr, { kind: 'binary' }>): Expr {
  const left = lowerExpr(builder, expr.left);
  if (expr.op === '&&' || expr.op === '||') {
    if (accessesMemory(expr.right))
      refuse(builder, expr.line, words(expr), `expected ${expr.op} with a right side that accesses nothing`);
    const right = truth(lowerExpr(builder, expr.right));
    return { kind: 'binary', op: expr.op === '&&' ? '&' : '|', left: truth(left), right };
  }
  if (!OPERATORS.has(expr.op)) refuse(builder, expr.line, words(expr), `expected an operator of C, found ${expr.op}`);
  return { kind: 'binary', op: expr.op as BinaryOp, left, right: lowerExpr(builder, expr.right) };
}

function truth(expr: Expr): Expr {
  return { kind: 'binary', op: '!=', left: expr, right: constant(0) };
}

/** Bytes of an element of an array. */
export const ELEMENT = 4;

/** The address of an lvalue: *p, a[1]. Throws Unsupported for what is no object in memory. */
export function lowerAddress(builder: Builder, lvalue: CExpr): Expr {
  switch (lvalue.kind) {
    case 'deref':
      return pointed(builder, lvalue.arg);
    case 'index': {
      const base = lowerExpr(builder, lvalue.array);
      const index = lowerExpr(builder, lvalue.index);
      if (base.kind === 'const' && index.kind === 'const') return constant(base.value + ELEMENT * index.value);
      const offset: Expr = { kind: 'binary', op: '*', left: index, right: constant(ELEMENT) };
      return { kind: 'binary', op: '+', left: base, right: offset };
    }
    default:
      return refuse(builder, lvalue.line, words(lvalue), 'expected an object in memory: *x or x[1]');
  }
}

/** &*p, &a[1], and &x, which tests write for the object that the parameter x points to. */
function addressOf(builder: Builder, arg: CExpr): Expr {
  const object = arg.kind === 'name' ? builder.objectOf(arg.name) : undefined;
  return object === undefined ? lowerAddress(builder, arg) : constant(object);
}

/** What `pointer` points to; an object that the process has no parameter for is a global, as in C. */
function pointed(builder: Builder, pointer: CExpr): Expr {
  const object = pointer.kind === 'name' ? builder.objectOf(pointer.name) : undefined;
  return object === undefined ? lowerExpr(builder, pointer) : constant(object);
}

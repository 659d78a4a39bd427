// Integer constant expressions: array lengths, enumerators, #defines.
import type { CExpr } from './ast.ts';

/** How a constant expression in an array length or an enumerator is evaluated: undefined when it is not constant. */
export type ConstantEvaluator = (expr: CExpr, file: string) => number | undefined;

/** Integer constant expressions over + - * / << >> | & and names that `leaf` knows. */
export function evaluateWith(expr: CExpr, file: string, leaf: ConstantEvaluator): number | undefined {
  switch (expr.kind) {
    case 'number':
      return expr.value;
    case 'binary': {
      const left = evaluateWith(expr.left, file, leaf);
      const right = evaluateWith(expr.right, file, leaf);
      return left === undefined || right === undefined ? undefined : integerOp(expr.op, left, right);
    }
    case 'unary': {
      const arg = evaluateWith(expr.arg, file, leaf);
      if (arg === undefined) return undefined;
      if (expr.op === '-') return -arg;
      if (expr.op === '~') return ~arg;
      return expr.op === '!' ? Number(arg === 0) : arg;
    }
    case 'cast':
      return evaluateWith(expr.arg, file, leaf);
    default:
      return leaf(expr, file);
  }
}

/** One C integer operation on constants; undefined for an operator that is none or a division by zero. */
export function integerOp(op: string, a: number, b: number): number | undefined {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : Math.trunc(a / b);
    case '%':
      return b === 0 ? undefined : a % b;
    case '<<':
      return b < 31 ? a << b : a * 2 ** b;
    case '>>':
      return a >> b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '<':
      return Number(a < b);
    case '<=':
      return Number(a <= b);
    case '>':
      return Number(a > b);
    case '>=':
      return Number(a >= b);
    case '&&':
      return Number(a !== 0 && b !== 0);
    case '||':
      return Number(a !== 0 || b !== 0);
    default:
      return undefined;
  }
}

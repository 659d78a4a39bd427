// Which parameters of a function change in its body. One that never does is bound to the caller's operand, so that
// constants and function pointers fold.
import type { CExpr, CFunction } from './ast.ts';
import { isBuiltin } from './builtins.ts';
import { resolveCallee } from './callee.ts';
import { macroBody } from './macro-call.ts';
import type { Frame, Session } from './session.ts';

interface Uses {
  readonly assigned: ReadonlySet<string>; // assigned, updated, or their address taken
  readonly passed: readonly { readonly callee: string; readonly index: number; readonly name: string }[]; // plain names as arguments
}

const MAX_DEPTH = 6; // macros that hand a parameter on to another macro
const known = new WeakMap<object, Uses>();

/** The names that a function body assigns, also through the parameters of macros. */
export function assignedNames(session: Session, frame: Frame, fn: CFunction): ReadonlySet<string> {
  const { assigned, passed } = usesOf(fn.body);
  const names = new Set(assigned);
  const params = new Set(fn.params.map((param) => param.name));
  for (const { callee, index, name } of passed) {
    if (params.has(name) && !names.has(name) && changesArgument(session, frame, callee, index, 0)) names.add(name);
  }
  return names;
}

/** Whether a call of `callee` may change the variable that stands as its argument `index`: only a macro can. */
function changesArgument(session: Session, frame: Frame, callee: string, index: number, depth: number): boolean {
  if (isBuiltin(callee)) return false;
  const found = resolveCallee(session, frame, callee);
  if (found.kind === 'renamed')
    return depth > MAX_DEPTH || changesArgument(session, frame, found.name, index, depth + 1);
  if (found.kind !== 'macro') return false;
  const param = found.macro.params?.[index];
  if (param === undefined || depth > MAX_DEPTH) return true;
  const body = macroBody(session, found.macro);
  if (body === 'empty') return false;
  if (found.macro.body.length > 10_000) return true;
  if (body === 'text')
    return (
      !param.endsWith('...') &&
      // A loop macro may hand its cursor on to another one, which assigns it.
      (/\b\w*(?:for_each|foreach)\w*\s*\(/.test(found.macro.body) ||
        new RegExp(
          `\\b${param}\\b[)\\s]*(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\\+\\+|--)|(?:\\+\\+|--|&)[(\\s]*${param}\\b`,
        ).test(found.macro.body))
    );
  const { assigned, passed } = usesOf(body);
  return (
    assigned.has(param) ||
    passed.some(
      (one) =>
        one.name === param &&
        changesArgument(session, { ...frame, file: found.file }, one.callee, one.index, depth + 1),
    )
  );
}

function usesOf(body: object): Uses {
  const cached = known.get(body);
  if (cached !== undefined) return cached;
  const assigned = new Set<string>();
  const passed: { callee: string; index: number; name: string }[] = [];
  const target = (expr: CExpr): void => {
    if (expr.kind === 'name') assigned.add(expr.name);
    else if ((expr.kind === 'field' && !expr.arrow) || expr.kind === 'index') target(expr.object);
  };
  walk(body, (expr) => {
    if (expr.kind === 'assign') target(expr.left);
    else if (expr.kind === 'update') target(expr.arg);
    else if (expr.kind === 'unary' && expr.op === '&') target(expr.arg);
    else if (expr.kind === 'call' && expr.callee.kind === 'name') {
      for (const [index, arg] of expr.args.entries())
        if (arg.kind === 'name') passed.push({ callee: expr.callee.name, index, name: arg.name });
    }
  });
  walkLoops(body, (macro, args) => {
    for (const [index, arg] of args.entries()) passed.push({ callee: macro, index, name: arg.trim() });
  });
  const uses = { assigned, passed };
  known.set(body, uses);
  return uses;
}

/** Visits every expression below a node. The depth is bounded by the conversion. */
function walk(node: unknown, visit: (expr: CExpr) => void): void {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const one of node) walk(one, visit);
    return;
  }
  if ('kind' in node && 'start' in node) visit(node as CExpr);
  for (const value of Object.values(node)) if (typeof value === 'object') walk(value, visit);
}

/** Visits every iteration macro below a node. */
function walkLoops(node: unknown, visit: (macro: string, args: readonly string[]) => void): void {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const one of node) walkLoops(one, visit);
    return;
  }
  const { kind, macro, args } = node as { kind?: string; macro?: string; args?: readonly string[] };
  if (kind === 'iterate' && macro !== undefined && args !== undefined) visit(macro, args);
  for (const value of Object.values(node)) if (typeof value === 'object') walkLoops(value, visit);
}

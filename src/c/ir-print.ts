// Lowered code as a person reads it: what each instruction does, in names, beside the source line it comes from.
import type { Expr, Instruction, Place, Program } from '../types.ts';
import { type Reach, reachOf } from './ir-reach.ts';
import { placeName, wordsOf } from './ir-words.ts';

/** One instruction in words. */
export interface IrLine {
  readonly pc: number; // index into the code that was printed
  readonly label: string; // 'L3' where something jumps here, else ''
  readonly text: string; // 'r2 = test-and-clear PG_lru (mb)'
  readonly function: string;
  readonly place: Place;
  readonly source: string; // the call or statement there, on one line
  readonly depth: number; // calls below the function that was asked for
}

/** The instructions that one call of a function makes. */
export interface IrListing {
  readonly process: string; // 'P0'
  readonly callers: readonly Place[]; // of the function, innermost first
  readonly lines: readonly IrLine[];
}

/**
 * Returns the instructions of each inline instance of `name` in `program`, largest first. Functions whose lines are not
 * shown (flag accessors) give the instructions whose source text calls them. Empty when no process runs `name`.
 */
export function listFunction(program: Program, name: string): IrListing[] {
  const reach = reachOf(program);
  const listings: IrListing[] = [];
  for (const [p, process] of program.processes.entries()) {
    const instances = new Map<string, number[]>();
    const isShown = process.code.some((ins) => ins.at.frames.some((frame) => frame.function === name));
    for (const [pc, ins] of process.code.entries()) {
      const key = isShown ? instanceOf(ins, name) : textInstanceOf(ins, name);
      if (key !== undefined && ins.op !== 'end') instances.set(key, [...(instances.get(key) ?? []), pc]);
    }
    for (const pcs of instances.values()) listings.push(listing(program, p, pcs, { name, reach }));
  }
  return listings.sort((a, b) => b.lines.length - a.lines.length || (a.process < b.process ? -1 : 1));
}

/** The way from the call of `name` that an instruction is in to the outermost caller; undefined: it is in none. */
function instanceOf(ins: Instruction, name: string): string | undefined {
  const at = ins.at.frames.findLastIndex((frame) => frame.function === name);
  return at < 0 ? undefined : wayFrom(ins, at + 1);
}

function textInstanceOf(ins: Instruction, name: string): string | undefined {
  return new RegExp(`\\b${name}\\s*\\(`).test(ins.at.text) ? wayFrom(ins, 0) : undefined;
}

function wayFrom(ins: Instruction, from: number): string {
  return ins.at.frames
    .slice(from)
    .map((frame) => `${frame.function} ${frame.file}:${frame.line}`)
    .join(' < ');
}

function listing(
  program: Program,
  p: number,
  pcs: readonly number[],
  { name, reach }: { readonly name: string; readonly reach: Reach },
): IrListing {
  const process = program.processes[p];
  const code = process?.code ?? [];
  const labels = labelsOf(code, pcs);
  const lines = pcs.flatMap((pc): IrLine[] => {
    const ins = code[pc];
    const frame = ins?.at.frames[0];
    if (ins === undefined || frame === undefined) return [];
    const { function: within, ...place } = frame;
    const depth = Math.max(
      0,
      ins.at.frames.findLastIndex((one) => one.function === name),
    );
    const text = instructionText(program, ins, { cells: reach(p, pc), labels, next: pc + 1 });
    const source = ins.at.text.replace(/\s+/g, ' ').trim();
    return [{ pc, label: labels.get(pc) ?? '', text, function: within, place, source, depth }];
  });
  const frames = code[pcs[0] ?? 0]?.at.frames ?? [];
  const at = frames.findLastIndex((frame) => frame.function === name);
  const callers = frames.slice(at + 1).map(({ file, line }) => ({ file, line }));
  return { process: process?.name ?? '', callers, lines };
}

/** Names for the places that instructions of `pcs` jump to; 'out' for those behind the function. */
function labelsOf(code: readonly Instruction[], pcs: readonly number[]): ReadonlyMap<number, string> {
  const inside = new Set(pcs);
  const targets = new Set<number>();
  for (const pc of pcs) {
    const ins = code[pc];
    if (ins?.op === 'jump') targets.add(ins.to);
    if (ins?.op === 'branch')
      for (const to of [ins.then, ins.else]) if (to !== pc + 1 || !inside.has(to)) targets.add(to);
  }
  const labels = new Map<number, string>();
  let count = 0;
  for (const target of [...targets].sort((a, b) => a - b)) {
    if (inside.has(target)) labels.set(target, `L${++count}`);
    else labels.set(target, 'out');
  }
  return labels;
}

interface Surroundings {
  readonly cells: readonly number[] | undefined;
  readonly labels: ReadonlyMap<number, string>;
  readonly next: number;
}

/** One instruction: 'r2 = test-and-clear PG_lru (mb)', 'if r2 == 0 goto L3'. */
function instructionText(program: Program, ins: Instruction, { cells, labels, next }: Surroundings): string {
  const label = (pc: number): string => labels.get(pc) ?? `L?${pc}`;
  const name = (): string => placeName(program, ins, cells);
  switch (ins.op) {
    case 'set':
      return `r${ins.dst} = ${exprText(program, ins.value)}`;
    case 'load':
      return `r${ins.dst} = ${(ins.mask ?? 0) === 0 ? name() : actOf(program, ins, cells)}${orderText(ins.order)}`;
    case 'store':
      return `${name()} = ${exprText(program, ins.value)}${orderText(ins.order)}`;
    case 'rmw': {
      const isFlags = ins.operand.kind === 'const' && (ins.fn === 'or' || ins.fn === 'andnot');
      const text = isFlags
        ? actOf(program, ins, cells)
        : `${actOf(program, ins, cells)} by ${exprText(program, ins.operand)}`;
      return `${ins.dst === undefined ? '' : `r${ins.dst} = `}${text}${orderText(ins.order)}`;
    }
    case 'cmpxchg': {
      const values = `${exprText(program, ins.expected)} to ${exprText(program, ins.desired)}`;
      return `r${ins.dst} = compare-and-exchange ${name()}, ${values}${orderText(ins.order)}`;
    }
    case 'add-unless': {
      const values = `add ${exprText(program, ins.operand)} unless ${exprText(program, ins.unless)}`;
      return `r${ins.dst} = ${values} to ${name()}${orderText(ins.order)}`;
    }
    case 'lock':
      return `lock ${name()}`;
    case 'unlock':
      return `unlock ${name()}`;
    case 'trylock':
    case 'is-locked':
      return `r${ins.dst} = ${ins.op === 'trylock' ? 'trylock' : 'is locked'} ${name()}`;
    case 'try-bits':
      return `r${ins.dst} = ${actOf(program, ins, cells)}`;
    case 'choose':
      return `r${ins.dst} = one of ${ins.values.join(', ')}`;
    case 'branch': {
      if (ins.then === next && labels.get(next) !== 'out')
        return `if ${exprText(program, negated(ins.cond))} goto ${label(ins.else)}`;
      const text = `if ${exprText(program, ins.cond)} goto ${label(ins.then)}`;
      return ins.else === next && labels.get(next) !== 'out' ? text : `${text} else ${label(ins.else)}`;
    }
    case 'jump':
      return `goto ${label(ins.to)}`;
    case 'assert':
      return `assert ${exprText(program, ins.cond)}`;
    case 'assert-held':
      return `assert held ${name()}`;
    case 'stop':
      return `stop: ${ins.why}`;
    case 'await':
    case 'fence':
    case 'rcu-lock':
    case 'rcu-unlock':
    case 'rcu-sync':
    case 'free':
    case 'wait-until':
    case 'context':
    case 'spawn':
    case 'join':
      return actOf(program, ins, cells);
    case 'end':
      return 'end';
    default:
      return ins satisfies never;
  }
}

function actOf(program: Program, ins: Instruction, cells: readonly number[] | undefined): string {
  return wordsOf(program, ins, cells)?.act ?? ins.op;
}

function orderText(order: string): string {
  return order === 'plain' ? '' : ` (${order})`;
}

function negated(cond: Expr): Expr {
  if (cond.kind === 'unary' && cond.op === '!') return cond.arg;
  const opposite = { '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const;
  if (cond.kind === 'binary' && cond.op in opposite) return { ...cond, op: opposite[cond.op as keyof typeof opposite] };
  return { kind: 'unary', op: '!', arg: cond };
}

/** An expression with the names of addresses: 'r0 + 80', '&mz'. */
function exprText(program: Program, expr: Expr): string {
  switch (expr.kind) {
    case 'const': {
      const object = program.cells.find((cell) => cell.address === expr.value);
      if (object === undefined) return String(expr.value);
      const first = program.cells.find((cell) => cell.object === object.object);
      return first === object ? `&${object.object}` : `&${object.object}.${object.field}`;
    }
    case 'reg':
      return `r${expr.reg}`;
    case 'unary':
      return `${expr.op}${atom(program, expr.arg)}`;
    case 'binary': {
      // Unsigned comparisons are lowered with the sign bit turned round on both sides.
      const [left, right] = [unbiased(expr.left), unbiased(expr.right)];
      return left !== undefined && right !== undefined && /^[<>]/.test(expr.op)
        ? `${atom(program, left)} ${expr.op}u ${atom(program, right)}`
        : `${atom(program, expr.left)} ${expr.op} ${atom(program, expr.right)}`;
    }
    case 'select':
      return `${atom(program, expr.cond)} ? ${atom(program, expr.then)} : ${atom(program, expr.else)}`;
    default:
      return expr satisfies never;
  }
}

function atom(program: Program, expr: Expr): string {
  const text = exprText(program, expr);
  return expr.kind === 'binary' || expr.kind === 'select' ? `(${text})` : text;
}

const SIGN = -2147483648;

function unbiased(expr: Expr): Expr | undefined {
  if (expr.kind === 'const') return { kind: 'const', value: (expr.value ^ SIGN) | 0 };
  const isBiased =
    expr.kind === 'binary' && expr.op === '^' && expr.right.kind === 'const' && expr.right.value === SIGN;
  return isBiased ? expr.left : undefined;
}

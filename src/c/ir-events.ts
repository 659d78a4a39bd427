// What a process does to memory, told so that two versions of the code can be compared: names instead of addresses and
// registers, and for each event the ways to the next one.
import type { CodePoint, Expr, Instruction, Process, Program } from '../types.ts';
import type { Reach } from './ir-reach.ts';
import { cellName, isTold as isToldBy, wordsOf } from './ir-words.ts';

/** One instruction that another process, a checker or the machine can tell. */
export interface IrEvent {
  readonly pc: number; // index into the code
  readonly op: Instruction['op'];
  readonly noun: string; // 'test-and-clear of PG_lru'
  readonly act: string; // 'test-and-clear PG_lru'
  readonly what: string; // 'PG_lru'
  readonly order: string; // 'acquire'; '' where the operation has none of its own
  readonly value: string; // what is written, in names; '' where nothing is
  readonly at: CodePoint;
  /** The ways on: the conditions on each, and the event it comes to (-1: the end). Sorted. */
  readonly ways: readonly { readonly conditions: readonly string[]; readonly to: number }[];
  readonly cells: readonly number[] | undefined; // as reachOf gives them
  readonly isTold: boolean; // `what` is a name; else it is source text
}

/** The events of one process, in the order of the code, and the ways from its start. */
export interface EventList {
  readonly events: readonly IrEvent[];
  readonly start: IrEvent['ways'];
}

/** Returns the events of process `p` of `program`. `keep`: which instructions count; see slice.ts. Linear but for the ways. */
export function eventsOf(program: Program, p: number, reach: Reach, keep: (pc: number) => boolean): EventList {
  const process = program.processes[p];
  if (process === undefined) return { events: [], start: [] };
  const symbol = symbols(program, process, (pc) => reach(p, pc));
  const isEvent = (pc: number): boolean => {
    const op = process.code[pc]?.op;
    return op !== undefined && !SILENT.has(op) && keep(pc);
  };
  const events = process.code.flatMap((ins, pc): IrEvent[] => {
    const cells = reach(p, pc);
    const words = isEvent(pc) ? wordsOf(program, ins, cells) : undefined;
    if (words === undefined) return [];
    const isTold = !('address' in ins) || isToldBy(program, cells);
    const order = 'order' in ins ? ins.order : '';
    const ways = waysFrom(process, pc + 1, symbol, isEvent);
    return [{ pc, op: ins.op, ...words, order, value: writtenValue(ins, symbol), at: ins.at, ways, cells, isTold }];
  });
  return { events, start: waysFrom(process, 0, symbol, isEvent) };
}

const SILENT = new Set(['set', 'branch', 'jump', 'end']);

function writtenValue(ins: Instruction, symbol: (expr: Expr) => string): string {
  switch (ins.op) {
    case 'store':
      return symbol(ins.value);
    case 'rmw':
      return symbol(ins.operand);
    case 'cmpxchg':
      return `${symbol(ins.expected)} to ${symbol(ins.desired)}`;
    case 'add-unless':
      return `${symbol(ins.operand)} unless ${symbol(ins.unless)}`;
    case 'assert':
      return symbol(ins.cond);
    default:
      return '';
  }
}

// ---------------------------------------------------------------- values in names

const DEEPEST = 3; // a value is told by what it is made of, not by where that came from
const LONGEST = 400; // characters

/** Expressions in names: a register is what was put into it, whatever its number. */
function symbols(
  program: Program,
  process: Process,
  reach: (pc: number) => readonly number[] | undefined,
): (expr: Expr) => string {
  const definitions = new Map<number, number[]>();
  for (const [pc, ins] of process.code.entries()) {
    if ('dst' in ins && ins.dst !== undefined) definitions.set(ins.dst, [...(definitions.get(ins.dst) ?? []), pc]);
  }
  const known = new Map<number, string>();
  const ofRegister = (register: number, depth: number, seen: ReadonlySet<number>): string => {
    const done = known.get(register);
    if (done !== undefined) return done;
    if (seen.has(register) || depth > DEEPEST) return '...';
    const inner = new Set([...seen, register]);
    const from = definitions.get(register) ?? [];
    // What comes from several places is told only when they are constants: 0 or 1 is a truth value.
    const isPlain = from.every((pc) => isConstant(process.code[pc]));
    const parts = from.length > 1 && !isPlain ? ['...'] : from.map((pc) => defined(pc, depth + 1, inner));
    const text = [...new Set(parts)].sort().join(' or ').slice(0, LONGEST);
    if (seen.size === 0) known.set(register, text);
    return text;
  };
  const defined = (pc: number, depth: number, seen: ReadonlySet<number>): string => {
    const ins = process.code[pc];
    if (ins === undefined) return '';
    if (ins.op === 'set') return written(ins.value, depth, seen);
    return wordsOf(program, ins, reach(pc))?.noun ?? ins.op;
  };
  const written = (expr: Expr, depth: number, seen: ReadonlySet<number>): string => {
    switch (expr.kind) {
      case 'const':
        return constantName(program, expr.value);
      case 'reg':
        return ofRegister(expr.reg, depth, seen);
      case 'unary':
        return `${expr.op}(${written(expr.arg, depth, seen)})`;
      case 'binary':
        return `(${written(expr.left, depth, seen)} ${expr.op} ${written(expr.right, depth, seen)})`.slice(0, LONGEST);
      case 'select':
        return `(${written(expr.cond, depth, seen)} ? ${written(expr.then, depth, seen)} : ${written(expr.else, depth, seen)})`;
      default:
        return expr satisfies never;
    }
  };
  return (expr) => written(expr, 0, new Set());
}

function isConstant(ins: Instruction | undefined): boolean {
  return ins?.op === 'set' && ins.value.kind === 'const';
}

/** A number, or the name of the cell or object whose address it is: addresses differ between two versions of the code. */
function constantName(program: Program, value: number): string {
  const cell = program.cells.find((one) => one.address === value);
  if (cell === undefined) return String(value);
  const isFirst = program.cells.find((one) => one.object === cell.object) === cell;
  return `&${isFirst ? cell.object.replace(/^P\d+\./, '') : cellName(cell)}`;
}

// ---------------------------------------------------------------- ways from one event to the next

const MOST_WAYS = 64;
const MOST_STEPS = 4000; // instructions walked from one event

/** The ways from `start` to the next events. A branch on what the way itself decided is no condition. */
function waysFrom(
  process: Process,
  start: number,
  symbol: (expr: Expr) => string,
  isEvent: (pc: number) => boolean,
): IrEvent['ways'] {
  const found = new Map<string, { conditions: readonly string[]; to: number }>();
  const open: { pc: number; conditions: readonly string[]; held: ReadonlyMap<number, number> }[] = [
    { pc: start, conditions: [], held: new Map() },
  ];
  let steps = 0;
  for (let way = open.pop(); way !== undefined && found.size < MOST_WAYS; way = open.pop()) {
    let { pc } = way;
    const held = new Map(way.held);
    for (;;) {
      const ins = process.code[pc];
      if (steps++ > MOST_STEPS || ins === undefined || ins.op === 'end' || isEvent(pc)) {
        const to = ins === undefined || ins.op === 'end' || !isEvent(pc) ? -1 : pc;
        found.set(`${way.conditions.join('&')}>${to}`, { conditions: way.conditions, to });
        break;
      }
      if (ins.op === 'jump') {
        pc = ins.to;
        continue;
      }
      if (ins.op === 'branch') {
        const decided = constant(ins.cond, held);
        if (decided !== undefined) {
          pc = decided === 0 ? ins.else : ins.then;
          continue;
        }
        const { text, isNegated } = truth(ins.cond, symbol);
        for (const [to, isTaken] of [
          [ins.then, true],
          [ins.else, false],
        ] as const) {
          const condition = `${isTaken === isNegated ? 'not ' : ''}${text}`;
          if (way.conditions.includes(isTaken === isNegated ? text : `not ${text}`)) continue;
          const conditions = way.conditions.includes(condition)
            ? way.conditions
            : [...way.conditions, condition].sort();
          if (conditions.length <= 12) open.push({ pc: to, conditions, held: new Map(held) });
        }
        break;
      }
      if (ins.op === 'set') {
        const value = constant(ins.value, held);
        if (value === undefined) held.delete(ins.dst);
        else held.set(ins.dst, value);
      } else if ('dst' in ins && ins.dst !== undefined) held.delete(ins.dst);
      pc += 1;
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** A condition without its negations: `x != 0`, `!!x` and `x` are one test. */
function truth(cond: Expr, symbol: (expr: Expr) => string): { text: string; isNegated: boolean } {
  let expr = cond;
  let isNegated = false;
  for (let hops = 0; hops < 50; hops++) {
    if (expr.kind === 'unary' && expr.op === '!') {
      isNegated = !isNegated;
      expr = expr.arg;
    } else if (
      expr.kind === 'binary' &&
      (expr.op === '!=' || expr.op === '==') &&
      expr.right.kind === 'const' &&
      expr.right.value === 0
    ) {
      if (expr.op === '==') isNegated = !isNegated;
      expr = expr.left;
    } else break;
  }
  return { text: symbol(expr), isNegated };
}

function constant(expr: Expr, held: ReadonlyMap<number, number>): number | undefined {
  switch (expr.kind) {
    case 'const':
      return expr.value;
    case 'reg':
      return held.get(expr.reg);
    case 'unary': {
      const arg = constant(expr.arg, held);
      if (arg === undefined) return undefined;
      return expr.op === '!' ? Number(arg === 0) : expr.op === '-' ? -arg : ~arg;
    }
    case 'binary': {
      const [left, right] = [constant(expr.left, held), constant(expr.right, held)];
      if (left === undefined || right === undefined) return undefined;
      if (expr.op === '!=') return Number(left !== right);
      return expr.op === '==' ? Number(left === right) : undefined;
    }
    default:
      return undefined;
  }
}

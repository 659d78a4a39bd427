// A litmus test for the explorer of states: its registers become cells, its condition two invariants.
import type { Cell, Expr, Instruction, Invariant, Outcome, Process, Program } from '../../types.ts';
import { explore } from '../explore.ts';
import type { Word } from '../lkmm/engine.ts';
import type { Condition, Location } from './ast.ts';
import { locationWords } from './condition.ts';
import type { Litmus } from './litmus.ts';

/** What the explorer says about a litmus test: no executions are counted, only states. */
export type StateAnswer =
  | {
      readonly kind: 'complete' | 'bounded';
      readonly word: Word;
      readonly outcome: Exclude<Outcome, { kind: 'refused' }>;
    }
  | Extract<Outcome, { kind: 'refused' }>;

/** The answer of the explorer under SC or x86-TSO, within `states` distinct states. */
export function checkStates(test: Litmus, model: 'sc' | 'tso', states: number): StateAnswer {
  const outcome = explore(forExplorer(test), model, { states });
  if (outcome.kind === 'refused') return outcome;
  const positive = outcome.violations.some(({ property }) => property === NEVER);
  const negative = outcome.violations.some(({ property }) => property === ALWAYS);
  const fault = outcome.violations.find(({ kind }) => kind === 'fault');
  if (fault !== undefined) {
    const step = fault.trace.steps.at(-1);
    const refusal = {
      what: step?.at.text ?? test.name,
      why: `expected a test without faults, found ${fault.property}`,
    };
    const place = step?.at.frames[0];
    return { kind: 'refused', model, refusal: place === undefined ? refusal : { ...refusal, place } };
  }
  return { kind: outcome.kind, word: positive ? (negative ? 'Sometimes' : 'Always') : 'Never', outcome };
}

const NEVER = 'the condition holds in no execution';
const ALWAYS = 'the condition holds in every execution';

/** The program of `test` with a cell for each register that the condition asks for, written when its process ends. */
export function forExplorer(test: Litmus): Program {
  const { program } = test;
  const cells: Cell[] = [...program.cells];
  const cellOf = new Map<string, number>(); // by place as printed
  let address = (cells.at(-1)?.address ?? 64) + 64;
  const results: { process: number; register: number; address: number }[] = [];
  for (const [k, location] of test.locations.entries()) {
    const one = test.question.observables[k]!;
    if (one.kind === 'cell') {
      cellOf.set(locationWords(location), cells[one.cell]!.address);
      continue;
    }
    cells.push({ address, size: 4, object: locationWords(location), field: '', init: 0, kind: 'word', signed: true });
    cellOf.set(locationWords(location), address);
    results.push({ process: one.process, register: one.register, address });
    address += 8;
  }
  const processes = program.processes.map((process, p): Process => {
    const own = results.filter((one) => one.process === p);
    const end = process.code.at(-1)!; // the reader ends every process with its only end
    const { at } = end;
    const stores = own.map(
      (one): Instruction => ({
        op: 'store',
        address: constant(one.address),
        value: { kind: 'reg', reg: one.register },
        order: 'once',
        at,
      }),
    );
    return { ...process, code: [...process.code.slice(0, -1), ...stores, end] };
  });
  const at = program.processes[0]!.code.at(-1)!.at;
  const invariant = (name: string, wanted: boolean): Invariant => {
    const places = [...cellOf];
    const code: Instruction[] = places.map(([, cell], reg) => ({
      op: 'load',
      dst: reg + 1,
      address: constant(cell),
      order: 'once',
      at,
    }));
    const registerOf = new Map(places.map(([name], reg) => [name, reg + 1]));
    const holds = expressionOf(test.condition, registerOf, test.addressOf);
    const kept = test.filter === undefined ? constant(1) : expressionOf(test.filter, registerOf, test.addressOf);
    // executions that the filter drops violate nothing
    const value = either(not(kept), wanted ? holds : not(holds));
    code.push({ op: 'set', dst: 0, value, at }, { op: 'end', at });
    return { name, when: 'end', level: 'error', words: name, code, registers: places.length + 1 };
  };
  const observed = [...new Set(test.locations.map((location) => cellOf.get(locationWords(location))!))]
    .map((cell) => cells.findIndex((one) => one.address === cell))
    .filter((cell) => cells[cell]!.kind !== 'lock');
  return { ...program, cells, processes, invariants: [invariant(NEVER, false), invariant(ALWAYS, true)], observed };
}

function constant(value: number): Expr {
  return { kind: 'const', value };
}

function not(arg: Expr): Expr {
  return { kind: 'unary', op: '!', arg };
}

function either(left: Expr, right: Expr): Expr {
  return { kind: 'binary', op: '|', left, right };
}

function expressionOf(
  condition: Condition,
  registerOf: ReadonlyMap<string, number>,
  addressOf: (name: string) => number,
): Expr {
  const of = (one: Condition): Expr => expressionOf(one, registerOf, addressOf);
  const place = (location: Location): Expr => ({ kind: 'reg', reg: registerOf.get(locationWords(location))! });
  switch (condition.kind) {
    case 'constant':
      return constant(condition.value ? 1 : 0);
    case 'equal': {
      const { right } = condition;
      const value =
        right.kind !== 'value'
          ? place(right)
          : constant(typeof right.value === 'number' ? right.value : addressOf(right.value.name));
      return { kind: 'binary', op: '==', left: place(condition.left), right: value };
    }
    case 'not':
      return not(of(condition.arg));
    case 'and':
      return { kind: 'binary', op: '&', left: of(condition.left), right: of(condition.right) };
    case 'or':
      return either(of(condition.left), of(condition.right));
    case 'implies':
      return either(not(of(condition.left)), of(condition.right));
    default:
      return condition satisfies never;
  }
}

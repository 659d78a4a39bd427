// The end of a litmus file: locations, filter, and the condition with its quantifier; and what a condition says in values.
import type { Condition, InitValue, Location, Quantifier } from './ast.ts';
import { numberOf, type Reader, Unsupported } from './lex.ts';

const DEEPEST = 200;

/** The places named by `locations [x; 0:r1;]`, in order; none without that line. */
export function readLocations(read: Reader): readonly Location[] {
  if (read.peek().text !== 'locations') return [];
  read.next();
  read.expect('[');
  const found: Location[] = [];
  while (!read.accept(']')) {
    if (read.accept(';') || read.accept(',')) continue;
    found.push(location(read));
    while (read.peek().kind === 'name' || read.peek().text === '*') read.next(); // a type for printing
  }
  read.accept(';');
  return found;
}

/**
 * Filter, quantifier and condition. A test without a condition asks for all of its executions, as herd reads it: forall (true).
 * Throws Unsupported for another quantifier.
 */
export function readCondition(read: Reader): {
  readonly filter: Condition | undefined;
  readonly quantifier: Quantifier;
  readonly condition: Condition;
} {
  const filter = read.accept('filter') ? proposition(read, 0) : undefined;
  const { line, kind, text } = read.peek();
  if (kind === 'end') return { filter, quantifier: 'forall', condition: { kind: 'constant', value: true } };
  const negated = read.accept('~') || read.accept('not');
  const word = text === '(' ? 'exists' : read.next().text; // (x=1) alone is what the test asks for
  if (!QUANTIFIERS.has(word) || (negated && word !== 'exists')) {
    const why = `expected exists, ~exists or forall, found ${negated ? '~' : ''}${word}`;
    throw new Unsupported(word, why, { file: read.file, line });
  }
  const condition = proposition(read, 0);
  read.accept(';');
  return { filter, quantifier: negated ? '~exists' : word === 'forall' ? 'forall' : 'exists', condition };
}

const QUANTIFIERS = new Set(['exists', 'forall', 'final']); // final: an older word for exists

/** herd's strengths, from weak to strong: \\/, /\\, =>, not. */
function proposition(read: Reader, depth: number): Condition {
  let left = conjunction(read, depth);
  while (read.accept('\\/') || read.accept('||')) left = { kind: 'or', left, right: conjunction(read, depth) };
  return left;
}

function conjunction(read: Reader, depth: number): Condition {
  let left = implication(read, depth);
  while (read.accept('/\\') || read.accept('&&')) left = { kind: 'and', left, right: implication(read, depth) };
  return left;
}

function implication(read: Reader, depth: number): Condition {
  const left = negation(read, depth);
  return read.accept('=>') ? { kind: 'implies', left, right: implication(read, depth + 1) } : left;
}

function negation(read: Reader, depth: number): Condition {
  if (depth > DEEPEST) {
    const why = `expected a condition nested at most ${DEEPEST} deep`;
    throw new Unsupported('condition', why, { file: read.file, line: read.peek().line });
  }
  if (read.accept('~') || read.accept('not') || read.accept('!'))
    return { kind: 'not', arg: negation(read, depth + 1) };
  if (read.accept('(')) {
    const inner = proposition(read, depth + 1);
    read.expect(')');
    return inner;
  }
  if (read.accept('true')) return { kind: 'constant', value: true };
  if (read.accept('false')) return { kind: 'constant', value: false };
  const left = location(read);
  const differs = read.accept('!=') || read.accept('<>');
  if (!differs && !read.accept('=') && !read.accept('==')) read.fail("'='");
  const equal: Condition = { kind: 'equal', left, right: rightSide(read) };
  return differs ? { kind: 'not', arg: equal } : equal;
}

function rightSide(read: Reader): Extract<Condition, { kind: 'equal' }>['right'] {
  if (read.peek(1).text === ':' || read.peek().text === '[') return location(read);
  if (read.accept('-')) return { kind: 'value', value: -numberOf(read.next()) | 0 };
  if (read.peek().kind === 'number') return { kind: 'value', value: numberOf(read.next()) };
  read.accept('&');
  const name = read.name('a number, an object or a register').text;
  return { kind: 'value', value: name === 'NULL' ? 0 : { name } };
}

/** 0:r1, P0:r1, x, *x, [x], x[1] */
function location(read: Reader): Location {
  if (read.peek(1).text === ':') {
    const process = /^P?(\d+)$/.exec(read.peek().text)?.[1];
    if (process === undefined) read.fail('a process');
    read.next();
    read.expect(':');
    return { kind: 'register', process: Number(process), name: read.name('a register').text };
  }
  read.accept('*');
  const bracketed = read.accept('[');
  const { text: name } = read.name('a variable or a register');
  let index = 0;
  if (read.peek().text === '[' && read.peek(1).kind === 'number') {
    read.next();
    index = numberOf(read.next());
    read.expect(']');
  }
  if (bracketed) read.expect(']');
  return { kind: 'global', name, index };
}

/** The places a condition asks for, in order, each once. */
export function locationsOf(condition: Condition, into: Location[]): void {
  switch (condition.kind) {
    case 'constant':
      return;
    case 'equal':
      addLocation(into, condition.left);
      if (condition.right.kind !== 'value') addLocation(into, condition.right);
      return;
    case 'not':
      locationsOf(condition.arg, into);
      return;
    case 'and':
    case 'or':
    case 'implies':
      locationsOf(condition.left, into);
      locationsOf(condition.right, into);
      return;
    default:
      condition satisfies never;
  }
}

/** Adds a place to a list unless it is there. */
export function addLocation(into: Location[], one: Location): void {
  if (!into.some((other) => locationWords(other) === locationWords(one))) into.push(one);
}

/** `condition` on an execution: `valueIn` a place at its end, `addressOf` an object. */
export function holds(
  condition: Condition,
  valueIn: (location: Location) => number,
  addressOf: (name: string) => number,
): boolean {
  switch (condition.kind) {
    case 'constant':
      return condition.value;
    case 'equal': {
      const { right } = condition;
      const other =
        right.kind !== 'value'
          ? valueIn(right)
          : typeof right.value === 'number'
            ? right.value
            : addressOf(right.value.name);
      return valueIn(condition.left) === other;
    }
    case 'not':
      return !holds(condition.arg, valueIn, addressOf);
    case 'and':
      return holds(condition.left, valueIn, addressOf) && holds(condition.right, valueIn, addressOf);
    case 'or':
      return holds(condition.left, valueIn, addressOf) || holds(condition.right, valueIn, addressOf);
    case 'implies':
      return !holds(condition.left, valueIn, addressOf) || holds(condition.right, valueIn, addressOf);
    default:
      return condition satisfies never;
  }
}

/** A place as herd prints it: 0:r1, [x], x[1]. */
export function locationWords(location: Location): string {
  if (location.kind === 'register') return `${location.process}:${location.name}`;
  return location.index === 0 ? `[${location.name}]` : `${location.name}[${location.index}]`;
}

const STRENGTH = { or: 0, and: 1, implies: 2 } as const;
const SIGN = { implies: '=>', or: '\\/', and: '/\\' } as const;

/** A condition as herd prints it, without the outer parentheses. */
export function conditionWords(condition: Condition, inside = 0): string {
  switch (condition.kind) {
    case 'constant':
      return String(condition.value);
    case 'equal':
      return `${locationWords(condition.left)}=${rightWords(condition.right)}`;
    case 'not':
      return `not (${conditionWords(condition.arg)})`;
    case 'and':
    case 'or':
    case 'implies': {
      const strength = STRENGTH[condition.kind];
      const left = conditionWords(condition.left, condition.kind === 'implies' ? strength + 1 : strength);
      const words = `${left} ${SIGN[condition.kind]} ${conditionWords(condition.right, strength)}`;
      return strength < inside ? `(${words})` : words;
    }
    default:
      return condition satisfies never;
  }
}

function rightWords(right: Extract<Condition, { kind: 'equal' }>['right']): string {
  return right.kind === 'value' ? valueWords(right.value) : locationWords(right);
}

function valueWords(value: InitValue): string {
  return typeof value === 'number' ? String(value) : value.name;
}

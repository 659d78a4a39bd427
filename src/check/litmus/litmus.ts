// A litmus file becomes a program and a question.
import { InputError } from '../../errors.ts';
import type { Cell, Process, Program, Refusal } from '../../types.ts';
import type { Observable, Question } from '../lkmm/engine.ts';
import type { Condition, InitValue, LitmusFile, Location, Quantifier } from './ast.ts';
import { addLocation, conditionWords, holds, locationsOf, locationWords } from './condition.ts';
import { ELEMENT } from './expression.ts';
import { Unsupported } from './lex.ts';
import { lowerProcess } from './lower.ts';
import { parseLitmus } from './parse.ts';

/** A litmus test that can be checked. */
export interface Litmus {
  readonly kind: 'litmus';
  readonly name: string;
  readonly file: string;
  readonly program: Program;
  readonly quantifier: Quantifier;
  readonly condition: Condition;
  readonly filter: Condition | undefined;
  readonly conditionWords: string; // exists (0:r1=1 /\ [x]=2)
  readonly locations: readonly Location[]; // what a state shows, in the order of question.observables
  readonly question: Question;
  readonly addressOf: (name: string) => number;
  readonly valueWords: (value: number) => string; // the name of an object for its address
}

/** A litmus test, or the reason why it is not modelled. */
export type LitmusOrRefusal = Litmus | { readonly kind: 'refused'; readonly name: string; readonly refusal: Refusal };

const FIRST = 1 << 16; // address of the first object: no small number is taken for a pointer
const SPACING = 256;

/**
 * Reads the litmus test in `text`; `file` names it in messages. Throws InputError, with the line, for text that is no litmus test.
 * What herd's C has and this has not is refused with its line: never guessed.
 */
export function litmus(text: string, file: string): LitmusOrRefusal {
  try {
    return build(parseLitmus(text, file), file);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    const { what, why, place } = error;
    return { kind: 'refused', name: file, refusal: { what, why, place } };
  }
}

interface Globals {
  readonly addressOf: (name: string) => number;
  readonly objectOf: (name: string) => number | undefined;
  readonly cells: (isLock: (address: number) => boolean) => readonly Cell[];
  readonly names: () => ReadonlyMap<number, string>;
}

function build(parsed: LitmusFile, file: string): Litmus {
  const globals = globalsOf(parsed);
  const wanted: Location[] = [];
  for (const location of parsed.locations) addLocation(wanted, location);
  locationsOf(parsed.condition, wanted);
  if (parsed.filter !== undefined) locationsOf(parsed.filter, wanted);
  for (const location of wanted) if (location.kind === 'global') globals.addressOf(location.name);

  const locks = new Set<number>();
  const lowered = parsed.processes.map((process, position) => {
    if (process.index !== position)
      throw new InputError({
        place: { file, line: process.line },
        expected: `P${position}`,
        found: `P${process.index}`,
      });
    return lowerProcess(process, {
      file,
      addressOf: globals.addressOf,
      objectOf: globals.objectOf,
      locks,
      initial: parsed.init.registers.flatMap(({ process: p, name, value, line }) =>
        p === position ? [{ name, value: initial(value, globals), line }] : [],
      ),
      wanted: wanted.flatMap((one) => (one.kind === 'register' && one.process === position ? [one.name] : [])),
    });
  });
  const cells = globals.cells((address) => locks.has(address));
  const processes = lowered.map(
    ({ code, count }, index): Process => ({
      name: `P${index}`,
      label: `P${index}`,
      cpu: `cpu${index}`,
      code,
      registers: count,
    }),
  );
  refuseMixedLocks(processes, locks, file);
  const indexOf = new Map(cells.map((cell, index) => [cell.address, index]));
  const observables = wanted.map((location): Observable => {
    if (location.kind === 'global') {
      const cell = indexOf.get(globals.addressOf(location.name) + ELEMENT * location.index);
      if (cell === undefined) throw unknown(location, file, 'an element of the array');
      return { kind: 'cell', cell };
    }
    const register = lowered[location.process]?.registers.get(location.name);
    if (register === undefined) throw unknown(location, file, `a process from 0 to ${processes.length - 1}`);
    return { kind: 'register', process: location.process, register };
  });
  const shown = wanted.map(locationWords);
  const place = new Map(shown.map((name, index) => [name, index]));
  const on =
    (condition: Condition) =>
    (values: readonly number[]): boolean =>
      holds(condition, (location) => values[place.get(locationWords(location))!]!, globals.addressOf);
  const names = globals.names();
  return {
    kind: 'litmus',
    name: parsed.name,
    file,
    program: {
      name: parsed.name,
      cells,
      processes,
      invariants: [],
      observed: observables.flatMap((one) =>
        one.kind === 'cell' && cells[one.cell]!.kind !== 'lock' ? [one.cell] : [],
      ),
    },
    quantifier: parsed.quantifier,
    condition: parsed.condition,
    filter: parsed.filter,
    conditionWords: `${parsed.quantifier} (${conditionWords(parsed.condition)})`,
    locations: wanted,
    question: {
      observables,
      holds: on(parsed.condition),
      ...(parsed.filter === undefined ? {} : { keeps: on(parsed.filter) }),
    },
    addressOf: globals.addressOf,
    valueWords: (value) => names.get(value) ?? String(value),
  };
}

function unknown(location: Location, file: string, expected: string): Unsupported {
  return new Unsupported(locationWords(location), `expected ${expected}, found ${locationWords(location)}`, {
    file,
    line: 1,
  });
}

function initial(value: InitValue, globals: Globals): number {
  return typeof value === 'number' ? value : globals.addressOf(value.name);
}

/** Objects in order of appearance: those of the init block, then parameters, then what else is named. */
function globalsOf(parsed: LitmusFile): Globals {
  const addresses = new Map<string, number>();
  const addressOf = (name: string): number => {
    let address = addresses.get(name);
    if (address === undefined) {
      address = FIRST + SPACING * addresses.size;
      addresses.set(name, address);
    }
    return address;
  };
  for (const name of parsed.init.globals.keys()) addressOf(name);
  for (const process of parsed.processes) for (const { name } of process.parameters) addressOf(name);
  for (const { values } of parsed.init.globals.values())
    for (const value of values) if (typeof value !== 'number') addressOf(value.name);
  return {
    addressOf,
    objectOf: (name) => addresses.get(name),
    names: () => new Map([...addresses].map(([name, address]) => [address, name])),
    cells: (isLock) =>
      [...addresses].flatMap(([name, address]) => {
        const values = parsed.init.globals.get(name)?.values ?? [0];
        return values.map((value, index): Cell => {
          const cell = address + ELEMENT * index;
          return {
            address: cell,
            size: 4,
            object: name,
            field: values.length > 1 ? `[${index}]` : '',
            init: typeof value === 'number' ? value : addressOf(value.name),
            kind: isLock(cell) ? 'lock' : typeof value === 'number' ? 'word' : 'pointer',
            signed: true,
          };
        });
      }),
  };
}

/** A lock that is read or written as a word: herd flags such a test as invalid. */
function refuseMixedLocks(processes: readonly Process[], locks: ReadonlySet<number>, file: string): void {
  for (const { code } of processes)
    for (const { op, at, ...rest } of code) {
      if (['lock', 'unlock', 'trylock', 'is-locked'].includes(op)) continue;
      const address = 'address' in rest ? rest.address : undefined;
      if (address?.kind !== 'const' || !locks.has(address.value)) continue;
      const line = at.frames[0]?.line ?? 1;
      throw new Unsupported(at.text, 'expected a lock to be used by lock operations alone', { file, line });
    }
}

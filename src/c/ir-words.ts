// An instruction in the words of a kernel developer: 'the test-and-clear of PG_lru', 'taking lruvec.lru_lock'.
import type { Cell, FenceKind, Instruction, Program } from '../types.ts';

/** How an event is spoken of: as a thing, and as an act before or after which something happens. */
export interface Words {
  readonly noun: string; // 'test-and-clear of PG_lru'
  readonly act: string; // 'test-and-clear PG_lru', 'taking lruvec.lru_lock'
  readonly what: string; // what it is about, without how: 'PG_lru'; '' for a fence
}

const FENCES: Readonly<Record<FenceKind, string>> = {
  mb: 'smp_mb()',
  rmb: 'smp_rmb()',
  wmb: 'smp_wmb()',
  'before-atomic': 'smp_mb__before_atomic()',
  'after-atomic': 'smp_mb__after_atomic()',
  'after-spinlock': 'smp_mb__after_spinlock()',
  'after-unlock-lock': 'smp_mb__after_unlock_lock()',
  'after-srcu-read-unlock': 'smp_mb__after_srcu_read_unlock()',
  barrier: 'barrier()',
};

/**
 * Returns the words for an instruction that touches `cells` of `program` (see reachOf; undefined: not known), or undefined
 * for one that only moves registers.
 */
export function wordsOf(program: Program, ins: Instruction, cells: readonly number[] | undefined): Words | undefined {
  const name = (): string => placeName(program, ins, cells);
  const bits = (mask: number | undefined): string => bitsName(program, ins, cells, mask ?? 0);
  switch (ins.op) {
    case 'load': {
      const what = bits(ins.mask);
      return (ins.mask ?? 0) === 0 ? both('load', what) : both('test', what);
    }
    case 'store':
      return both('store', name(), 'store to');
    case 'rmw':
      return rmwWords(ins, name, bits);
    case 'cmpxchg':
      return both('compare-and-exchange', name());
    case 'add-unless':
      return both('add-unless', name());
    case 'try-bits':
      return both('test-and-set', bits(ins.mask));
    case 'await':
      return ins.take
        ? { noun: `wait for and taking of ${bits(ins.mask)}`, act: `taking ${bits(ins.mask)}`, what: bits(ins.mask) }
        : { noun: `wait for ${bits(ins.mask)}`, act: `the wait for ${bits(ins.mask)}`, what: bits(ins.mask) };
    case 'fence':
      return single(FENCES[ins.fence]);
    case 'lock':
      return { noun: `taking of ${name()}`, act: `taking ${name()}`, what: name() };
    case 'trylock':
      return { noun: `trylock of ${name()}`, act: `trying ${name()}`, what: name() };
    case 'unlock':
      return { noun: `release of ${name()}`, act: `releasing ${name()}`, what: name() };
    case 'is-locked':
      return { noun: `test whether ${name()} is held`, act: `testing whether ${name()} is held`, what: name() };
    case 'rcu-lock':
      return single(ins.domain === undefined ? 'rcu_read_lock()' : 'srcu_read_lock()');
    case 'rcu-unlock':
      return single(ins.domain === undefined ? 'rcu_read_unlock()' : 'srcu_read_unlock()');
    case 'rcu-sync':
      return single(ins.domain === undefined ? 'synchronize_rcu()' : 'synchronize_srcu()');
    case 'choose':
      return single(`choice of ${ins.why}`);
    case 'assert':
    case 'assert-held':
      return single(`assertion ${folded(ins.what)}`);
    case 'free':
      return single('free');
    case 'wait-until':
      return single(`wait until ${folded(ins.why)}`);
    case 'context':
      return single(`${ins.what} ${ins.enters ? 'off' : 'on'}`);
    case 'spawn':
    case 'join':
      return single(ins.op);
    case 'stop':
      return single(`stop at ${folded(ins.why)}`);
    case 'set':
    case 'branch':
    case 'jump':
    case 'end':
      return undefined;
    default:
      return ins satisfies never;
  }
}

function both(verb: string, what: string, act = verb): Words {
  return { noun: `${verb} of ${what}`, act: `${act} ${what}`, what };
}

function single(noun: string): Words {
  return { noun, act: noun, what: '' };
}

function rmwWords(
  ins: Instruction & { readonly op: 'rmw' },
  name: () => string,
  bits: (mask: number) => string,
): Words {
  const operand = ins.operand.kind === 'const' ? ins.operand.value | 0 : undefined;
  switch (ins.fn) {
    case 'or':
    case 'andnot': {
      const verb = ins.fn === 'or' ? 'set' : 'clear';
      const what = operand === undefined ? name() : bits(operand);
      return both(ins.dst === undefined ? verb : `test-and-${verb}`, what);
    }
    case 'add': {
      const verb = operand === 1 ? 'increment' : operand === -1 ? 'decrement' : 'atomic add';
      return both(ins.dst === undefined || operand === undefined ? verb : `${verb}-and-test`, name());
    }
    case 'xchg':
      return both('exchange', name());
    case 'and':
    case 'xor':
      return both(`atomic ${ins.fn}`, name());
    default:
      return ins.fn satisfies never;
  }
}

/** Whether `cells` tell what an instruction touches: some, and not half of memory. */
export function isTold(program: Program, cells: readonly number[] | undefined): cells is readonly number[] {
  if (cells === undefined || cells.length === 0) return false;
  const fields = new Set(cells.map((index) => fieldOf(program.cells[index])));
  return fields.size === 1 || cells.length <= 3;
}

function fieldOf(cell: Cell | undefined): string {
  return (cell?.field ?? '').replace(/\[\d+\]/g, '[]');
}

/** The name of what is touched: 'folio->mapping', 'lruvec.lru_lock'; the source text when it is not known. */
export function placeName(program: Program, ins: Instruction, cells: readonly number[] | undefined): string {
  if (!isTold(program, cells)) return `\`${folded(ins.at.text)}\``;
  const found = cells.flatMap((index) => program.cells[index] ?? []);
  const names = [...new Set(found.map(cellName))];
  const [first] = names;
  if (names.length <= 2 || first === undefined) return names.join(' or ');
  const objects = [...new Set(found.map((cell) => ownerName(cell.object)))];
  const field = fieldOf(found[0]);
  const owners = objects.length <= 3 ? objects.join(' or ') : `${objects.length} objects`;
  return field === '' ? owners : objects.length === 1 ? `${owners}->${field}` : `${field} of ${owners}`;
}

/** 'folio->mapping'; of a lock inside other structs the last two names, as it is spoken of: 'lruvec.lru_lock'. */
export function cellName(cell: Cell): string {
  const field = cell.field.replace(/^\[/, ' [');
  if (field === '') return ownerName(cell.object);
  const parts = field.split('.');
  if (cell.kind === 'lock' && parts.length > 1) return parts.slice(-2).join('.');
  return field.startsWith(' [') ? `${ownerName(cell.object)}${field.trim()}` : `${ownerName(cell.object)}->${field}`;
}

/** The object without the process whose own copy it is: P0.cpu_fbatches is per-CPU data. */
function ownerName(object: string): string {
  return object.replace(/^P\d+\./, '');
}

function bitsName(program: Program, ins: Instruction, cells: readonly number[] | undefined, mask: number): string {
  const name = placeName(program, ins, cells);
  if (mask === 0) return name;
  // Among many cells the one whose bits have names is meant: a mask names bits.
  const named = (cells ?? []).flatMap((index) => program.cells[index] ?? []).filter((cell) => cell.bits !== undefined);
  const [first] = named;
  const words = named.map((cell) => JSON.stringify(cell.bits));
  if (first?.bits === undefined || new Set(words).size > 1) {
    return isTold(program, cells) ? `bits 0x${(mask >>> 0).toString(16)} of ${name}` : name;
  }
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) if (((mask >>> bit) & 1) === 1) names.push(first.bits[bit] ?? `bit ${bit}`);
  // Page flags are told by their names alone, as kernel developers write them.
  if (!isPageFlags(first)) return `${names.join('|')} of ${cellName(first)}`;
  const said = names.map((one) => `PG_${one}`).join('|');
  const isAlone = program.cells.filter(isPageFlags).length === 1;
  return !isAlone && named.length === 1 ? `${said} of ${ownerName(first.object)}` : said;
}

function isPageFlags(cell: Cell): boolean {
  return cell.bits !== undefined && Object.values(cell.bits).includes('lru');
}

function folded(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

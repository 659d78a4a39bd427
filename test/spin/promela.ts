// Promela of a program, for tests: SPIN then says which properties can be violated. Shares no code with the explorer.
// One labelled statement an instruction; a hit is noted in a variable of pan that is not part of the state.
import type { Expr, Instruction, Program } from '../../src/types.ts';

/** The properties that a model can report, in the order of the numbers it prints as `HIT n`. */
export interface Model {
  readonly text: string;
  readonly properties: readonly string[];
}

/** The Promela of `program`, or why it has none: invariants of every state, faults and RCU have no twin here. */
export function promelaOf(program: Program): Model | string {
  const properties: string[] = [];
  const numberOf = (name: string): number => {
    if (!properties.includes(name)) properties.push(name);
    return properties.indexOf(name);
  };
  const indexOf = new Map(program.cells.map((cell, index) => [cell.address, index]));
  const at = (address: Expr): string => {
    if (address.kind === 'const') return `mem[${indexOf.get(address.value) ?? -1}]`;
    const value = expr(address);
    return `mem[${program.cells.reduceRight((rest, cell, index) => `((${value})==${cell.address} -> ${index} : ${rest})`, '0')}]`;
  };
  try {
    const processes = program.processes.map(({ code, registers }, index) => {
      const lines = code.map((ins, pc) => `L${pc}: ${statement(ins, pc, index, at, numberOf)}`);
      return `active proctype P${index}()\n{\n${locals(registers)}\n  go == 1;\n  ${lines.join('\n  ')}\nDONE: done = done + 1\n}`;
    });
    const checks = program.invariants.map(({ name, when, code, registers }, index) => {
      if (when !== 'end') throw new Error(`an invariant of every state: ${name}`);
      const lines = code.map((ins, pc) => `L${index}_${pc}: ${statement(ins, pc, -1, at, numberOf, `${index}_`)}`);
      const clear = Array.from({ length: Math.max(1, registers) }, (_, k) => `r${k}=0;`).join(' ');
      return `${clear}\n  ${lines.join('\n  ')}\n  DONE${index}_: if :: r0==0 -> ${hit(numberOf(name))} :: else -> skip fi;`;
    });
    const most = Math.max(1, ...program.invariants.map((one) => one.registers));
    const inits = program.cells.map((cell, index) => `mem[${index}]=${cell.init};`).join(' ');
    const monitor = `active proctype Monitor()\n{\n${locals(most)}\n  atomic { ${inits} go = 1 };\nend_wait: done == ${processes.length};\n  ${checks.join('\n  ')}\n  skip\n}`;
    const head = `c_decl { int hits; }\nint mem[${program.cells.length}];\nint int_old = 0;\nbit go = 0;\nbyte done = 0;\n`;
    return { text: `${head}\n${processes.join('\n\n')}\n\n${monitor}\n`, properties };
  } catch (error) {
    return (error as Error).message;
  }
}

function locals(count: number): string {
  return Array.from({ length: Math.max(1, count) }, (_, k) => `  int r${k} = 0;`).join('\n');
}

function hit(number: number): string {
  return `c_code { if (!(hits & (1 << ${number}))) { hits |= 1 << ${number}; printf("HIT ${number}\\n"); } }`;
}

function expr(e: Expr): string {
  if (e.kind === 'const') return `(${e.value})`;
  if (e.kind === 'reg') return `r${e.reg}`;
  if (e.kind === 'unary') return e.op === '!' ? `(${expr(e.arg)} == 0)` : `(${e.op}(${expr(e.arg)}))`;
  if (e.kind === 'select') return `(${expr(e.cond)} != 0 -> ${expr(e.then)} : ${expr(e.else)})`;
  return `(${expr(e.left)} ${e.op} ${expr(e.right)})`;
}

function masked(mask: number | undefined): string {
  return mask === undefined || mask === 0 ? '' : ` & ${mask}`;
}

function changed(fn: 'or' | 'andnot' | 'and' | 'xor' | 'add' | 'xchg', old: string, operand: string): string {
  const forms = {
    or: `${old} | ${operand}`,
    andnot: `${old} & (~(${operand}))`,
    and: `${old} & ${operand}`,
    xor: `${old} ^ ${operand}`,
    add: `${old} + ${operand}`,
    xchg: operand,
  };
  return forms[fn];
}

function statement(
  ins: Instruction,
  pc: number,
  process: number,
  at: (address: Expr) => string,
  numberOf: (name: string) => number,
  prefix = '',
): string {
  const to = (target: number): string => `goto L${prefix}${target}`;
  const next = `${to(pc + 1)};`;
  switch (ins.op) {
    case 'set':
      return `r${ins.dst} = ${expr(ins.value)}; ${next}`;
    case 'load':
      return `r${ins.dst} = ${at(ins.address)}${masked(ins.mask)}; ${next}`;
    case 'store':
      return `${at(ins.address)} = ${expr(ins.value)}; ${next}`;
    case 'rmw': {
      const cell = at(ins.address);
      const write = `${cell} = ${changed(ins.fn, cell, expr(ins.operand))}`;
      if (ins.dst === undefined) return `atomic { ${write} }; ${next}`;
      // The operand may use the register that takes the old value.
      return `atomic { int_old = ${cell}; ${write}; r${ins.dst} = int_old${masked(ins.mask)}; int_old = 0 }; ${next}`;
    }
    case 'cmpxchg': {
      const cell = at(ins.address);
      return `atomic { int_old = ${cell}; if :: int_old == ${expr(ins.expected)} -> ${cell} = ${expr(ins.desired)} :: else -> skip fi; r${ins.dst} = int_old; int_old = 0 }; ${next}`;
    }
    case 'add-unless': {
      const cell = at(ins.address);
      return `atomic { int_old = ${cell}; if :: int_old != ${expr(ins.unless)} -> ${cell} = int_old + ${expr(ins.operand)}; r${ins.dst} = 1 :: else -> r${ins.dst} = 0 fi; int_old = 0 }; ${next}`;
    }
    case 'try-bits': {
      const cell = at(ins.address);
      return `atomic { if :: (${cell} & ${ins.mask}) == 0 -> ${cell} = ${cell} | ${ins.mask}; r${ins.dst} = 1 :: else -> r${ins.dst} = 0 fi }; ${next}`;
    }
    case 'await': {
      const cell = at(ins.address);
      const take = ins.take ? `; ${cell} = ${cell} | ${ins.mask}` : '';
      return `atomic { (${cell} & ${ins.mask}) == ${ins.value}${take} }; ${next}`;
    }
    case 'fence':
    case 'assert-held':
      return `skip; ${next}`;
    case 'lock':
      return `atomic { ${at(ins.address)} == 0 -> ${at(ins.address)} = ${process + 1} }; ${next}`;
    case 'trylock': {
      const cell = at(ins.address);
      return `atomic { if :: ${cell} == 0 -> ${cell} = ${process + 1}; r${ins.dst} = 1 :: else -> r${ins.dst} = 0 fi }; ${next}`;
    }
    case 'is-locked':
      return `r${ins.dst} = (${at(ins.address)} != 0); ${next}`;
    case 'unlock':
      return `${at(ins.address)} = 0; ${next}`;
    case 'choose':
      return `if ${ins.values.map((value) => `:: r${ins.dst} = ${value}`).join(' ')} fi; ${next}`;
    case 'branch':
      return `if :: ${expr(ins.cond)} != 0 -> ${to(ins.then)} :: else -> ${to(ins.else)} fi;`;
    case 'jump':
      return `${to(ins.to)};`;
    case 'assert':
      return `if :: ${expr(ins.cond)} == 0 -> ${hit(numberOf(`assert: ${ins.what}`))} :: else -> skip fi; ${next}`;
    case 'stop':
    case 'end':
      return prefix === '' ? 'goto DONE;' : `goto DONE${prefix};`;
    default:
      throw new Error(`${ins.op} has no twin`);
  }
}

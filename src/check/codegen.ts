// Generated step code. Only numbers that program.ts has checked and operators from a closed list reach the text of the code;
// no name, comment or string of a program does.
import { assert } from '../errors.ts';
import type { Expr, Instruction, Invariant } from '../types.ts';
import type { Layout } from './layout.ts';
import type { Automaton, Plan } from './plan.ts';
import { divides, LOWEST_ADDRESS, operands } from './program.ts';
import { PROPERTY } from './properties.ts';
import { mask, masked, modified, pick, text } from './text.ts';

/** Generated code over one state vector. */
export interface Engine {
  readonly vector: Int32Array; // the unpacked state
  readonly found: number[]; // properties violated by the last call, see properties.ts
  /** Number of ways process `p` can step now; 0 when it is blocked, ended or dead. */
  readonly choices: readonly (() => number)[];
  /** Runs one step of process `p`, taking the choice with this index. */
  readonly step: readonly ((choice: number) => void)[];
  /** Runs process `p` from its first instruction to its first stop. */
  readonly start: readonly (() => void)[];
  /** 1 when the invariant holds, 0 when not, -1 when it cannot be evaluated. */
  readonly invariants: readonly (() => number)[];
  readonly pack: (arena: Int32Array, at: number) => void;
  readonly unpack: (arena: Int32Array, at: number) => void;
  readonly covered: readonly Uint8Array[]; // process -> pc -> 1 when an access there was run
}

/** Compiles the plan of one search. Linear in the size of the code. */
export function generate(plan: Plan, layout: Layout): Engine {
  const vector = new Int32Array(layout.slots);
  const found: number[] = [];
  const covered = plan.program.processes.map((process) => new Uint8Array(process.code.length));
  const lines: string[] = ["'use strict';", 'let zero = 0;'];
  lines.push('const div = (a, b) => { if (b === 0) { zero = 1; return 0; } return (a / b) | 0; };');
  lines.push('const mod = (a, b) => { if (b === 0) { zero = 1; return 0; } return (a % b) | 0; };');
  lines.push(`const at = (a) => a >= 0 && a < ${layout.cellAt.length} ? cellAt[a] : -1;`);
  for (const [p, automaton] of plan.automata.entries()) lines.push(...processCode(plan, layout, p, automaton));
  for (const [k, invariant] of plan.program.invariants.entries())
    lines.push(...invariantCode(plan, layout, k, invariant));
  lines.push(...packCode(layout));
  const each = (stem: string, count: number): string =>
    `[${Array.from({ length: count }, (_, k) => stem + k).join(',')}]`;
  const n = plan.automata.length;
  lines.push(
    `return { choices: ${each('choices', n)}, step: ${each('step', n)}, start: ${each('start', n)}, pack, unpack,`,
  );
  lines.push(`  invariants: ${each('invariant', plan.program.invariants.length)} };`);
  const compile = new Function('V', 'found', 'covered', 'cellAt', lines.join('\n')) as (
    ...shared: readonly [Int32Array, number[], readonly Uint8Array[], Int32Array]
  ) => Omit<Engine, 'vector' | 'found' | 'covered'>;
  return { vector, found, covered, ...compile(vector, found, covered, layout.cellAt) };
}

function processCode(plan: Plan, layout: Layout, p: number, automaton: Automaton): string[] {
  const process = plan.program.processes[p]!;
  const region = layout.regions[p]!;
  const writer = new Writer(plan, layout, p, automaton);
  const registers =
    process.registers === 0
      ? ''
      : `let ${Array.from({ length: process.registers }, (_, r) => `r${r} = 0`).join(', ')};`;
  const lines = [`const C${p} = covered[${p}];`];
  lines.push(`function run${p}(node, choice) {`, registers, 'let a = 0, i = 0, v = 0, w = 0, fuel = 0, moves = 0;');
  lines.push('switch (node) {');
  for (const node of region.stops)
    lines.push(
      `case ${writer.execute(node)}: ${writer.restore(node)} ${automaton.movesRight[node] === true ? 'moves = 1;' : ''} break;`,
    );
  lines.push('}', 'for (;;) switch (node) {');
  for (let node = 0; node < automaton.nodes.length; node++) lines.push(...writer.node(node));
  lines.push("default: throw new Error('expected a node of the process');", '}', '}');
  lines.push(`function start${p}() { run${p}(0, 0); }`);
  lines.push(`function step${p}(choice) { run${p}(step${p}.nodes[V[${region.slot}] & ${region.mask}], choice); }`);
  lines.push(
    `step${p}.nodes = new Int32Array([-1, -1, ${region.stops.map((node) => writer.execute(node)).join(',')}]);`,
  );
  lines.push(...writer.choices());
  return lines;
}

/** Writes the code of one process. */
class Writer {
  private readonly plan: Plan;
  private readonly layout: Layout;
  private readonly p: number;
  private readonly automaton: Automaton;
  private readonly code: readonly Instruction[];

  constructor(plan: Plan, layout: Layout, p: number, automaton: Automaton) {
    this.plan = plan;
    this.layout = layout;
    this.p = p;
    this.automaton = automaton;
    this.code = plan.program.processes[p]!.code;
  }

  /** Case label under which the instruction of a stopping node is executed; the node itself is the label of arriving there. */
  execute(node: number): number {
    return node + this.automaton.nodes.length;
  }

  node(node: number): string[] {
    const instruction = this.code[this.automaton.nodes[node]!.pc]!;
    const stop = this.automaton.stop[node]!;
    if (instruction.op === 'end' || instruction.op === 'stop') return [`case ${node}: ${this.leave(node)}`];
    const body = this.instruction(node, instruction);
    if (stop === 'run') return [`case ${node}: ${this.burn()}`, ...body];
    if (stop === 'access') {
      return [
        `case ${node}: if (moves === 0) { ${this.suspend(node)} } moves = 0;`,
        `case ${this.execute(node)}:`,
        ...body,
      ];
    }
    if (stop === 'point') return [`case ${node}: ${this.suspend(node)}`, `case ${this.execute(node)}:`, ...body];
    return [
      `case ${node}: ${this.burn()}`,
      `if (${this.blocked(instruction)}) { ${this.suspend(node)} }`,
      `case ${this.execute(node)}:`,
      ...body,
    ];
  }

  private burn(): string {
    return this.plan.visibleSteps ? '' : `if (++fuel > ${this.plan.fuel}) { ${this.die(PROPERTY.fuel)} }`;
  }

  /** Stores the process as ended, with the registers that are kept there. */
  private leave(node: number): string {
    return this.store(node, 0);
  }

  private die(property: number): string {
    return `found.push(${property}); V[${this.layout.regions[this.p]!.slot}] = 1; ${this.clear()} return;`;
  }

  private clear(): string {
    const region = this.layout.regions[this.p]!;
    return region.widths
      .slice(1)
      .map((_, k) => `V[${region.slot + 1 + k}] = 0;`)
      .join(' ');
  }

  private suspend(node: number): string {
    return this.store(node, this.layout.regions[this.p]!.idOf[node]!);
  }

  private store(node: number, id: number): string {
    const region = this.layout.regions[this.p]!;
    const words: string[] = region.widths.map(() => '0');
    words[0] = `${id}`;
    for (const part of region.places[node]!) {
      if (part.field.width === 0) continue;
      const value = part.field.width === 32 ? `r${part.field.index}` : `(r${part.field.index} >>> ${part.field.shift})`;
      words[part.word] = `${words[part.word]} | ${value} << ${part.offset}`;
    }
    return `${words.map((word, k) => `V[${region.slot + k}] = ${word};`).join(' ')} return;`;
  }

  restore(node: number): string {
    const region = this.layout.regions[this.p]!;
    return region.places[node]!.map((part) => {
      if (part.field.width === 0) return `r${part.field.index} = ${part.field.base};`;
      const word = `V[${region.slot + part.word}]`;
      if (part.field.width === 32) return `r${part.field.index} = ${word};`;
      return `r${part.field.index} = (${word} >>> ${part.offset} & ${mask(part.field.width)}) << ${part.field.shift};`;
    }).join(' ');
  }

  private to(node: number, edge: number): string {
    const next = this.automaton.nodes[node]!.edges[edge]?.to ?? -1;
    return next < 0 ? "throw new Error('expected this way not to be taken');" : `node = ${next}; continue;`;
  }

  /** The way on after a lock or an unlock at run-time address `a`. */
  private onByAddress(node: number): string {
    const edges = this.automaton.nodes[node]!.edges;
    if (edges.length === 1) return this.to(node, 0);
    const ways = edges.map((edge, k) =>
      edge.address === undefined ? '' : `if (a === ${edge.address}) { ${this.to(node, k)} }`,
    );
    return `${ways.join(' ')} throw new Error('expected a known lock');`;
  }

  private instruction(node: number, instruction: Instruction): string[] {
    const lines = this.effect(node, instruction);
    const checked = operands(instruction).some(divides)
      ? [`if (zero) { zero = 0; ${this.die(PROPERTY.division)} }`]
      : [];
    const [evaluate, act] = lines;
    return [...evaluate, ...checked, ...act];
  }

  /** Code of an instruction in two parts: evaluating its operands, then acting on them. */
  private effect(node: number, instruction: Instruction): [string[], string[]] {
    const on = this.to(node, 0);
    const pc = this.automaton.nodes[node]!.pc;
    const cover = `C${this.p}[${pc}] = 1;`;
    const me = this.p + 1;
    switch (instruction.op) {
      case 'set':
        return [[`v = ${text(instruction.value)};`], [`r${instruction.dst} = v; ${on}`]];
      case 'branch':
        return [[`v = ${text(instruction.cond)};`], [`if (v) { ${this.to(node, 0)} } else { ${this.to(node, 1)} }`]];
      case 'assert':
        return [[`v = ${text(instruction.cond)};`], [`if (!v) found.push(${PROPERTY.assert + pc}); ${on}`]];
      case 'jump':
      case 'fence':
        return [[], [on]];
      case 'choose':
        return [[], [`r${instruction.dst} = ${pick(instruction.values)}; ${on}`]];
      case 'end':
      case 'stop':
        return [[], []];
      case 'load':
        return [
          this.locate(instruction.address),
          [`${this.check()} ${cover} v = V[i];`, `r${instruction.dst} = ${masked('v', instruction.mask)}; ${on}`],
        ];
      case 'store':
        return [
          [...this.locate(instruction.address), `w = ${text(instruction.value)};`],
          [`${this.check()} ${cover} V[i] = w; ${on}`],
        ];
      case 'rmw': {
        const get = instruction.dst === undefined ? '' : `r${instruction.dst} = ${masked('v', instruction.mask)};`;
        const put = `${this.check()} ${cover} v = V[i]; V[i] = ${modified(instruction.fn)}; ${get} ${on}`;
        return [[...this.locate(instruction.address), `w = ${text(instruction.operand)};`], [put]];
      }
      case 'cmpxchg': {
        const evaluate = [
          ...this.locate(instruction.address),
          `w = ${text(instruction.expected)}; const d${node} = ${text(instruction.desired)};`,
        ];
        return [
          evaluate,
          [`${this.check()} ${cover} v = V[i]; if (v === w) V[i] = d${node}; r${instruction.dst} = v; ${on}`],
        ];
      }
      case 'add-unless': {
        const evaluate = [
          ...this.locate(instruction.address),
          `w = ${text(instruction.operand)}; const d${node} = ${text(instruction.unless)};`,
        ];
        const act = `v = V[i]; if (v !== d${node}) { V[i] = v + w | 0; r${instruction.dst} = 1; } else r${instruction.dst} = 0;`;
        return [evaluate, [`${this.check()} ${cover} ${act} ${on}`]];
      }
      case 'try-bits': {
        const m = instruction.mask | 0;
        const act = `v = V[i]; if ((v & ${m}) === 0) { V[i] = v | ${m}; r${instruction.dst} = 1; } else r${instruction.dst} = 0;`;
        return [this.locate(instruction.address), [`${this.check()} ${cover} ${act} ${on}`]];
      }
      case 'await': {
        const take = instruction.take ? `V[i] = V[i] | ${instruction.mask | 0};` : '';
        return [this.locate(instruction.address), [`${this.check()} ${cover} ${take} ${on}`]];
      }
      case 'lock':
        return [this.locate(instruction.address), [`${this.check()} ${cover} V[i] = ${me}; ${this.onByAddress(node)}`]];
      case 'trylock': {
        const [taken, failed] = [this.byOutcome(node, true), this.byOutcome(node, false)];
        const act = `if (V[i] === 0) { V[i] = ${me}; r${instruction.dst} = 1; ${taken} } else { r${instruction.dst} = 0; ${failed} }`;
        return [this.locate(instruction.address), [`${this.check()} ${cover} ${act}`]];
      }
      case 'unlock':
        return [
          this.locate(instruction.address),
          [
            `${this.check()} ${cover} if (V[i] !== ${me}) { ${this.die(PROPERTY.unlock)} } V[i] = 0; moves = 0; ${this.onByAddress(node)}`,
          ],
        ];
      case 'is-locked':
        return [
          this.locate(instruction.address),
          [`${this.check()} ${cover} r${instruction.dst} = V[i] === 0 ? 0 : 1; ${on}`],
        ];
      case 'rcu-lock':
      case 'rcu-unlock':
      case 'rcu-sync':
        return [[], [on]]; // expand.ts has put words in their place
      case 'assert-held':
        return [
          this.locate(instruction.address),
          [`${this.check()} if (V[i] !== ${me}) found.push(${PROPERTY.assert + pc}); ${on}`],
        ];
      default:
        return instruction satisfies never;
    }
  }

  /** The last edge of a trylock is its failure; the ones before it are its successes, by address. */
  private byOutcome(node: number, taken: boolean): string {
    const edges = this.automaton.nodes[node]!.edges;
    const last = edges.length - 1;
    if (!taken || last === 0) return this.to(node, last);
    if (last === 1) return this.to(node, 0);
    const ways = edges.slice(0, last).map((edge, k) => `if (a === ${edge.address ?? 0}) { ${this.to(node, k)} }`);
    return `${ways.join(' ')} throw new Error('expected a known lock');`;
  }

  /** Sets `a` to the address and `i` to the slot of its cell, -1 when there is none. */
  private locate(address: Expr): string[] {
    if (address.kind === 'const') return [`a = ${address.value | 0}; i = ${this.slotAt(address.value | 0)};`];
    return [`a = ${text(address)}; i = at(a);`];
  }

  private slotAt(address: number): number {
    return address >= 0 && address < this.layout.cellAt.length ? this.layout.cellAt[address]! : -1;
  }

  private check(): string {
    return `if (i < 0) { if (a >>> 0 < ${LOWEST_ADDRESS}) { ${this.die(PROPERTY.nullPointer)} } ${this.die(PROPERTY.badAddress)} }`;
  }

  private blocked(instruction: Instruction): string {
    if (instruction.op !== 'lock' && instruction.op !== 'await') return 'false';
    const where =
      instruction.address.kind === 'const'
        ? `${this.slotAt(instruction.address.value | 0)}`
        : `at(${text(instruction.address)})`;
    const wanted =
      instruction.op === 'lock' ? 'V[i] !== 0' : `(V[i] & ${instruction.mask | 0}) !== ${instruction.value | 0}`;
    // A bad address is not blocked: stepping reports it. `zero` is left to the step that follows.
    return `(i = ${where}, zero = 0, i >= 0 && ${wanted})`;
  }

  choices(): string[] {
    const { p, automaton, code } = this;
    const region = this.layout.regions[p]!;
    const registers = this.plan.program.processes[p]!.registers;
    const lines = [
      `function choices${p}() {`,
      registers === 0 ? '' : `let ${Array.from({ length: registers }, (_, r) => `r${r} = 0`).join(', ')};`,
    ];
    lines.push(`let i = 0; switch (V[${region.slot}] & ${region.mask}) {`, 'case 0: case 1: return 0;');
    for (const node of region.stops) {
      const instruction = code[automaton.nodes[node]!.pc]!;
      const id = region.idOf[node]!;
      if (instruction.op === 'choose') lines.push(`case ${id}: return ${instruction.values.length};`);
      if (instruction.op === 'lock' || instruction.op === 'await') {
        lines.push(`case ${id}: ${this.restore(node)} return ${this.blocked(instruction)} ? 0 : 1;`);
      }
    }
    lines.push('default: return 1;', '}', '}');
    return lines;
  }
}

function invariantCode(plan: Plan, layout: Layout, k: number, invariant: Invariant): string[] {
  const registers = Array.from({ length: Math.max(1, invariant.registers) }, (_, r) => `r${r} = 0`).join(', ');
  const lines = [
    `function invariant${k}() {`,
    `let ${registers}; let a = 0, i = 0, v = 0, fuel = 0, pc = 0;`,
    'for (;;) {',
  ];
  lines.push(`if (++fuel > ${plan.fuel}) return -1;`, 'switch (pc) {');
  for (const [pc, instruction] of invariant.code.entries())
    lines.push(`case ${pc}: ${invariantStep(instruction, pc, layout)}`);
  lines.push('}', '}', '}');
  return lines;
}

function invariantStep(instruction: Instruction, pc: number, layout: Layout): string {
  const on = `pc = ${pc + 1}; continue;`;
  const guard = operands(instruction).some(divides) ? 'if (zero) { zero = 0; return -1; }' : '';
  switch (instruction.op) {
    case 'set':
      return `v = ${text(instruction.value)}; ${guard} r${instruction.dst} = v; ${on}`;
    case 'load':
      return `a = ${text(instruction.address)}; ${guard} i = at(a); if (i < 0) return -1; v = V[i]; r${instruction.dst} = ${masked('v', instruction.mask)}; ${on}`;
    case 'branch':
      return `v = ${text(instruction.cond)}; ${guard} pc = v ? ${instruction.then} : ${instruction.else}; continue;`;
    case 'jump':
      return `pc = ${instruction.to}; continue;`;
    case 'fence':
      return on;
    case 'end':
      return 'return r0 ? 1 : 0;';
    default:
      assert(layout.slots < 0, `expected an invariant only to load and branch, found ${instruction.op}`);
      return '';
  }
}

function packCode(layout: Layout): string[] {
  const words: string[] = Array.from({ length: layout.words }, () => '0');
  const back: string[] = [];
  for (const { slot, field, word, offset } of layout.packed) {
    const value = field.width === 32 ? `V[${slot}]` : `(V[${slot}] >>> ${field.shift}) << ${offset}`;
    words[word] = words[word] === '0' ? value : `${words[word]} | ${value}`;
    const read = `A[o + ${word}]`;
    back.push(
      field.width === 32
        ? `V[${slot}] = ${read};`
        : `V[${slot}] = (${read} >>> ${offset} & ${mask(field.width)}) << ${field.shift};`,
    );
  }
  const out = words.map((word, k) => `A[o + ${k}] = ${word};`);
  return ['function pack(A, o) {', ...out, '}', 'function unpack(A, o) {', ...back, '}'];
}

// The schedules of a review: each once, with an id that the checks refer to.
import { remediesFor } from '../check/remedies.ts';
import type {
  MemoryModel,
  Program,
  ReviewTrace,
  ReviewTraceStep,
  Rule,
  Scenario,
  Trace,
  TraceStep,
  Violation,
} from '../types.ts';

/** Collects the schedules of a review. */
export interface TraceBook {
  readonly traces: Map<string, ReviewTrace>;
  /** The id of a violation's schedule; the same violation of the same code gets the same id. */
  add(
    rule: Rule,
    scenario: Scenario,
    patch: string,
    model: MemoryModel,
    program: Program,
    violation: Violation,
  ): string;
  /** Whether two schedules are the same steps by the same processes, lines apart; true when neither is there. */
  sameSchedule(one: string | undefined, other: string | undefined): boolean;
}

/** An empty book. Ids are t1, t2, ... in the order of adding. */
export function openTraceBook(): TraceBook {
  const traces = new Map<string, ReviewTrace>();
  const ids = new Map<Violation, string>();
  return {
    traces,
    add(rule, scenario, patch, model, program, violation) {
      const known = ids.get(violation);
      if (known !== undefined) return known;
      const id = `t${traces.size + 1}`;
      ids.set(violation, id);
      const words = program.invariants.find((one) => one.name === violation.property)?.words ?? violation.property;
      traces.set(id, {
        rule: rule.name,
        scenario: scenario.name,
        patch,
        model,
        ...reviewTrace(program, violation.trace, rule.file),
        words,
        ...fencesOf(model, program, violation),
      });
      return id;
    },
    sameSchedule(one, other) {
      if (one === other) return true;
      const a = one === undefined ? undefined : traces.get(one);
      const b = other === undefined ? undefined : traces.get(other);
      return a !== undefined && b !== undefined && fingerprint(a) === fingerprint(b);
    },
  };
}

/** The fences that would order an execution which no interleaving gives. */
function fencesOf(model: MemoryModel, program: Program, violation: Violation): Pick<ReviewTrace, 'fences'> {
  const fences = model === 'lkmm' ? remediesFor(program, violation) : undefined;
  return fences === undefined ? {} : { fences };
}

/** What a schedule does. The words of an assert are left out: a renamed local is in them. */
function fingerprint(trace: ReviewTrace): string {
  return trace.steps
    .filter((step) => step.matters)
    .map((step) => `${step.process} ${step.event.replace(/^(assertion fails): .*/s, '$1')}`)
    .join('\n');
}

function reviewTrace(
  program: Program,
  trace: Trace,
  ruleFile: string,
): Omit<ReviewTrace, 'rule' | 'scenario' | 'patch' | 'model' | 'words'> {
  return {
    path: trace.path,
    processes: program.processes.map(({ name, cpu, label }) => ({ name, cpu, label })),
    steps: trace.steps.map((step) => reviewStep(program, step, ruleFile)),
    switches: trace.switches,
    violated: trace.violated,
    end: endOf(program, trace),
  };
}

/** A line of the scenario itself is no kernel code: it waits behind --all-steps, but for what it lets the environment choose. */
function reviewStep(program: Program, step: TraceStep, ruleFile: string): ReviewTraceStep {
  const process = program.processes[step.process];
  const frame = step.at.frames[0];
  return {
    process: process?.name ?? '',
    cpu: process?.cpu ?? '',
    function: frame?.function ?? '',
    file: frame?.file ?? '',
    line: frame?.line ?? 0,
    ...(frame?.added === true ? { added: true as const } : {}),
    text: step.at.text,
    event: step.event,
    values: step.values ?? '',
    matters: step.matters && (frame?.file !== ruleFile || process?.code[step.pc]?.op === 'choose'),
    ...(step.sees === undefined ? {} : { sees: step.sees }),
  };
}

/** The final values that the invariants look at: `folio: lru, unevictable, not mlocked`. */
function endOf(program: Program, trace: Trace): string {
  const masks = new Map<number, number>();
  for (const invariant of program.invariants) {
    for (const ins of invariant.code) {
      if (ins.op !== 'load' || ins.address.kind !== 'const') continue;
      masks.set(ins.address.value, (masks.get(ins.address.value) ?? 0) | (ins.mask ?? 0));
    }
  }
  const parts = trace.end.flatMap(({ cell: index, value, words }) => {
    const cell = program.cells[index];
    if (cell === undefined) return [];
    const mask = masks.get(cell.address) ?? 0;
    if (cell.bits === undefined || mask === 0) {
      // A plain variable of the scenario (no field) counts for the invariant, it is no state of the kernel.
      return cell.init === value || cell.field === '' ? [] : [`${cell.object}.${cell.field} ${words}`];
    }
    const set: string[] = [];
    const clear: string[] = [];
    for (let bit = 0; bit < 32; bit++) {
      if ((mask & (1 << bit)) === 0) continue;
      const name = cell.bits[bit] ?? `bit ${bit}`;
      if ((value & (1 << bit)) !== 0) set.push(name);
      else clear.push(`not ${name}`);
    }
    return (value & mask) === (cell.init & mask) ? [] : [`${cell.object}: ${[...set, ...clear].join(', ')}`];
  });
  return parts.join('; ');
}

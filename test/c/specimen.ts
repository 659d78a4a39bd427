// What the tests of the lowering share: a kernel source in memory, the primitives of the repository, and gcc.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/c/preprocess.ts';
import { parsePrimitives } from '../../src/c/primitives.ts';
import type { Lowered, Workshop } from '../../src/c/scenario.ts';
import { lowerScenario, openWorkshop } from '../../src/c/scenario.ts';
import type { Instruction, KernelSource, Program } from '../../src/types.ts';

const root = join(import.meta.dirname, '../..');

/** A kernel source of the given files. */
export function sourceOf(files: Readonly<Record<string, string>>): KernelSource {
  const read = new Map(Object.entries(files).map(([path, text]) => [path, { path, text }]));
  return { kind: 'model', name: 'specimen', paths: [...read.keys()].sort(), read: (path) => read.get(path) };
}

/** A workshop with the primitives and the configuration of rules/. */
export function newWorkshop(): Workshop {
  const primitives = parsePrimitives(readFileSync(join(root, 'rules/primitives.h'), 'utf8'), 'rules/primitives.h');
  return openWorkshop(primitives, parseConfig(readFileSync(join(root, 'rules/kernel.config'), 'utf8')));
}

/** Lowers `scenario` against mm/specimen.c with the text `kernel`. */
export function lower(kernel: string, scenario: string, workshop: Workshop = newWorkshop()): Lowered {
  return lowerScenario(workshop, sourceOf({ 'mm/specimen.c': kernel }), {
    name: 'specimen',
    file: 'rules/specimen.md',
    line: 1,
    code: scenario,
  });
}

/** The program of a scenario that lowers; throws with the refusal when it does not. */
export function programOf(kernel: string, scenario: string, workshop?: Workshop): Program {
  const lowered = lower(kernel, scenario, workshop);
  if (lowered.kind === 'refused') {
    const { what, why, place } = lowered.refusal;
    throw new Error(`refused: ${what}: ${why} at ${place?.file ?? '?'}:${place?.line ?? 0}`);
  }
  return lowered.program;
}

/** Whether gcc can be run here. */
export const hasGcc = ((): boolean => {
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** What a C program prints, compiled by gcc without optimisation and with wrapping integers. */
export function outputOf(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'relore-gcc-'));
  try {
    writeFileSync(join(dir, 'a.c'), text);
    execFileSync('gcc', ['-std=gnu11', '-O0', '-fwrapv', '-w', '-o', join(dir, 'a'), join(dir, 'a.c')], {
      stdio: 'pipe',
    });
    return execFileSync(join(dir, 'a'), { encoding: 'utf8', maxBuffer: 1 << 26, timeout: 20_000 });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The instructions as a person reads them, one a line. */
export function printCode(program: Program, code: readonly Instruction[]): string {
  const cells = new Map(
    program.cells.map((cell) => [cell.address, cell.field === '' ? cell.object : `${cell.object}.${cell.field}`]),
  );
  return code.map((ins, pc) => `${String(pc).padStart(3)}  ${words(ins, cells)}`).join('\n');
}

function words(ins: Instruction, cells: ReadonlyMap<number, string>): string {
  const { at, op, ...rest } = ins;
  const parts = Object.entries(rest).map(([key, value]) => `${key} ${operand(key, value, cells)}`);
  return `${[op, ...parts].join(' ')}  // ${at.frames.map((frame) => `${frame.function}:${frame.line}`).join(' < ')} ${at.text}`;
}

function operand(key: string, value: unknown, cells: ReadonlyMap<number, string>): string {
  if (value === null || typeof value !== 'object') return String(value);
  const expr = value as {
    kind?: string;
    value?: number;
    reg?: number;
    op?: string;
    arg?: unknown;
    left?: unknown;
    right?: unknown;
  };
  if (Array.isArray(value)) return value.join(',');
  const inner = (one: unknown): string => operand('', one, cells);
  switch (expr.kind) {
    case 'const':
      return key === 'address' ? (cells.get(expr.value ?? 0) ?? String(expr.value)) : String(expr.value);
    case 'reg':
      return `r${expr.reg}`;
    case 'unary':
      return `${expr.op}${inner(expr.arg)}`;
    default:
      return `(${inner(expr.left)} ${expr.op} ${inner(expr.right)})`;
  }
}

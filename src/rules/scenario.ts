// What a scenario's C must declare in comments: its processes and its invariants.
import { InputError } from '../errors.ts';

/** The names that a scenario declares. */
export interface Declared {
  readonly processes: readonly string[];
  readonly invariants: readonly string[];
}

const PROCESS = /^(?:process|task|interrupt) (P\d+) on (cpu\d+): (\S.*)$/;
const INVARIANT = /^invariant ([A-Z][\w-]*) (?:at end|always)(?:, information)?: (\S.*)$/;

/**
 * Returns the processes and invariants that the C in `code` declares; `line` is the 1-based line of `file` where it starts.
 * Throws InputError with the line for a declaration of another form, one that is not directly before its function,
 * a name declared twice, and a scenario without a process or without an invariant.
 */
export function declaredIn(code: string, file: string, line: number): Declared {
  const processes: string[] = [];
  const invariants: string[] = [];
  const lines = code.split('\n');
  lines.forEach((text, index) => {
    const comment = /^\s*\/\*\s*((?:(?:process|invariant)\b|(?:interrupt|task) P\d).*?)\s*(?:\*\/\s*)?$/.exec(
      text,
    )?.[1];
    if (comment === undefined) return;
    const place = { file, line: line + index };
    const process = PROCESS.exec(comment)?.[1];
    const invariant = INVARIANT.exec(comment)?.[1];
    if (process === undefined && invariant === undefined) {
      const expected = comment.startsWith('process')
        ? '/* process P0 on cpu1: words */'
        : '/* invariant NAME at end|always[, information]: words */';
      throw new InputError({ place, expected, found: text.trim() });
    }
    const head =
      process === undefined ? `bool ${(invariant ?? '').replaceAll('-', '_')}(void)` : `void ${process}(void)`;
    const next = lines[index + 1]?.trim() ?? '';
    if (!next.startsWith(head))
      throw new InputError({ place: { file, line: place.line + 1 }, expected: head, found: next || 'nothing' });
    const known = process === undefined ? invariants : processes;
    const name = process ?? invariant ?? '';
    if (known.includes(name)) throw new InputError({ place, expected: 'each name once in a scenario', found: name });
    known.push(name);
  });
  for (const [what, names] of [
    ['/* process P0 on cpu1: words */', processes],
    ['/* invariant NAME at end: words */', invariants],
  ] as const) {
    if (names.length === 0)
      throw new InputError({ place: { file, line }, expected: `${what} in the scenario`, found: 'none' });
  }
  return { processes, invariants };
}

// Errors of three kinds, never mixed (see docs/design.md): a bug of ours throws from assert(), unusable input throws
// InputError and ends in exit 2, and what is not modelled is a Refusal value that reaches the report.

/** Input that cannot be used: what was expected, what was found, and where. The command line exits 2. */
export class InputError extends Error {
  readonly place: { readonly file: string; readonly line?: number };
  readonly expected: string;
  readonly found: string;

  constructor(problem: {
    readonly place: { readonly file: string; readonly line?: number };
    readonly expected: string;
    readonly found: string;
  }) {
    const { file, line } = problem.place;
    const where = line === undefined ? file : `${file}:${line}`;
    super(`${where}: expected ${problem.expected}, found ${problem.found}`);
    this.name = 'InputError';
    this.place = problem.place;
    this.expected = problem.expected;
    this.found = problem.found;
  }
}

/** Throws when `condition` is false: a bug in relore, never a fault of the input. */
export function assert(condition: boolean, expectation: string): asserts condition {
  if (!condition) throw new Error(`${expectation}; this is a bug in relore, please report it with the command line`);
}

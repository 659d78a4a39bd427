// Every exit code of relore; exit-code.ts says how a review becomes one.

/** Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage or unreadable input, 3 could not decide. */
export const EXIT = { nothing: 0, findings: 1, input: 2, undecided: 3 } as const;

/** What counts as a finding: what a patch opens, anything violated, or nothing. */
export type FailOn = 'opens' | 'violated' | 'never';

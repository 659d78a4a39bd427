// The file that `relore rules new` begins a rule with: every section, and in each what belongs there.

/** The words that mark a place to be filled in. */
export const LEFT = 'FILL IN';

/**
 * Returns the text of rules/NAME.md for a new rule about `functions` in the model sources of `version`. It reads as a rule
 * with one scenario and one row without verdicts; `name` has the form of a file stem.
 */
export function scaffold(name: string, version: string, functions: readonly string[]): string {
  const title = name.replaceAll('-', ' ');
  return `---
title: ${title[0]?.toUpperCase() ?? ''}${title.slice(1)}
functions: # of every version, old names and new ones
${functions.map((one) => `  - ${one}`).join('\n')}
source:
  files: [mm/memory.c] # ${LEFT}: the files that the functions stand in; commits and messages if there are any
confidence: "${LEFT}: what is read from code or a record, and what is from memory"
invariant: I-${name}
---

# ${title[0]?.toUpperCase() ?? ''}${title.slice(1)}

${LEFT}: what goes wrong, who sees it, and since when. Then the two sides, one paragraph each: what each does, in which order, under
which lock. Then why the order that is right is right.

## S1: ${LEFT}: who meets whom, in which state

\`\`\`c scenario
/* ${LEFT}: the objects, in the state in which both begin */
int shared;

/* process P0 on cpu1: ${LEFT}: one side, in two words */
void P0(void)
{
	shared = 1; /* ${LEFT}: call the function itself */
}

/* process P1 on cpu2: ${LEFT}: the other side */
void P1(void)
{
	shared = 2; /* ${LEFT}: call the function itself */
}

/* invariant I-${name} at end: ${LEFT}: what holds when both are done */
bool I_${name.replaceAll('-', '_')}(void)
{
	return shared != 0;
}
\`\`\`

## Edits

${LEFT}: the mistake as an edit of the code that is right, the fix as an edit of the code that is not, and three that are harmless.

## Result

| code | version | edits | S1 SC |
|---|---|---|---|
| ${LEFT}: what the code does, in the order in which it does it | ${version} | - | - |

## What this rule does not see

- ${LEFT}: what is left out, and whether that hides a race or invents one.
`;
}

import type { ManSection } from './man.ts';
import { REVIEW_EXAMPLES } from './program-ci.ts';

/** The prose of the manual page. */
export const MAN_SECTIONS: readonly ManSection[] = [
  {
    title: 'Exit status',
    text: `0: nothing at or above --fail-on.

1: findings.

2: usage, or input that cannot be read.

3: could not decide: a patch does not apply, its base is not there, or a search was stopped or refused.`,
  },
  {
    title: 'Settings',
    text: `An option that is not on the command line is taken from git config (relore.failOn, relore.tree), then from config.yaml
in the folder relore of $XDG_CONFIG_HOME (fail-on: violated). Nothing is read from the tree under review.`,
  },
  {
    title: 'Environment',
    text: `CI: --only new is the default. NO_COLOR, FORCE_COLOR: as elsewhere. RELORE_CONFIG: the settings file.
GITHUB_STEP_SUMMARY: where --format github adds its summary. SOURCE_DATE_EPOCH: the day that waivers are compared with.`,
  },
  {
    title: 'Examples',
    text: REVIEW_EXAMPLES.split('\n')
      .slice(1)
      .map((line) => `  ${line}`)
      .join('\n'),
  },
];

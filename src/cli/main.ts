#!/usr/bin/env node
// The command line. `--version` answers before anything else is loaded; each command loads only what it uses.

import { setFlagsFromString } from 'node:v8';
import { fail } from './fail.ts';
import { packageRoot } from './package-root.ts';

// Ctrl-C keeps its default but in a review on a terminal: see interactive.ts.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader went away (`| head`): nothing is left to say, and it is no failure.
  if (error.code === 'EPIPE') process.exit();
  fail(error);
});

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${packageRoot().version}\n`);
} else {
  // Most commands end before optimised code pays for its compilation: V8 waits three times as long as it would. A
  // review takes a quarter less processor time; a long search reaches the budget all the same. V8 12 has no such flag.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000');
  import('./program.ts').then(({ run }) => run(args)).catch(fail);
}

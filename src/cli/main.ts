#!/usr/bin/env node
// The command line. `--version` answers before anything else is loaded; each command loads only what it uses.

import { fail } from './fail.ts';
import { packageRoot } from './package-root.ts';

process.on('SIGINT', () => process.exit(130));
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader went away (`| head`): nothing is left to say, and it is no failure.
  if (error.code === 'EPIPE') process.exit();
  fail(error);
});

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${packageRoot().version}\n`);
} else {
  import('./program.ts').then(({ run }) => run(args)).catch(fail);
}

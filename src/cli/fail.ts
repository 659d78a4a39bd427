import { InputError } from '../errors.ts';
import { EXIT } from './exit.ts';
import { isUnknownBase } from './unknown-base.ts';

/**
 * Prints what went wrong on stderr and sets the exit code: 2 for input that cannot be used, 3 for a bug in relore.
 * The stack of a bug is printed with RELORE_DEBUG=1. Names of files come from outside: control characters are dropped.
 */
export function fail(error: unknown): void {
  if (error instanceof InputError) {
    process.stderr.write(`relore: ${printable(error.message)}\n`);
    process.exitCode = EXIT.input;
    return;
  }
  if (isUnknownBase(error)) {
    process.stderr.write(`relore: not decided: ${printable(error.message)}\n`);
    process.exitCode = EXIT.undecided;
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  const known = message.includes('this is a bug in relore');
  process.stderr.write(
    `relore: ${printable(message)}${known ? '' : '; this is a bug in relore, please report it with the command line'}\n`,
  );
  const { RELORE_DEBUG } = process.env;
  if (RELORE_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  else process.stderr.write('RELORE_DEBUG=1 prints where it happened.\n');
  process.exitCode = EXIT.undecided;
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

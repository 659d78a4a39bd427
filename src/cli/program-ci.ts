// Commands and options for CI systems, patch trackers and shells.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { FORMATS } from './formats.ts';

/** Adds the options of `review` that say how its result is printed and judged. */
export function withReportOptions(command: Command): Command {
  return withOptIn(command)
    .addOption(new Option('--format <format>', 'how to print').choices(FORMATS).default('terminal'))
    .option('-o, --output <file>', 'write to a file, whole or not at all')
    .addOption(
      new Option('--fail-on <what>', 'what makes exit code 1').choices(['opens', 'violated', 'never']).default('opens'),
    )
    .addOption(
      new Option('--only <which>', 'new: leave out what the base violates too')
        .choices(['new', 'all'])
        .default('all', 'all; new in CI and for a reply'),
    )
    .option('--waivers <file>', 'violations of the base not to be told of, each with a reason and a last day')
    .option('--patch <id>', 'the patch that --format reply answers: patch-2');
}

/** Adds the options that say who asked to hear of findings. */
export function withOptIn(command: Command): Command {
  return command
    .addOption(new Option('--lists <addresses>', 'mailing lists that asked to hear of findings').argParser(addressList))
    .addOption(new Option('--people <addresses>', 'authors who asked to hear of findings').argParser(addressList));
}

function addressList(value: string): string[] {
  const addresses = value.split(/[\s,]+/).filter((part) => part !== '');
  const isAddress = (part: string): boolean => /^[^\s()<>",;:@]+@[^\s()<>",;:@]+$/.test(part);
  if (addresses.length === 0 || !addresses.every(isAddress))
    throw new InvalidArgumentError('Expected addresses with commas between them: linux-mm@kvack.org.');
  return addresses.map((address) => address.toLowerCase());
}

export const REVIEW_EXAMPLES = `Examples:
  relore review thread.mbox                               a thread, with every fix that is proposed in it
  relore review 0001-mm-mlock.patch --tree ~/linux        a patch on real sources
  relore review origin/master..HEAD                       the commits of a checkout, on the code they begin at
  relore review HEAD                                      the last commit
  relore review v2.mbox --format html -o review.html      one file to look at, schedules side by side
  relore review v2.mbox --format reply -o draft.eml       a question for the list; nothing is sent
  relore review origin/master..HEAD --format github       annotations of a workflow; see docs/ci.md`;

/** Adds b4-check, doctor, completion and man. `withRunOptions`: the options of every command that runs the checker. */
export function addCi(program: Command, withRunOptions: (command: Command) => Command): void {
  const check = program.command('b4-check').description('one mail on standard input, the JSON of a b4 check on output');
  withRunOptions(check).action(async (options, command: Command) => {
    const { settled } = await import('./settle.ts');
    await (await import('./b4-check.ts')).b4CheckCommand(settled(command, options));
  });
  program
    .command('doctor')
    .description('what is installed, which tree, which settings')
    .option('--tree <dir>', 'kernel sources to look at')
    .option('--rules <dir>', 'folder of the rules')
    .action(async (options) => (await import('./doctor.ts')).doctorCommand(options));
  program
    .command('completion')
    .description('print the completion script of a shell: relore completion bash >> ~/.bashrc')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => {
      const { completionScript, SHELLS } = await import('./completion.ts');
      const known = SHELLS.find((name) => name === shell);
      if (known === undefined) program.error(`error: expected bash, zsh or fish, found '${shell}'`, { exitCode: 2 });
      else process.stdout.write(completionScript(program, known));
    });
  program
    .command('man')
    .description('print the manual page: relore man | man -l -')
    .action(async () => {
      const [{ manPage }, { MAN_SECTIONS }, { packageRoot }] = await Promise.all([
        import('./man.ts'),
        import('./man-sections.ts'),
        import('./package-root.ts'),
      ]);
      process.stdout.write(manPage(program, packageRoot().version, MAN_SECTIONS));
    });
}

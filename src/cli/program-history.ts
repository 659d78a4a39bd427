// The commands about what opened and closed races.

import { type Command, Option } from 'commander';

/** Adds history and bisect. `withRunOptions`: the options of every command that runs the checker on the rules. */
export function addHistory(
  program: Command,
  shared: {
    readonly rules: () => Option;
    readonly models: () => Option;
    readonly bound: () => Option;
    readonly color: () => Option;
    readonly pager: () => Option;
  },
): void {
  program
    .command('history')
    .description('which changes opened and closed which races: computed on the model sources, and as stated in mail')
    .option('--function <name>', 'races of the rules that name this function, by its name of any version')
    .option('--race <race>', 'a rule, a scenario or a property: stranded-unevictable, stranded-unevictable/S1')
    .option('--commit <id>', 'what a commit did, 7 digits or more')
    .option('--since <version>', 'changes of this release and later ones: v5.11')
    .option('--open-in <version>', 'races that are violated in this version: v6.12')
    .option('--matrix', 'versions against scenarios, one character a cell', false)
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'markdown', 'json']).default('table'))
    .option('-o, --output <file>', 'write to a file, whole or not at all')
    .option('--db <store>', 'also the reviews recorded there: a file, or postgres://...')
    .option('--recompute', 'compute the history again and write it into the rules: about two minutes', false)
    .addOption(shared.rules())
    .addOption(shared.color())
    .addOption(shared.pager())
    .addHelpText('after', HISTORY_EXAMPLES)
    .action(async (options) => (await import('./history.ts')).historyCommand(options));
  program
    .command('bisect')
    .description('the change at which the verdict of a rule changes, with the schedules before and after')
    .argument('<rule>', 'a rule, or one of its scenarios: stranded-unevictable/S1')
    .argument('<range>', 'versions or commits: v5.17..v6.12')
    .option('--tree <dir>', 'a git repository of the kernel; without it the steps of the model sources')
    .addOption(shared.models())
    .addOption(shared.bound())
    .addOption(new Option('--format <format>', 'how to print').choices(['terminal', 'json']).default('terminal'))
    .option('-o, --output <file>', 'write to a file, whole or not at all')
    .addOption(shared.rules())
    .action(async (rule: string, range: string, options) =>
      (await import('./bisect.ts')).bisectCommand(rule, range, options),
    );
}

const HISTORY_EXAMPLES = `
Examples:
  relore history --race stranded-unevictable       who opened it, what would help, who argued what
  relore history --open-in v6.12                   what is violated in a version
  relore history --commit 2262ace60713             what a commit did
  relore history --matrix                          all versions against all scenarios
  relore bisect stranded-unevictable v5.17..v6.12  the change that opened it
  relore bisect shm-unlock v5.17..v6.12 --model sc,lkmm`;

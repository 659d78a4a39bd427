// The commands and their options. Each action imports its own module, so that one command does not pay for another.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { MemoryModel } from '../types.ts';
import { EXIT } from './exit.ts';
import { DEFAULT_STATES } from './limits.ts';
import { packageRoot } from './package-root.ts';
import { addBatch } from './program-batch.ts';
import { addCi, REVIEW_EXAMPLES, withReportOptions } from './program-ci.ts';
import { addHistory } from './program-history.ts';
import { addPages } from './program-pages.ts';

/**
 * Runs one command line (without node and the program) and sets the exit code: see exit.ts.
 * Usage errors are printed on stderr; errors of the commands are thrown.
 */
export async function run(args: readonly string[]): Promise<void> {
  const program = new Command('relore')
    .description(
      'Reads a Linux mm mailing-list thread, model-checks the patches and fixes in it, and prints the schedules.',
    )
    .version(packageRoot().version, '-V, --version')
    .exitOverride()
    .showSuggestionAfterError(true)
    .addHelpText('after', `\n${EXIT_HELP}\n\nA first run: relore review threads/mlock-large-folio/thread.mbox`);
  for (const add of [addReview, addThread, addReplay, addRules, addLower, addCheck]) add(program);
  addHistory(program, {
    rules: rulesOption,
    models: modelOption,
    bound: boundOption,
    color: colorOption,
    pager: pagerOption,
  });
  addCi(program, withRunOptions);
  addPages(program);
  addBatch(program, withRunOptions);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.nothing : EXIT.input;
  }
}

const EXIT_HELP = `Exit codes:
  0  nothing at or above --fail-on
  1  findings
  2  usage, or input that cannot be read
  3  could not decide: a patch does not apply, or a search was stopped or refused`;

const SOURCE_HELP =
  'mbox, mail, patch or archive page; a maildir or public-inbox; a git range A..B or commit; a Message-ID or lore URL; - for standard input';

function addReview(program: Command): void {
  const command = program
    .command('review')
    .description('run the patches and fixes of a thread against the scenarios of the rules')
    .argument('[source...]', SOURCE_HELP);
  withReportOptions(withRunOptions(command))
    .option('--all', 'every schedule, combination, claim and note', false)
    .option('--all-steps', 'do not cut schedules to the steps that matter', false)
    .option('--record', 'keep the review with its thread in the store', false)
    .option('--db <store>', 'the store: a file, or postgres://...; implies --record')
    .addOption(colorOption())
    .addOption(pagerOption())
    .addHelpText('after', `\n${EXIT_HELP}\n\n${REVIEW_EXAMPLES}`)
    .action(async (sources: string[], options, self: Command) => {
      const { settled } = await import('./settle.ts');
      await (await import('./review.ts')).reviewCommand(sources, settled(self, options));
    });
}

function addThread(program: Command): void {
  program
    .command('thread')
    .description('show what was read: messages, speakers, blocks and patches; nothing is run')
    .argument('[source...]', SOURCE_HELP)
    .addOption(
      new Option('--format <format>', 'how to print').choices(['terminal', 'markdown', 'json']).default('terminal'),
    )
    .option('-o, --output <file>', 'write to a file, whole or not at all')
    .addOption(refreshOption())
    .addOption(colorOption())
    .addOption(pagerOption())
    .action(async (sources: string[], options) => (await import('./thread.ts')).threadCommand(sources, options));
}

function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('review again and print one schedule: every step, with the change of state')
    .argument('[source...]', SOURCE_HELP)
    .requiredOption('--trace <id>', 'the name of the schedule in the review: t1');
  withRunOptions(command)
    .addOption(colorOption())
    .addOption(pagerOption())
    .action(async (sources: string[], options) => (await import('./replay.ts')).replayCommand(sources, options));
}

function addRules(program: Command): void {
  const rules = program.command('rules').description('what relore knows: one Markdown file a rule');
  rules
    .command('list', { isDefault: true })
    .description('each rule with its scenarios and rows')
    .addOption(rulesOption())
    .action(async (options) => (await import('./rules.ts')).listRules(options));
  rules
    .command('show')
    .description('print the Markdown of a rule')
    .argument('<name>', 'name of the rule')
    .addOption(rulesOption())
    .action(async (name: string, options) => (await import('./rules.ts')).showRule(name, options));
  rules
    .command('new')
    .description('begin a rule: rules/NAME.md with every section, and what is left to fill in')
    .argument('<name>', 'name of the rule, as a file stem: lru-before-put')
    .option('--functions <names...>', 'functions that the rule is about')
    .addOption(rulesOption())
    .action(async (name: string, options) => (await import('./rules-author.ts')).newRule(name, options));
  rules
    .command('lint')
    .description('say what is missing or unknown in the rules, as file:line; exit 1 when something is')
    .argument('[name]', 'name of one rule')
    .addOption(rulesOption())
    .action(async (name: string | undefined, options) =>
      (await import('./rules-author.ts')).lintCommand(name, options),
    );
  rules
    .command('test')
    .description('run every cell of the Result tables; exit 1 when one differs')
    .argument('[name]', 'name of one rule')
    .addOption(rulesOption())
    .addOption(colorOption())
    .action(async (name: string | undefined, options) => (await import('./rules.ts')).testCommand(name, options));
  rules
    .command('races')
    .description('print the data races of scenarios under LKMM, each with an execution; no review tells of them')
    .argument('<name>', 'a rule, or rule/scenario: lruvec-stability/S5')
    .option('--kernel <tag>', 'version of the model sources: v6.12')
    .option('--tree <dir>', 'kernel sources: a checkout or an unpacked source package')
    .addOption(rulesOption())
    .action(async (name: string, options) => (await import('./races.ts')).racesCommand(name, options));
}

function addLower(program: Command): void {
  const command = program
    .command('lower')
    .description('print what a kernel function is lowered to, and what a patch does to that')
    .argument('<function>', 'name of the function: lru_add')
    .option('--patch <file>', 'a patch or series; prints what it does to the instructions')
    .option('--scenario <rule/name>', 'the scenario to lower it in: stranded-unevictable/S1')
    .option('--all', 'also what the scenario does not watch', false)
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'));
  withSourceOptions(command).action(async (name: string, options) =>
    (await import('./lower.ts')).lowerCommand(name, options),
  );
}

/** Options that say which code is read. */
function withSourceOptions(command: Command): Command {
  return command
    .option(
      '--tree <dir>',
      'kernel sources: a checkout or an unpacked source package; without it the model sources are used',
    )
    .option('--base <rev>', 'revision of the git repository in --tree; it is read without a checkout')
    .option('--kernel <tag>', 'version of the model sources: v6.12')
    .addOption(rulesOption());
}

/** Options of every command that runs the checker. */
function withRunOptions(command: Command): Command {
  return withSourceOptions(command)
    .addOption(modelOption())
    .addOption(boundOption())
    .option('--referee', 'also run the schedules that mails tell in prose, one CPU after the other')
    .addOption(refreshOption());
}

function modelOption(): Option {
  return new Option('--model <models>', 'memory models, with commas between them')
    .argParser(models)
    .default(['sc'], 'sc');
}

function boundOption(): Option {
  return new Option('--bound <states>', 'most distinct states of one search').argParser(states).default(DEFAULT_STATES);
}

function refreshOption(): Option {
  return new Option('--refresh', 'fetch a thread again that an earlier run has kept');
}

function rulesOption(): Option {
  return new Option('--rules <dir>', 'folder of the rules').default(undefined, 'the rules that are shipped');
}

function pagerOption(): Option {
  return new Option(
    '--no-pager',
    'print at once; else RELORE_PAGER, PAGER or less shows what is longer than the terminal',
  );
}

function colorOption(): Option {
  return new Option('--color <when>', 'colour; NO_COLOR and FORCE_COLOR are honoured')
    .choices(['auto', 'always', 'never'])
    .default('auto');
}

function addCheck(program: Command): void {
  program
    .command('check')
    .description("run C litmus tests and print herd's words: Never, Sometimes, Always")
    .argument('<path...>', 'litmus tests, or folders of them')
    .addOption(
      new Option('--model <models>', 'memory models, with commas between them')
        .argParser(models)
        .default(['lkmm'], 'lkmm'),
    )
    .addOption(
      new Option('--bound <states>', 'most distinct states of one search under tso')
        .argParser(states)
        .default(DEFAULT_STATES),
    )
    .addOption(new Option('--format <format>', 'how to print').choices(['terminal', 'json']).default('terminal'))
    .option('--export', 'write a scenario, RULE/SCENARIO or RULE/SCENARIO/INVARIANT, as a litmus test')
    .option('--kernel <tag>', 'version of the model sources for --export: v6.12')
    .option(
      '--explain',
      'under lkmm: print an execution where the condition holds, and the fences that would forbid it',
    )
    .option('-o, --output <file>', 'write to a file, whole or not at all')
    .action(async (paths: string[], options) => (await import('./check.ts')).checkCommand(paths, options));
}

const MODELS = ['sc', 'tso', 'lkmm'] as const;

/** The memory models of `--model`, each once, in the order sc, tso, lkmm. */
function models(value: string): MemoryModel[] {
  const names = value.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !MODELS.some((model) => model === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`Expected sc, tso or lkmm, found '${unknown}'.`);
  return MODELS.filter((model) => names.includes(model));
}

function states(value: string): number {
  const count = Number(value.replaceAll(/[,_]/g, ''));
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('Expected a number of states, 1 or more.');
  return count;
}

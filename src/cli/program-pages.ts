// Commands that show schedules and the history as pages.

import { type Command, InvalidArgumentError, Option } from 'commander';

const MOST_STATES = 20_000;

/** Adds explore, serve and site. */
export function addPages(program: Command): void {
  program
    .command('explore')
    .description('step through every schedule of a scenario: on a terminal, as text, or as a page')
    .argument('<rule[/scenario]>', 'a rule, or one of its scenarios: stranded-unevictable/S1')
    .option('--kernel <tag>', 'version of the model sources; by default the newest')
    .option('--edit <name...>', 'edits of the rule, in order; or a revert: "revert 2262ace60713/1"', [])
    .addOption(new Option('--model <model>', 'memory model').choices(['sc', 'tso']).default('sc'))
    .option('--path <path>', 'the schedule to begin with: 0/2/1; by default one that violates')
    .addOption(new Option('--states <count>', 'most states to walk through').argParser(states).default(2_000, '2000'))
    .option('--html <file>', 'write a page with the versions and edits that tell most')
    .option('--rules <dir>', 'folder of the rules')
    .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']).default('auto'))
    .action(async (name: string, options) => (await import('./explore.ts')).exploreCommand(name, options));
  program
    .command('serve')
    .description('show the history, races, threads and schedules in a browser; nothing is written')
    .addOption(new Option('--port <port>', 'port; 0 takes any free one').argParser(port).default(8765))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--allow-host <name...>', 'further names by which it may be asked', [])
    .option('--db <where>', 'a store, as file or URL; by default that of review --record, when there is one')
    .option('--rules <dir>', 'folder of the rules')
    .action(async (options) => (await import('./serve.ts')).serveCommand(options));
  program
    .command('site')
    .description('write the same pages as files')
    .argument('<dir>', 'a new folder, or one that relore site wrote')
    .option('--rules <dir>', 'folder of the rules')
    .action(async (dir: string, options) => (await import('./site.ts')).siteCommand(dir, options));
}

function port(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65_535) throw new InvalidArgumentError('Expected a port, 0 to 65535.');
  return number;
}

function states(value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1 || count > MOST_STATES)
    throw new InvalidArgumentError(`Expected a number of states, 1 to ${MOST_STATES}.`);
  return count;
}

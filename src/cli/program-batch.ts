// The commands for whole archives.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withOptIn } from './program-ci.ts';

const TIMEOUT = 120; // seconds of one series
const MEMORY = 1024; // MB of one thread
const LEASE = 900; // seconds

const EVERY = 300; // seconds between two looks
const MOST = 3; // series of a day that the command of a watch is told of

/** Adds `batch`, `batch status`, `worker` and `watch`. `withRunOptions` adds the options of every command that runs the checker. */
export function addBatch(program: Command, withRunOptions: (command: Command) => Command): void {
  const batch = program
    .command('batch')
    .description('review every series of whole archives; only what is new is run, and only schedules are told')
    .argument('<source...>', 'mbox archives, maildirs, public-inbox folders; series are put together across them')
    .option('--db <store>', 'file of the store, or postgres://... to share the work with relore worker')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'jsonl']).default('table'))
    .option('-o, --output <file>', 'write to a file, whole or not at all')
    .option('--no-wait', 'with PostgreSQL: end when all is in the queue');
  withLimits(withRunOptions(batch)).action(async (sources: string[], options) =>
    (await import('./batch.ts')).batchCommand(sources, options),
  );
  batch
    .command('status')
    .description('what is in the queues of a PostgreSQL server, and what was given up')
    .option('--db <url>', 'postgres://...')
    // batch has --db too, and takes it wherever it stands.
    .action(async (_, self: Command) => (await import('./batch-status.ts')).batchStatus(self.optsWithGlobals()));
  const worker = program
    .command('worker')
    .description('take work from the queues of a PostgreSQL server')
    .requiredOption('--db <url>', 'postgres://...')
    .option('--until-empty', 'end when no chunk is left', false)
    .addOption(new Option('--rules <dir>', 'folder of the rules').default(undefined, 'the rules that are shipped'));
  withLimits(worker).action(async (options) => (await import('./worker.ts')).workerCommand(options));
  const watch = program
    .command('watch')
    .description('follow a public-inbox and tell of a series only when a schedule exists; sends nothing')
    .argument('<source>', 'folder of a public-inbox (v2), or its URL')
    .option('--db <store>', 'file of the store, or postgres://...')
    .addOption(new Option('--every <seconds>', 'time between two looks').argParser(count).default(EVERY))
    .option('--once', 'look once and end', false)
    .option('--exec <command>', 'run this with the results as JSON on standard input when a series opens something')
    .addOption(new Option('--most <count>', 'series of a day that --exec is run for').argParser(count).default(MOST));
  withLimits(withRunOptions(withOptIn(watch))).action(async (source: string, options, self: Command) => {
    const { settled } = await import('./settle.ts');
    await (await import('./watch.ts')).watchCommand(source, settled(self, options));
  });
}

function withLimits(command: Command): Command {
  return command
    .addOption(new Option('--threads <count>', 'worker threads; one a processor, or one for a worker').argParser(count))
    .addOption(new Option('--timeout <seconds>', 'most time for one series').argParser(count).default(TIMEOUT))
    .addOption(new Option('--memory <MB>', 'most heap of one thread').argParser(count).default(MEMORY))
    .addOption(
      new Option('--lease <seconds>', 'a worker that is silent for so long loses its chunk')
        .argParser(count)
        .default(LEASE),
    );
}

function count(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Expected a number, 1 or more.');
  return number;
}

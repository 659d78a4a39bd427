import { readThread } from '../mail/read.ts';
import { renderB4Check } from '../report/check.ts';
import { undecidedOf } from '../report/finding-words.ts';
import { review } from '../review.ts';
import { EXIT } from './exit.ts';
import { emit } from './output.ts';
import { packageRoot, shippedRules } from './package-root.ts';
import { checkTreeOptions, type RunOptions } from './run.ts';
import { checkFolder, joined, readSources } from './source.ts';

/**
 * Reads one mail on standard input and prints the JSON array that `b4 review` takes from a check command: one entry, or
 * none when no rule covers the patch or nothing was decided; the reason for that is on stderr. The exit code is 0
 * whenever the array was printed: b4 takes another one without output for a broken tool.
 */
export async function b4CheckCommand(options: RunOptions): Promise<void> {
  await checkTreeOptions(options);
  const rulesDir = options.rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  const { bytes, name } = joined(await readSources(['-']));
  const { tree, base, kernel } = options;
  const found = await review(await readThread(bytes, name), {
    rulesDir,
    models: options.model,
    states: options.bound,
    version: packageRoot().version,
    ...(tree === undefined ? {} : { tree }),
    ...(base === undefined ? {} : { base }),
    ...(kernel === undefined ? {} : { kernel }),
  });
  for (const { words } of undecidedOf(found)) process.stderr.write(`relore: ${words.replace(/\p{Cc}/gu, '?')}\n`);
  await emit(renderB4Check(found, { replay: 'relore replay MAIL' }), undefined);
  process.exitCode = EXIT.nothing;
}

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { openDefinitions } from '../c/definitions.ts';
import { openFunctionIndex } from '../c/function-index.ts';
import { openGitTree } from '../c/git-tree.ts';
import { applySeries } from '../c/series.ts';
import { openTree } from '../c/tree.ts';
import { InputError } from '../errors.ts';
import type { Knowledge } from '../knowledge.ts';
import { loadKnowledge, placementFiles } from '../knowledge.ts';
import { lowerFunction } from '../lower.ts';
import { readThread } from '../mail/read.ts';
import type { KernelSource, Refusal } from '../types.ts';
import { EXIT } from './exit.ts';
import { lowerJson, lowerText } from './lower-text.ts';
import { emit } from './output.ts';
import { shippedRules } from './package-root.ts';
import { checkTreeOptions } from './run.ts';
import { checkFolder, joined, readSources } from './source.ts';

/** Options of `relore lower`. */
export interface LowerCommandOptions {
  readonly tree?: string;
  readonly base?: string;
  readonly kernel?: string;
  readonly rules?: string;
  readonly patch?: string; // file of a patch, a series or a thread
  readonly scenario?: string; // RULE/SCENARIO
  readonly format: 'text' | 'json';
  readonly all: boolean; // also what the scenario does not watch
}

/**
 * Prints the instructions that a function is lowered to, and with `--patch` what the patch does to them. Exit 3 when it
 * is refused. Throws InputError for an unknown function, naming ones that are like it, and for options that cannot be used.
 */
export async function lowerCommand(name: string, options: LowerCommandOptions): Promise<void> {
  await checkTreeOptions(options);
  const rulesDir = options.rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  const knowledge = await loadKnowledge(rulesDir);
  const source = sourceOf(knowledge, options);
  checkScenario(knowledge, options.scenario);
  const patched = options.patch === undefined ? undefined : await patchedSource(knowledge, source, options.patch);
  if (patched !== undefined && 'why' in patched) return refused(name, patched, undefined);
  checkFunction(name, patched?.source ?? source, knowledge);
  const { scenario, all } = options;
  const lowered = lowerFunction(knowledge, source, {
    name,
    all,
    ...(scenario === undefined ? {} : { scenario }),
    ...(patched === undefined ? {} : { after: patched.source }),
  });
  if (lowered.kind === 'refused') return refused(name, lowered.refusal, lowered.scenario);
  const shown = { name, source: source.name, lowered, notes: patched?.notes ?? [] };
  await emit(options.format === 'json' ? lowerJson(shown) : lowerText(shown), undefined);
}

function sourceOf(knowledge: Knowledge, { tree, base, kernel }: LowerCommandOptions): KernelSource {
  if (tree !== undefined) return base === undefined ? openTree(tree) : openGitTree(tree, base);
  const { stack } = knowledge;
  return stack.at(kernel ?? stack.tags[stack.tags.length - 1] ?? '');
}

function checkScenario(knowledge: Knowledge, wanted: string | undefined): void {
  const names = knowledge.rules.flatMap((rule) => rule.scenarios.map((one) => `${rule.name}/${one.name}`));
  if (wanted !== undefined && !names.includes(wanted))
    throw new InputError({ place: { file: '--scenario' }, expected: `one of ${names.join(', ')}`, found: wanted });
}

/** Throws InputError with the names that are like `name` when the source does not define it. */
function checkFunction(name: string, source: KernelSource, { workshop }: Knowledge): void {
  // What page-flags.h makes by macros stands in no file.
  if (openDefinitions(source, workshop.config, workshop.index).function(name, '') !== undefined) return;
  const index = openFunctionIndex(source, source.kind === 'tree' ? cacheFolder() : undefined);
  if (index.find(name).length > 0) return;
  const near = /^\w+$/.test(name) ? index.near(name) : [];
  const found = near.length === 0 ? 'none like it' : `${near.map((one) => `${one}()`).join(', ')} that are like it`;
  throw new InputError({ place: { file: source.name }, expected: `a function ${name}()`, found });
}

/** $XDG_CACHE_HOME/relore, or ~/.cache/relore; the specification has a relative path ignored. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME } = process.env;
  const isUsable = XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME);
  return join(isUsable ? XDG_CACHE_HOME : join(homedir(), '.cache'), 'relore');
}

/** The source after every patch in `file`, in order; the refusal of the first one that does not apply. */
async function patchedSource(
  knowledge: Knowledge,
  source: KernelSource,
  file: string,
): Promise<{ readonly source: KernelSource; readonly notes: readonly string[] } | Refusal> {
  const { bytes, name } = joined(await readSources([file]));
  const { patches } = await readThread(bytes, name);
  if (patches.length === 0) throw new InputError({ place: { file }, expected: 'a patch', found: 'none' });
  const series = applySeries(source, patches, placementFiles(knowledge));
  const notes: string[] = [];
  for (const { applied } of series.patches) {
    if (applied.kind === 'refused') return applied.refusal;
    notes.push(...applied.notes);
  }
  return { source: series.source, notes };
}

function refused(name: string, { what, why, place }: Refusal, scenario: string | undefined): void {
  const where = place === undefined ? '' : `${place.file}:${place.line}: `;
  const within = scenario === undefined ? '' : ` in ${scenario}`;
  const line = `relore: ${name}() is not lowered${within}: ${where}${what}: ${why}`;
  process.stderr.write(`${line.replace(/\p{Cc}/gu, '?')}\n`);
  process.exitCode = EXIT.undecided;
}

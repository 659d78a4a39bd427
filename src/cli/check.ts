import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { explainLitmus } from '../check/litmus/explain.ts';
import { type Litmus, litmus } from '../check/litmus/litmus.ts';
import { judgeLitmus, type LitmusVerdict, refusalWords, verdictText } from '../check/litmus/report.ts';
import { InputError } from '../errors.ts';
import type { MemoryModel } from '../types.ts';
import { EXIT } from './exit.ts';
import { exportCommand } from './export.ts';
import { emit } from './output.ts';

/** Options of `relore check`. */
export interface CheckCommandOptions {
  readonly model: readonly MemoryModel[];
  readonly format: 'terminal' | 'json';
  readonly bound: number; // distinct states of one search under tso
  readonly output?: string;
  readonly export?: boolean; // the path names a scenario to be written as a litmus test
  readonly kernel?: string; // of --export
  readonly explain?: boolean; // under lkmm: one execution, and the fences that would forbid it
}

/**
 * Checks C litmus tests, named by files or folders, and prints the verdicts in herd's words. Exit 3 when a test was refused or
 * not decided, 2 when a file cannot be read as a litmus test; the others are checked all the same.
 */
export async function checkCommand(paths: readonly string[], options: CheckCommandOptions): Promise<void> {
  if (options.export === true) return exportCommand(paths[0]!, options.kernel, options.output);
  const files = (await Promise.all(paths.map(litmusFiles))).flat();
  const texts: string[] = [];
  const verdicts: LitmusVerdict[] = [];
  let unreadable = 0;
  for (const file of files) {
    try {
      const test = litmus(await readText(file), file);
      for (const model of options.model) {
        const verdict =
          test.kind === 'litmus'
            ? judgeLitmus(test, model, undefined, options.bound)
            : refused(file, model, test.refusal);
        verdicts.push(verdict);
        texts.push(textOf(verdict, test.kind === 'litmus' ? test : undefined, options.model.length > 1));
        if (options.explain === true && model === 'lkmm' && test.kind === 'litmus')
          texts.push(`${explainLitmus(test).join('\n')}\n`);
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      process.stderr.write(`relore: ${error.message.replace(/\p{Cc}/gu, '?')}\n`);
      unreadable++;
    }
  }
  const undecided = verdicts.filter(({ word }) => word === undefined).length;
  if (options.format === 'json') await emit(`${JSON.stringify(verdicts, undefined, 2)}\n`, options.output);
  else await emit([...texts, summary(files.length, verdicts, unreadable)].join('\n'), options.output);
  process.exitCode = unreadable > 0 ? EXIT.input : undecided > 0 ? EXIT.undecided : EXIT.nothing;
}

function refused(file: string, model: MemoryModel, refusal: NonNullable<LitmusVerdict['refusal']>): LitmusVerdict {
  return { test: file, file, model, kind: 'refused', refusal };
}

function textOf(verdict: LitmusVerdict, test: Litmus | undefined, namesModel: boolean): string {
  const head = namesModel ? `Model ${verdict.model}\n` : '';
  if (test !== undefined) return `${head}${verdictText(verdict, test)}`;
  return `${head}Test ${verdict.test}\nRefused ${verdict.refusal === undefined ? '' : refusalWords(verdict.refusal)}\n`;
}

function summary(files: number, verdicts: readonly LitmusVerdict[], unreadable: number): string {
  if (files < 2) return '';
  const count = (test: (verdict: LitmusVerdict) => boolean): number => verdicts.filter(test).length;
  const words = [
    `${count(({ word }) => word === 'Never')} never`,
    `${count(({ word }) => word === 'Sometimes')} sometimes`,
    `${count(({ word }) => word === 'Always')} always`,
    `${count(({ kind, word }) => kind === 'bounded' && word === undefined)} undecided`,
    `${count(({ kind }) => kind === 'refused')} refused`,
    `${unreadable} unreadable`,
  ];
  return `${files} files: ${words.join(', ')}\n`;
}

/** A file, or the .litmus files in a folder and below it, sorted. */
async function litmusFiles(path: string): Promise<readonly string[]> {
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined)
    throw new InputError({ place: { file: path }, expected: 'a litmus test or a folder of them', found: 'nothing' });
  if (!entry.isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  const found = names.filter((name) => name.endsWith('.litmus')).sort();
  if (found.length === 0)
    throw new InputError({ place: { file: path }, expected: 'a folder with .litmus files', found: 'none' });
  return found.map((name) => join(path, name));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'an error';
    throw new InputError({ place: { file }, expected: 'a file that can be read', found: code });
  }
}

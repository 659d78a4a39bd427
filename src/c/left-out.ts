// Why a function that a person asks for is in the text of a source and not in its code: an #if, a file that is not built,
// or a macro of that name.
import type { KernelSource, Refusal } from '../types.ts';
import type { Whereabouts } from './definitions.ts';
import { findFunctions, findMacros } from './functions.ts';
import type { Config } from './preprocess.ts';
import { blankComments } from './preprocess.ts';

/** What decides which text is code. */
export interface Choices {
  readonly built: Whereabouts['built'];
  readonly config: Config;
  readonly file: string; // of the configuration, for the words
}

/**
 * Returns why no function `name` is found in `source`, naming the file and line that has it when there is one.
 * Reads every file that has the name in it.
 */
export function whyNotFound(source: KernelSource, name: string, { built, config, file }: Choices): Refusal {
  const expected = `expected a function ${name}() in ${source.name}`;
  for (const path of source.paths) {
    const text = source.read(path)?.text ?? '';
    if (!text.includes(name)) continue;
    const [kind, found] = [['function', findFunctions(text)] as const, ['macro', findMacros(text)] as const].flatMap(
      ([of, list]) => list.filter((one) => one.name === name).map((one) => [of, one] as const),
    )[0] ?? [undefined];
    if (found === undefined) continue;
    const place = { file: path, line: found.line };
    const option = built.get(path);
    const under = openConditions(text, found.line).filter((one) => !config.has(one.replace(/^#ifdef\s+/, '')));
    if (kind === 'macro') return { what: name, why: `${expected}, found a macro of that name`, place };
    const where = [
      ...(option === undefined ? [] : [`in a file that is built with ${option}`]),
      ...under.map((one) => `under ${one}`),
    ];
    if (where.length === 0) continue;
    return { what: name, why: `${expected}, found it only ${where.join(', ')}, which ${file} leaves out`, place };
  }
  return { what: name, why: `${expected}, found none` };
}

/** The #if lines that are open at a line (1-based), outermost first; of an #else, both. */
function openConditions(text: string, line: number): string[] {
  const open: string[] = [];
  for (const one of blankComments(text)
    .split('\n')
    .slice(0, line - 1)) {
    const [, word = '', rest = ''] = /^\s*#\s*(\w+)\b(.*)$/.exec(one) ?? [];
    if (/^if/.test(word)) open.push(`#${word}${rest.trimEnd()}`);
    else if (/^el/.test(word)) open.push(`the #${word}${rest.trimEnd()} of ${open.pop() ?? '#if'}`);
    else if (word === 'endif') open.pop();
  }
  return open;
}

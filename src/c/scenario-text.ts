// The text of a scenario: its objects, and the comments that make a function a process or an invariant. What it says
// depends on the source only through the names that its #ifs ask for, so a reading is kept for all sources that agree.
import { InputError } from '../errors.ts';
import type { KernelSource } from '../types.ts';
import type { CDeclarator } from './ast.ts';
import { convertDeclaration } from './convert-type.ts';
import type { Definitions } from './definitions.ts';
import { newIndexCache, openDefinitions } from './definitions.ts';
import { parse, problems } from './grammar.ts';
import type { Config } from './preprocess.ts';
import { preprocess } from './preprocess.ts';
import { SyntaxRefusal } from './reader.ts';

/** A scenario's text and where it stands in its rule file. */
export interface ScenarioText {
  readonly name: string; // 'stranded-unevictable/S1'
  readonly file: string;
  readonly line: number; // 1-based, of the first line of `code` in the file
  readonly code: string;
}

/** A scenario as it reads for some sources. */
export interface Reading {
  readonly definitions: Definitions; // of its functions, macros and structs
  readonly text: string; // preprocessed; its lines are those of the rule file
  readonly objects: readonly { readonly variable: CDeclarator; readonly line: number }[]; // and prototypes; in order
  readonly marks: readonly Mark[];
}

export type ReadingCache = Map<string, Reading>;

/** Reads a scenario for the source that `tree` looks up. Throws InputError (file:line) when its text is not valid. */
export function readScenario(
  workshop: { readonly config: Config; readonly readings: ReadingCache },
  tree: Definitions,
  scenario: ScenarioText,
): Reading {
  const isDefined = (name: string): boolean =>
    tree.function(name, '') !== undefined || tree.macro(name, '') !== undefined || tree.struct(name) !== undefined;
  const answers = askedNames(scenario.code).map((name) => (isDefined(name) ? name : ''));
  const key = `${scenario.file}:${scenario.line}:${answers.join()}\n${scenario.code}`;
  const known = workshop.readings.get(key);
  if (known !== undefined) return known;
  const text = '\n'.repeat(scenario.line - 1) + scenario.code;
  const file = { path: scenario.file, text };
  const own: KernelSource = {
    kind: 'model',
    name: file.path,
    paths: [file.path],
    read: (path) => (path === file.path ? file : undefined),
  };
  const clean = preprocess(text, workshop.config, isDefined).text;
  const reading: Reading = {
    definitions: openDefinitions(own, workshop.config, newIndexCache(), isDefined),
    text: clean,
    objects: readObjects(scenario, clean),
    marks: readMarks(scenario, text),
  };
  workshop.readings.set(key, reading);
  return reading;
}

/** The names that the #if lines of a scenario may ask for, sorted. */
function askedNames(code: string): string[] {
  const names = new Set<string>();
  for (const line of code.match(/^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif)\b(?:\\\n|[^\n])*/gm) ?? []) {
    for (const name of line.match(/[A-Za-z_]\w*/g) ?? [])
      if (!/^(?:if|ifdef|ifndef|elif|defined)$/.test(name)) names.add(name);
  }
  return [...names].sort();
}

function readObjects(scenario: ScenarioText, text: string): { variable: CDeclarator; line: number }[] {
  const parsed = parse(text, 0, 1);
  const problem = problems(parsed, parsed.root)[0];
  if (problem !== undefined)
    throw invalid(scenario, problem.line, 'C that can be read', `a syntax error at ${problem.found}`);
  try {
    return parsed.root.namedChildren.flatMap((node) =>
      node?.type !== 'declaration'
        ? []
        : convertDeclaration(parsed, node).map((variable) => ({ variable, line: node.startPosition.row + 1 })),
    );
  } catch (error) {
    if (error instanceof SyntaxRefusal) throw invalid(scenario, error.line, 'C that can be lowered', error.found);
    throw error;
  }
}

/** The error of a scenario whose own text is not valid. */
export function invalid(scenario: ScenarioText, line: number, expected: string, found: string): InputError {
  return new InputError({ place: { file: scenario.file, line }, expected, found });
}

/** A comment that says what the function behind it is. */
export type Mark =
  | {
      readonly kind: 'process';
      readonly name: string;
      readonly runs: 'process' | 'task' | 'interrupt'; // process: on a CPU of its own, whatever its name
      readonly cpu: string;
      readonly words: string;
      readonly line: number;
    }
  | {
      readonly kind: 'invariant';
      readonly name: string;
      readonly when: 'end' | 'always';
      readonly level: 'error' | 'information';
      readonly words: string;
      readonly line: number;
    };

const PROCESS = /^\s*\/\*\s*(process|task|interrupt)\s+(P\d+)\s+on\s+(\w+)\s*:\s*(.*?)\s*\*\/\s*$/;
const INVARIANT =
  /^\s*\/\*\s*invariant\s+([\w-]+)\s+(?:at\s+(end)|(always))\s*(,\s*information)?\s*:\s*(.*?)\s*\*\/\s*$/;

/** The comments that say which function is a process and which an invariant. */
function readMarks(scenario: ScenarioText, text: string): Mark[] {
  const marks: Mark[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const process = PROCESS.exec(line);
    const invariant = INVARIANT.exec(line);
    if (process !== null) {
      marks.push({
        kind: 'process',
        name: process[2] ?? '',
        runs: process[1] as 'process' | 'task' | 'interrupt',
        cpu: process[3] ?? '',
        words: process[4] ?? '',
        line: index + 1,
      });
    } else if (invariant !== null) {
      marks.push({
        kind: 'invariant',
        name: invariant[1] ?? '',
        when: invariant[2] === undefined ? 'always' : 'end',
        level: invariant[4] === undefined ? 'error' : 'information',
        words: invariant[5] ?? '',
        line: index + 1,
      });
    } else if (/^\s*\/\*\s*(?:(?:process|invariant)\b|(?:interrupt|task)\s+P\d)/.test(line)) {
      throw invalid(
        scenario,
        index + 1,
        '`/* process P0 on cpu1: label */` or `/* invariant NAME at end|always[, information]: words */`',
        line.trim(),
      );
    }
  }
  return marks;
}

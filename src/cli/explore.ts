// `relore explore`: every schedule of a scenario, step by step, on a terminal, as text or as a page.

import { once } from 'node:events';
import { emitKeypressEvents } from 'node:readline';
import { type Code, codesOf } from '../codes.ts';
import { InputError } from '../errors.ts';
import { lowerCode, scenarioWalks, traceOf, walkCode } from '../explorer.ts';
import { readHistory } from '../history/file.ts';
import { type Knowledge, loadKnowledge } from '../knowledge.ts';
import { renderTrace } from '../report/trace.ts';
import type { Rule, Scenario } from '../types.ts';
import type { WalkCode } from '../web/walk-data.ts';
import { walkPage } from '../web/walk-page.ts';
import { EXIT } from './exit.ts';
import { screenLines } from './explore-screen.ts';
import { pathOf, pressed, type View, viewOf } from './explore-view.ts';
import { type ColorWish, emit, terminalWidth, wantsColor } from './output.ts';
import { packageRoot, shippedRules } from './package-root.ts';
import { checkFolder } from './source.ts';

/** Options of `relore explore`. */
export interface ExploreOptions {
  readonly kernel?: string; // by default the newest version
  readonly edit: readonly string[]; // names of edits of the rule, in order
  readonly model: 'sc' | 'tso';
  readonly path?: string; // '0/2/1'
  readonly states: number;
  readonly html?: string; // file
  readonly rules?: string;
  readonly color: ColorWish;
}

/**
 * Steps through the schedules of `name` (a rule, or rule/scenario): by keys where input and output are a terminal, else the schedule
 * that `--path` names is printed, or one that violates. Throws InputError for a rule, scenario, version, edit or path that is not there.
 */
export async function exploreCommand(name: string, options: ExploreOptions): Promise<void> {
  const rulesDir = options.rules ?? shippedRules();
  await checkFolder(rulesDir, 'a folder of rules');
  const knowledge = await loadKnowledge(rulesDir);
  const { rule, scenario } = scenarioNamed(knowledge, name);
  if (options.html !== undefined) {
    const codes = codesOf(readHistory(rulesDir), knowledge.stack.tags, rule, scenario.name, options.model);
    const asked = options.kernel === undefined && options.edit.length === 0 ? [] : [codeOf(knowledge, options)];
    const others = codes.filter(({ id }) => asked.every((one) => one.id !== id));
    const lowered = [...asked, ...others].map((one) => lowerCode(knowledge, rule, scenario, one));
    const walks = scenarioWalks(lowered, options.model, options.states);
    const { version } = packageRoot();
    const page = walkPage({ version, rule, scenario, model: options.model, walks, models: [], alone: true });
    await emit(page, options.html);
    return;
  }
  const lowered = lowerCode(knowledge, rule, scenario, codeOf(knowledge, options));
  const code = 'refusal' in lowered ? lowered.refusal : walkCode(lowered, options.model, options.states);
  if ('what' in code) {
    process.stderr.write(`relore: not modelled: ${code.what}: ${code.why}\n`);
    process.exitCode = EXIT.undecided;
    return;
  }
  const { view, fits } = viewOf(code.walk, options.path ?? code.walk.path);
  if (!fits)
    throw new InputError({
      place: { file: '--path' },
      expected: `a schedule of ${rule.name}/${scenario.name} on ${code.id}`,
      found: options.path ?? '',
    });
  if (process.stdin.isTTY && process.stdout.isTTY)
    await walkThrough(`${rule.name} ${scenario.name}`, code, view, options);
  else await emit(printed(code, view, rule, scenario, options), undefined);
  process.exitCode = EXIT.nothing;
}

function scenarioNamed({ rules }: Knowledge, name: string): { readonly rule: Rule; readonly scenario: Scenario } {
  const [ruleName = '', scenarioName] = name.split('/');
  const rule = rules.find((one) => one.name === ruleName);
  if (rule === undefined) {
    const expected = `one of the rules ${rules.map((one) => one.name).join(', ')}`;
    throw new InputError({ place: { file: 'rules' }, expected, found: ruleName });
  }
  const scenario =
    scenarioName === undefined ? rule.scenarios[0] : rule.scenarios.find((one) => one.name === scenarioName);
  if (scenario === undefined) {
    const expected = `one of the scenarios ${rule.scenarios.map((one) => one.name).join(', ')}`;
    throw new InputError({ place: { file: rule.file }, expected, found: scenarioName ?? 'none' });
  }
  return { rule, scenario };
}

function codeOf({ stack }: Knowledge, { kernel, edit }: ExploreOptions): Code {
  const version = kernel ?? stack.tags.at(-1) ?? '';
  return { id: [version, ...edit].join(' + '), version, edits: edit, words: '' };
}

function printed(code: WalkCode, view: View, rule: Rule, scenario: Scenario, options: ExploreOptions): string {
  const { walk } = code;
  const name = pathOf(walk, view);
  const trace = traceOf(walk, view.taken, { rule: rule.name, scenario: scenario.name, code: code.id, name });
  return renderTrace(trace, { width: terminalWidth(), color: wantsColor(options.color, false) });
}

/** Redraws after each key, until the reader leaves; the terminal is as before then, also after Ctrl-C. */
async function walkThrough(title: string, code: WalkCode, start: View, options: ExploreOptions): Promise<void> {
  const { stdin, stdout } = process;
  let view: View | undefined = start;
  const draw = (): void => {
    const screen = { width: stdout.columns, height: stdout.rows, color: wantsColor(options.color, false) };
    const lines = view === undefined ? [] : screenLines(title, code, view, screen);
    stdout.write(`\u001b[H\u001b[J${lines.join('\r\n')}`);
  };
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdout.write('\u001b[?1049h\u001b[?25l');
  stdout.on('resize', draw);
  try {
    while (view !== undefined) {
      draw();
      const [text, key] = (await once(stdin, 'keypress')) as [string | undefined, { name?: string; ctrl?: boolean }];
      view = key.ctrl === true && key.name === 'c' ? undefined : pressed(code.walk, view, key.name ?? text ?? '');
    }
  } finally {
    stdout.off('resize', draw);
    stdout.write('\u001b[?25h\u001b[?1049l');
    stdin.setRawMode(false);
    stdin.pause();
  }
}

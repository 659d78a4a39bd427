import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { openTree } from '../c/tree.ts';
import { loadKnowledge } from '../knowledge.ts';
import { EXIT } from './exit.ts';
import { runGit } from './git.ts';
import { packageRoot, shippedRules } from './package-root.ts';
import { isCi, readSettings, settingsFile } from './settings.ts';

interface Line {
  readonly mark: 'ok' | 'no' | '--'; // --: not needed
  readonly what: string;
  readonly words: string;
}

/**
 * Prints what relore finds on this machine: its own parts, git, b4, the kernel tree of `--tree`, settings and CI. Nothing is fetched.
 * The exit code is 2 when a part is missing that a review needs.
 */
export async function doctorCommand(options: { readonly tree?: string; readonly rules?: string }): Promise<void> {
  const lines: Line[] = [
    { mark: 'ok', what: 'relore', words: `${packageRoot().version} on Node ${process.version}, ${process.platform}` },
    grammarLine(),
    await rulesLine(options.rules ?? shippedRules()),
    gitLine(),
    programLine('b4', 'fetches threads; relore reads the mbox that `b4 mbox` writes'),
    treeLine(options.tree),
    ...settingsLines(),
    { mark: '--', what: 'CI', words: isCi(process.env) ? 'set: --only new is the default' : 'not set' },
  ];
  const width = Math.max(...lines.map(({ what }) => what.length));
  for (const { mark, what, words } of lines)
    process.stdout.write(`${mark}  ${what.padEnd(width)}  ${words.replace(/\p{Cc}/gu, '?')}\n`);
  process.exitCode = lines.some(({ mark }) => mark === 'no') ? EXIT.input : EXIT.nothing;
}

function grammarLine(): Line {
  const { folder } = packageRoot();
  const found = ['dist/grammars/tree-sitter-c.wasm', 'node_modules/tree-sitter-c/tree-sitter-c.wasm'].find((path) =>
    existsSync(join(folder, path)),
  );
  if (found === undefined) return { mark: 'no', what: 'C grammar', words: 'missing: run npm ci' };
  return { mark: 'ok', what: 'C grammar', words: `${found}, ${statSync(join(folder, found)).size} bytes` };
}

async function rulesLine(folder: string): Promise<Line> {
  try {
    const { rules, stack, hash } = await loadKnowledge(folder);
    const versions = `model sources ${stack.tags[0] ?? ''} to ${stack.tags.at(-1) ?? ''}`;
    return { mark: 'ok', what: 'rules', words: `${rules.length} rules, ${versions}, ${hash.slice(0, 12)}` };
  } catch (error) {
    return { mark: 'no', what: 'rules', words: error instanceof Error ? error.message : String(error) };
  }
}

function gitLine(): Line {
  const { status, out } = runGit(process.cwd(), ['--version']);
  if (status !== 0) return { mark: '--', what: 'git', words: 'not found: ranges and --base need it' };
  return { mark: 'ok', what: 'git', words: out.toString('utf8').trim() };
}

function programLine(name: string, use: string): Line {
  const found = (process.env['PATH'] ?? '').split(delimiter).find((folder) => isProgram(join(folder, name)));
  if (found === undefined) return { mark: '--', what: name, words: `not found: ${use}` };
  return { mark: 'ok', what: name, words: join(found, name) };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function treeLine(tree: string | undefined): Line {
  if (tree === undefined) return { mark: '--', what: 'tree', words: 'none given: the model sources are used' };
  try {
    return { mark: 'ok', what: 'tree', words: `${tree}: kernel ${openTree(tree).name}` };
  } catch (error) {
    return { mark: 'no', what: 'tree', words: error instanceof Error ? error.message : String(error) };
  }
}

function settingsLines(): Line[] {
  const file = settingsFile(process.env);
  const there = existsSync(file) ? `${file}, ${readFileSync(file).length} bytes` : `no ${file}`;
  try {
    const settings = readSettings(process.cwd(), process.env);
    const found = settings.map(({ name, value, file: from }) => `${name}=${value} (${from})`).join(', ');
    return [{ mark: '--', what: 'settings', words: found === '' ? there : found }];
  } catch (error) {
    return [{ mark: 'no', what: 'settings', words: error instanceof Error ? error.message : String(error) }];
  }
}

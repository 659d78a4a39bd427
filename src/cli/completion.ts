// Completion for bash, zsh and fish: a static script from the tree of commands, so that pressing Tab starts nothing.

import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

interface Entry {
  readonly path: string; // 'review', 'rules show'
  readonly words: string; // its description
  readonly options: readonly Option[];
}

/** Returns the completion script of a shell for all commands and options of `program`, ending with a newline. */
export function completionScript(program: Command, shell: (typeof SHELLS)[number]): string {
  const entries = entriesOf(program);
  switch (shell) {
    case 'bash':
      return bash(entries);
    case 'zsh':
      return `#compdef relore\nautoload -U +X bashcompinit && bashcompinit\n${bash(entries)}`;
    case 'fish':
      return fish(entries);
    default:
      return shell satisfies never;
  }
}

function entriesOf(program: Command): readonly Entry[] {
  return program.commands.flatMap((command) => {
    const own = { path: command.name(), words: command.description(), options: command.options };
    const inner = command.commands.map((sub) => ({
      path: `${command.name()} ${sub.name()}`,
      words: sub.description(),
      options: sub.options,
    }));
    return [own, ...inner];
  });
}

function flags(options: readonly Option[]): string[] {
  return [...new Set(options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)))];
}

/** One case a command; the word before decides whether a value with known choices is completed. */
function bash(entries: readonly Entry[]): string {
  const values = new Map<string, string>();
  for (const { path, options } of entries)
    for (const { long, argChoices } of options)
      if (long !== undefined && argChoices !== undefined)
        values.set(`"${path.split(' ')[0] ?? ''} ${long}"`, argChoices.join(' '));
  const tops = entries.filter(({ path }) => !path.includes(' '));
  const cases = tops.map(({ path, options }) => {
    const inner = entries.filter((entry) => entry.path.startsWith(`${path} `));
    const names = inner.map((entry) => entry.path.slice(path.length + 1));
    const all = [...options, ...inner.flatMap((entry) => entry.options)];
    return `    ${path}) words="${[...names, ...flags(all)].filter((word) => word !== '').join(' ')}";;`;
  });
  return [
    '_relore() {',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
    '  local words="" now="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
    '  case "${COMP_WORDS[1]} $before" in',
    ...[...values]
      .sort()
      .map(([flag, choices]) => `    ${flag}) COMPREPLY=($(compgen -W "${choices}" -- "$now")); return;;`),
    '  esac',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${tops.map(({ path }) => path).join(' ')} --help --version" -- "$now")); return`,
    '  fi',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash, not a template
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words --help" -- "$now"))',
    '}',
    'complete -o default -F _relore relore',
    '',
  ].join('\n');
}

function fish(entries: readonly Entry[]): string {
  const tops = entries.filter(({ path }) => !path.includes(' '));
  const lines = [
    ...tops.map(({ path, words }) => `complete -c relore -n __fish_use_subcommand -a ${path} -d ${quoted(words)}`),
    ...entries.flatMap(({ path, options }) => {
      const [first = '', second] = path.split(' ');
      const seen =
        second === undefined
          ? `__fish_seen_subcommand_from ${first}`
          : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
      const sub =
        second === undefined ? [] : [`complete -c relore -n '__fish_seen_subcommand_from ${first}' -a ${second}`];
      return [...sub, ...options.map((option) => fishOption(seen, option))];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function fishOption(seen: string, { short, long, argChoices, description, required }: Option): string {
  const words = [
    `complete -c relore -n '${seen}'`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(long === undefined ? [] : [`-l ${long.slice(2)}`]),
    ...(argChoices === undefined ? (required ? ['-r'] : []) : [`-x -a ${quoted(argChoices.join(' '))}`]),
    `-d ${quoted(description)}`,
  ];
  return words.join(' ');
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

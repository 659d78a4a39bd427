// The manual page, made from the commands and options themselves, so that it never says something else.

import type { Command, Option } from 'commander';

/** Sections of prose of the page: a title and paragraphs; a line that begins with four blanks is an example. */
export interface ManSection {
  readonly title: string;
  readonly text: string;
}

/** Returns relore(1) in the man macros of roff, ending with a newline. It has no date: the version names it. */
export function manPage(program: Command, version: string, sections: readonly ManSection[]): string {
  const lines = [
    `.TH RELORE 1 "" "relore ${version}" "User Commands"`,
    '.SH NAME',
    'relore \\- model\\-check the patches and fixes of a Linux mm mailing\\-list thread',
    '.SH SYNOPSIS',
    '.B relore',
    '.I command',
    '[\\fIoption\\fR ...] [\\fIsource\\fR ...]',
    '.SH DESCRIPTION',
    text(program.description()),
    '.SH COMMANDS',
    ...program.commands.flatMap((command) => commandLines(command, 'relore')),
    ...sections.flatMap(({ title, text: body }) => [`.SH ${title.toUpperCase()}`, ...prose(body)]),
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

function commandLines(command: Command, parent: string): string[] {
  const path = `${parent} ${command.name()}`;
  const usage = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [
    `.SS ${[path, ...usage].map(text).join(' ')}`,
    text(command.description()),
    ...command.options.flatMap(optionLines),
    ...command.commands.flatMap((sub) => commandLines(sub, path)),
  ];
}

function optionLines(option: Option): string[] {
  const choices = option.argChoices === undefined ? '' : ` One of ${option.argChoices.join(', ')}.`;
  const standard = standardOf(option);
  return ['.TP', `\\fB${text(option.flags)}\\fR`, text(`${option.description}${standard}.${choices}`)];
}

function standardOf({ defaultValue, defaultValueDescription }: Option): string {
  if (defaultValueDescription !== undefined) return ` (default: ${defaultValueDescription})`;
  return typeof defaultValue === 'string' || typeof defaultValue === 'number' ? ` (default: ${defaultValue})` : '';
}

function prose(body: string): string[] {
  return body
    .split('\n')
    .map((line) => (line === '' ? '.PP' : line.startsWith('    ') ? `.EX\n${text(line.trimEnd())}\n.EE` : text(line)));
}

/** roff escapes: a backslash, a minus, and a dot or quote at the start of a line. */
function text(line: string): string {
  const plain = line.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}

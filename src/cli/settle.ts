import { type Command, InvalidArgumentError, type Option } from 'commander';
import { InputError } from '../errors.ts';
import { isCi, readSettings, type Setting } from './settings.ts';

/**
 * Returns the options of a command with what git config, the settings file and CI say where the command line is silent.
 * In CI, and for a reply, only what is new is told. Throws InputError for a setting that the option would not take.
 */
export function settled<T extends object>(command: Command, options: T): T {
  const said = (attribute: string): boolean => command.getOptionValueSource(attribute) === 'cli';
  const changes: Record<string, unknown> = {};
  for (const setting of readSettings(process.cwd(), process.env)) {
    const option = command.options.find(({ long }) => long === `--${setting.name}`);
    if (option !== undefined && !said(option.attributeName())) changes[option.attributeName()] = taken(option, setting);
  }
  const whole = { ...options, ...changes };
  const isQuiet = isCi(process.env) || (whole as { format?: string }).format === 'reply';
  return isQuiet && !said('only') && changes['only'] === undefined && 'only' in whole
    ? { ...whole, only: 'new' }
    : whole;
}

/** The value as the option itself would have read it. */
function taken(option: Option, { name, value, file, line }: Setting): unknown {
  const refuse = (expected: string): InputError => {
    const place = line === undefined ? { file } : { file, line };
    return new InputError({ place, expected: `${name}: ${expected}`, found: `'${value}'` });
  };
  if (option.argChoices !== undefined && !option.argChoices.includes(value)) throw refuse(option.argChoices.join(', '));
  if (option.parseArg === undefined || option.argChoices !== undefined) return value;
  try {
    return option.parseArg(value, undefined);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw refuse(error.message.replace(/^Expected /, '').replace(/\.$/, ''));
    throw error;
  }
}

// Who asked to hear of findings, and how often they do: for drafts and for the command of `watch`. relore itself sends nothing.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '../errors.ts';
import { readThread } from '../mail/read.ts';
import { readRecipients } from '../mail/recipients.ts';

const SAME_SCENARIO = 3; // series of a day that may open one scenario; a further one is more likely our mistake than theirs

/** Lists and people who asked to hear of findings, addresses in lower case; absent: nobody was named. */
export interface OptIn {
  readonly lists?: readonly string[];
  readonly people?: readonly string[];
}

/** Whom a mail came from and went to. */
export interface Envelope {
  readonly from: string | undefined;
  readonly recipients: readonly string[]; // To and Cc, lower case
}

/** To and Cc of a draft. */
export interface Recipients {
  readonly to: string; // as the author writes it
  readonly cc: readonly string[];
}

/** Reads whom the mails of a thread came from and went to, by Message-ID. Throws InputError as readThread does. */
export async function readEnvelopes(bytes: Uint8Array, name: string): Promise<ReadonlyMap<string, Envelope>> {
  const [{ messages }, recipients] = await Promise.all([readThread(bytes, name), readRecipients(bytes, name)]);
  return new Map(messages.map(({ id, address }) => [id, { from: address, recipients: recipients.get(id) ?? [] }]));
}

/** Returns whom a draft may be addressed to: the author and the lists of the mail, when both asked; else nobody. */
export function recipientsOf(
  { from, recipients }: Envelope,
  { lists = [], people = [] }: OptIn,
): Recipients | undefined {
  const cc = recipients.filter((address) => lists.includes(address));
  const isAsked = from !== undefined && people.includes(from.toLowerCase());
  return isAsked && cc.length > 0 ? { to: from, cc } : undefined;
}

/** True when the named lists have the mail and the named people wrote it; whatever is not named asks for nothing. */
export function isAskedFor({ from, recipients }: Envelope, { lists, people }: OptIn): boolean {
  const isOfList = lists === undefined || recipients.some((address) => lists.includes(address));
  return isOfList && (people === undefined || (from !== undefined && people.includes(from.toLowerCase())));
}

/** One series that the command of a watch was told of. */
export interface Told {
  readonly day: string; // YYYY-MM-DD, UTC
  readonly scenarios: readonly string[]; // opened, with their rules
}

/**
 * Returns why a series must wait, or undefined: `most` series of this day were told, or three of them opened a scenario that this one opens
 * too, which points at one cause outside of them.
 */
export function heldBack(told: readonly Told[], next: Told, most: number): string | undefined {
  const today = told.filter(({ day }) => day === next.day);
  if (today.length >= most) return `${most} series were told today: --most`;
  const usual = next.scenarios.find(
    (scenario) => today.filter(({ scenarios }) => scenarios.includes(scenario)).length >= SAME_SCENARIO,
  );
  return usual === undefined ? undefined : `${usual} was opened by ${SAME_SCENARIO} series today: look for one cause`;
}

/** Reads what was told on `day`; a file that is not there has nothing. Throws InputError for one that relore did not write. */
export async function readTold(file: string, day: string): Promise<readonly Told[]> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  try {
    return (JSON.parse(text) as Told[]).filter((told) => told.day === day);
  } catch {
    const found = 'something else; remove it';
    throw new InputError({ place: { file }, expected: 'what an earlier watch wrote', found });
  }
}

/** Writes what was told, whole or not at all. */
export async function writeTold(file: string, told: readonly Told[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  await writeFile(beside, JSON.stringify(told));
  await rename(beside, file);
}

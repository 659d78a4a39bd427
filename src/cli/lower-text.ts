// What `relore lower` prints: columns of at most 100 characters, or JSON.

import type { IrChange } from '../c/ir-diff.ts';
import type { IrLine, IrListing } from '../c/ir-print.ts';
import type { LoweredFunction } from '../lower.ts';
import type { Place } from '../types.ts';

const WIDTH = 100;
const COLUMNS = { line: 7, label: 4, text: 47 };

/** What is printed of one function. */
export interface Shown {
  readonly name: string;
  readonly source: string; // name of the kernel source
  readonly lowered: LoweredFunction & { readonly kind: 'lowered' };
  readonly notes: readonly string[]; // how the patch was placed
}

/** Returns the text form: a heading, the changes of a patch, the instructions by source line, the assumptions. */
export function lowerText({ name, source, lowered, notes }: Shown): string {
  const { place, scenario, assumptions, changes, left } = lowered;
  const at = place === undefined ? 'added by the patch' : placeText(place);
  const lines = [
    `${name}()  ${at}  ${source}`,
    scenario === undefined
      ? 'in a driver that calls it once, with fresh objects whose fields are all 0 at first'
      : `in ${scenario}`,
  ];
  if (changes !== undefined) lines.push('', ...changesText(changes, notes));
  const [largest, ...others] = lowered.after ?? lowered.listings;
  if (changes !== undefined) lines.push('', 'after the patch:');
  if (largest !== undefined) lines.push('', ...listingText(largest, lowered));
  else lines.push('', 'no instruction: a row of rules/primitives.h stands for it, or it does nothing that is modelled');
  for (const other of others) lines.push(...wrapped(`also ${callText(other, lowered)}: ${counted(other)}`, 0));
  if (left.instructions + left.cells > 0) {
    const sentence = `left out: ${left.instructions} instructions and ${left.cells} cells of the scenario that it does not watch; --all prints them`;
    lines.push('', ...wrapped(sentence, 0));
  }
  if (assumptions.length > 0) lines.push('', 'assumptions:');
  for (const sentence of assumptions) lines.push(...wrapped(`- ${sentence}`, 2));
  return `${lines.map(printable).join('\n')}\n`;
}

/** Returns the JSON form (relore.lower/1). */
export function lowerJson({ name, source, lowered, notes }: Shown): string {
  const { kind: _, listings, after, changes, place, scenario, ...rest } = lowered;
  const shown = {
    schema: 'relore.lower/1',
    function: name,
    source,
    scenario: scenario ?? null,
    place: place ?? null,
    listings,
    ...(after === undefined ? {} : { after }),
    ...(changes === undefined ? {} : { changes, notes }),
    ...rest,
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function changesText(changes: readonly IrChange[], notes: readonly string[]): string[] {
  const lines = ['what the patch does:'];
  if (changes.length === 0) lines.push('  nothing that the scenario watches');
  for (const { kind, words, place } of changes)
    lines.push(...wrapped(`  ${kind.padEnd(8)} ${`${placeText(place)}`.padEnd(22)}  ${words}`, 11));
  for (const note of notes) lines.push(...wrapped(`  note: ${note}`, 8));
  return lines;
}

function listingText(listing: IrListing, lowered: Shown['lowered']): string[] {
  const lines = [`${callText(listing, lowered)}: ${counted(listing)}`];
  let heading = '';
  let before: IrLine | undefined;
  for (const line of listing.lines) {
    const within = `${line.function}()  ${line.place.file}`;
    if (within !== heading) lines.push(cut(`${'  '.repeat(Math.min(line.depth, 8))}${within}`));
    const isSame = within === heading && before?.source === line.source && before.place.line === line.place.line;
    heading = within;
    before = line;
    lines.push(instructionText(line, isSame));
  }
  return lines;
}

function instructionText({ place, label, text, source }: IrLine, isSame: boolean): string {
  const number = isSame ? '' : `${place.line}${place.added === true ? '+' : ''}`;
  const head = `${number.padStart(COLUMNS.line - 2)}  ${label.padEnd(COLUMNS.label)}`;
  const said = isSame ? '' : source;
  const room = WIDTH - head.length;
  if (said === '') return cut(`${head}${text}`);
  const body = text.length < COLUMNS.text ? text.padEnd(COLUMNS.text) : `${cut(text, room - 12)}  `;
  return cut(`${head}${body}${said}`).trimEnd();
}

function callText(listing: IrListing, lowered: Shown['lowered']): string {
  const process = lowered.processes.find((one) => one.name === listing.process);
  const label = process === undefined || lowered.scenario === undefined ? '' : ` (${process.label}, ${process.cpu})`;
  const [caller] = listing.callers;
  return `${listing.process}${label}${caller === undefined ? '' : `, called at ${placeText(caller)}`}`;
}

function counted({ lines }: IrListing): string {
  return lines.length === 1 ? '1 instruction' : `${lines.length} instructions`;
}

function placeText({ file, line, added }: Place): string {
  return `${file}:${line}${added === true ? '+' : ''}`;
}

function cut(text: string, width = WIDTH): string {
  return text.length <= width ? text : `${text.slice(0, width - 3)}...`;
}

/** Lines of at most 100 characters; further ones are indented. A word that is longer is cut. */
function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = /^ */.exec(text)?.[0] ?? '';
  const start = line.length;
  let isFresh = true;
  for (const part of text.slice(start).match(/\S+\s*/g) ?? []) {
    if (!isFresh && line.length + part.trimEnd().length > WIDTH) {
      lines.push(cut(line.trimEnd()));
      line = ' '.repeat(indent);
    }
    line += part;
    isFresh = false;
  }
  return [...lines, cut(line.trimEnd())];
}

function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

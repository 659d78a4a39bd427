// Who said a quoted line, when no attribution tells: the mail of the thread that has it as its own text.

import type { Block } from '../types.ts';
import type { BodyLine } from './lines.ts';

/** Lines by their authors; '' for a line that several authors wrote. */
export type SaidBy = Map<string, string>;

const TELLING = 16; // characters; shorter lines are said by everyone

/** Adds the unquoted lines of an author to `said`. */
export function remember(said: SaidBy, name: string, lines: readonly BodyLine[]): void {
  for (const { depth, text } of lines) {
    const line = text.trim();
    if (depth !== 0 || line.length < TELLING || line.length > 300) continue;
    const author = said.get(line);
    said.set(line, author === undefined || author === name ? name : '');
  }
}

/** Returns the blocks with unknown speakers named, where most telling lines of a block were written by one author earlier. */
export function nameSpeakers(blocks: readonly Block[], said: SaidBy): readonly Block[] {
  if (blocks.every((block) => block.speaker !== undefined)) return blocks;
  return blocks.map((block) => (block.speaker === undefined ? { ...block, speaker: speakerOf(block, said) } : block));
}

function speakerOf(block: Block, said: SaidBy): string | undefined {
  const telling = block.text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= TELLING);
  const votes = new Map<string, number>();
  for (const line of telling) {
    const author = said.get(line) ?? '';
    if (author !== '') votes.set(author, (votes.get(author) ?? 0) + 1);
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  return best !== undefined && best[1] * 2 > telling.length ? best[0] : undefined;
}

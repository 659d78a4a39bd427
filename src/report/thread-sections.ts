// What stands behind the tree of a thread: series with patches and trailers, quoted hunks, speakers.

import type { Patch, QuotedHunk, Thread, Trailer } from '../types.ts';
import { clean, counted } from './text.ts';

/** A line of a section; `level` is its indentation. */
export interface Row {
  readonly level: number;
  readonly text: string;
}

/** Returns titles and rows of what stands behind the tree; an empty section is left out. */
export function sections(thread: Thread): (readonly [string, readonly Row[]])[] {
  const all = [
    ['Series', seriesRows(thread)],
    [
      'Patches in replies',
      thread.patches.filter((patch) => patch.kind === 'reply').flatMap((patch) => patchRows(thread, patch, 0)),
    ],
    ['Quoted hunks', quotedRows(thread.quoted ?? [])],
    ['Not in the input', (thread.ghosts ?? []).map((id) => ({ level: 0, text: `<${id}>` }))],
    ['Speakers', thread.speakers.map((speaker) => ({ level: 0, text: speakerWords(speaker) }))],
  ] as const;
  return all.filter(([, rows]) => rows.length > 0);
}

function seriesRows(thread: Thread): Row[] {
  return thread.series.flatMap((series, index): Row[] => {
    const posting = thread.postings?.[index];
    const name = (at: number) => `"${thread.series[at]?.subject ?? ''}" v${thread.series[at]?.version ?? 1}`;
    const notes = [
      `v${series.version}`,
      ...(posting?.labels ?? []),
      counted(series.patches.length, 'patch'),
      ...(series.missing.length === 0 ? [] : [`${series.missing.join(', ')} missing`]),
      ...(posting?.cover === undefined ? [] : [`cover <${posting.cover}>`]),
      ...(posting?.resends === undefined ? [] : [`repeats ${name(posting.resends)}`]),
      ...(posting?.rerolls === undefined
        ? []
        : [`${series.missing.length > 0 ? 'replaces a part of' : 'replaces'} ${name(posting.rerolls)}`]),
    ];
    const patches = new Set(series.patches);
    return [
      { level: 0, text: `${series.subject}: ${notes.join(', ')}` },
      ...trailerRows(
        (thread.trailers ?? []).filter((trailer) => !trailer.own && trailer.series === index),
        1,
      ),
      ...thread.patches.filter((patch) => patches.has(patch.id)).flatMap((patch) => patchRows(thread, patch, 1)),
    ];
  });
}

function patchRows(thread: Thread, patch: Patch, level: number): Row[] {
  const given = (thread.trailers ?? []).filter((trailer) => !trailer.own && trailer.to === patch.id);
  return [{ level, text: patchWords(patch) }, ...trailerRows(given, level + 1)];
}

function trailerRows(trailers: readonly Trailer[], level: number): Row[] {
  return trailers.map((trailer) => ({
    level,
    text: `${trailer.name}: ${trailer.value}${trailer.mismatch === true ? ` (given by ${trailer.speaker ?? 'an unknown sender'})` : ''}`,
  }));
}

function patchWords(patch: Patch): string {
  const notes = [
    `${patch.index === undefined ? '' : `${patch.index}/${patch.total ?? '?'} `}by ${patch.author ?? 'unknown'}`,
    diffWords(patch),
    ...(patch.repeats === undefined ? [] : [`the same change as <${patch.repeats}>`]),
    ...(patch.amends === undefined ? [] : [`a fix for <${patch.amends}>`]),
    `<${clean(patch.id)}>`,
  ];
  return `${patch.title}: ${notes.join('; ')}`;
}

/** Returns the files, hunks and changed lines of a patch, and what is not whole. */
export function diffWords({ files }: Patch): string {
  const hunks = files.flatMap((file) => file.hunks);
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const count = (mark: string) => lines.filter((line) => line.startsWith(mark)).length;
  const broken = hunks.filter((hunk) => !hunk.complete).length;
  const binary = files.filter((file) => file.binary === true).length;
  const names = files.map((file) => file.newPath ?? file.oldPath ?? '?');
  const shown = names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
  return [
    `${shown}: ${counted(hunks.length, 'hunk')}, +${count('+')} -${count('-')}`,
    ...(broken === 0 ? [] : [`${broken} incomplete`]),
    ...(binary === 0 ? [] : [`${binary} binary`]),
  ].join(', ');
}

/** One line for each hunk that the sender of a mail comments on; the rest is counted. */
function quotedRows(quoted: readonly QuotedHunk[]): Row[] {
  const own = quoted.filter((hunk) => hunk.depth > 0 && hunk.comments.some((comment) => comment.depth === 0));
  const anchored = quoted.filter((hunk) => hunk.anchor !== undefined).length;
  const rest = `${counted(quoted.length, 'quoted hunk')}, ${anchored} found in a patch of the thread, ${own.length} commented by the sender${own.length === 0 ? '' : ':'}`;
  return quoted.length === 0
    ? []
    : [{ level: 0, text: rest }, ...own.map((hunk) => ({ level: 1, text: quotedWords(hunk) }))];
}

function quotedWords({ messageId, speaker, depth, line, path, hunk, comments, anchor }: QuotedHunk): string {
  const size = hunk.complete ? 'whole' : `${counted(hunk.lines.length, 'line')} of it`;
  const where =
    anchor === undefined
      ? 'its patch is not known'
      : `from <${anchor.patch}> ${anchor.path ?? ''} hunk ${anchor.hunk + 1}, by ${anchor.how}`;
  const remarks = comments.length === 0 ? [] : [counted(comments.length, 'comment')];
  return [
    `<${messageId}> line ${line}: quoted at depth ${depth} (${speaker ?? 'unknown'})`,
    path ?? 'no file header',
    size,
    ...remarks,
    where,
  ].join('; ');
}

function speakerWords(speaker: Thread['speakers'][number]): string {
  const depths = [...speaker.depths].sort((a, b) => a - b).join(', ');
  return `${speaker.name}: at ${speaker.depths.length === 1 ? 'depth' : 'depths'} ${depths}`;
}

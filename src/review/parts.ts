// The plain parts of a Review: the thread in short, what was not checked, the assumptions.
import type { Knowledge } from '../knowledge.ts';
import type { MemoryModel, Review, ReviewPatch, ReviewSeries, Rule, Thread } from '../types.ts';
import type { Base } from './base.ts';

/** The thread without the text of its mails. */
export function threadOf(thread: Thread): Review['thread'] {
  return {
    subject: thread.subject,
    messages: thread.messages.map((message) => ({
      id: message.id,
      from: message.from,
      date: message.date ?? null,
      parent: message.parent?.id ?? null,
      synthetic: message.synthetic,
      virtual: message.virtual,
      blocks: message.blocks.length,
    })),
    speakers: thread.speakers,
  };
}

/** The series with the short names of their patches, and which of them replaces which. */
export function seriesOf(thread: Thread, ids: ReadonlyMap<string, string>): ReviewSeries[] {
  return thread.series.map((series, index) => {
    const rerolls = thread.postings?.[index]?.rerolls;
    const patches = series.patches.map((id) => ids.get(id) ?? id);
    return { ...series, patches, ...(rerolls === undefined ? {} : { rerolls }) };
  });
}

/** The hunks of the posted diff that is called `id` in the review; nothing for a fix in prose or a combination. */
export function hunksOf(thread: Thread, ids: ReadonlyMap<string, string>, id: string): Pick<ReviewPatch, 'hunks'> {
  const patch = thread.patches.find((one) => ids.get(one.id) === id);
  if (patch === undefined) return {};
  const hunks = patch.files.flatMap((file) =>
    file.hunks.map(({ oldStart, newStart, section, lines }) => ({
      file: file.newPath ?? file.oldPath ?? '',
      oldStart,
      newStart,
      section,
      lines,
    })),
  );
  return { hunks };
}

/** Every name that the thread writes as a call, in prose, diagrams, code or diffs; sorted. Linear in the thread. */
export function mentionedFunctions(thread: Thread): string[] {
  const names = new Set<string>();
  for (const message of thread.messages) {
    for (const block of message.blocks) {
      if (block.kind === 'signature' || block.kind === 'trailer') continue;
      for (const match of block.text.matchAll(/\b([A-Za-z_]\w{2,80})\(/g)) names.add(match[1] ?? '');
    }
  }
  return [...names].sort();
}

/** What a reader might think was checked and was not. */
export function notChecked(of: {
  readonly thread: Thread;
  readonly models: readonly MemoryModel[];
  readonly rules: readonly Rule[];
  readonly patches: readonly ReviewPatch[];
  readonly left: number;
  readonly stopped: number; // scenarios that were not begun because the review was stopped
}): Review['notChecked'] {
  const items: { what: string; why: string }[] = [];
  for (const [model, name] of [
    ['tso', 'x86-TSO'],
    ['lkmm', 'LKMM'],
  ] as const) {
    if (!of.models.includes(model))
      items.push({
        what: `${name}: reordering by the machine`,
        why: 'only interleavings (SC) were explored; a race that needs reordering is not seen',
      });
  }
  if (of.rules.length === 0)
    items.push({ what: 'the whole thread', why: 'no rule covers a function that it changes or names' });
  for (const rule of of.rules) for (const sentence of rule.notSeen) items.push({ what: `${rule.name}`, why: sentence });
  if (of.left > 0) items.push({ what: `${of.left} further pairs of fixes`, why: 'more pairs than one review runs' });
  if (of.stopped > 0) items.push({ what: `${of.stopped} of the searches`, why: 'the review was stopped before them' });
  for (const series of of.thread.series) {
    if (series.missing.length > 0)
      items.push({
        what: `patches ${series.missing.join(', ')} of "${series.subject}"`,
        why: 'they are not in the input',
      });
  }
  return items;
}

/** What the verdicts rest on, sorted, the configuration last. */
export function assumptionsOf(knowledge: Knowledge, sentences: ReadonlySet<string>, base: Base): string[] {
  if (sentences.size === 0) return [];
  const set = [...knowledge.configText.matchAll(/^(CONFIG_\w+)=y$/gm)].map((match) => match[1] ?? '').sort();
  return [
    ...[...sentences].sort(),
    'all flags of a folio are one memory word: a bit is a mask in folio->flags',
    ...(base.source.kind === 'model'
      ? [`the code is the model sources ${base.source.name} (rules/kernel), our own text, not a kernel tree`]
      : []),
    `configuration: ${set.join(', ')}; everything else is not set`,
  ];
}

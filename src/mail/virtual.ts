// Leads every quoted turn back to the mail it was taken from. Where that mail is not in the input, a virtual message is
// made from the quotes: partial, with the speaker and the date the attribution states.

import { createHash } from 'node:crypto';
import type { Block, Message, ParentLink } from '../types.ts';
import { closesLoop } from './order.ts';
import type { SaidIn } from './said.ts';
import { isSamePerson, noteSaid, personKey, saidWhere, tellingLines } from './said.ts';
import type { Stated } from './stated.ts';
import { isSameStated, isStatedTime, readStated } from './stated.ts';
import type { Turn } from './turns.ts';

/** A mail that was read, with the turn of each of its blocks. */
export interface ReadMail {
  readonly message: Message;
  readonly turns: readonly Turn[]; // parallel to message.blocks
  readonly chain: readonly string[]; // References and In-Reply-To, the parent last
}

/** The messages that were added, all links, and whose words each turn is. */
export interface Resolved {
  readonly virtual: readonly Message[];
  readonly links: ReadonlyMap<string, ParentLink>;
  readonly nodeOf: ReadonlyMap<Turn, string>; // message id
  readonly certain: ReadonlySet<Turn>; // most of its telling lines are words of that message
}

interface Draft {
  readonly id: string;
  readonly synthetic: boolean;
  readonly subject: string;
  speaker: string | undefined;
  date: string | undefined;
  stated: Stated | undefined;
  readonly blocks: Block[];
  readonly lines: Set<string>;
}

interface Work {
  readonly reals: ReadonlyMap<string, Message>;
  readonly byPerson: ReadonlyMap<string, readonly Message[]>;
  readonly said: SaidIn; // unquoted lines of real mail
  readonly quotedIn: SaidIn; // lines of virtual messages
  readonly drafts: Map<string, Draft>;
  readonly draftsBy: Map<string, Draft[]>; // by person
  readonly links: Map<string, ParentLink>;
  readonly nodeOf: Map<Turn, string>;
  readonly certain: Set<Turn>;
}

const PARTIAL = 'known only from quotes: partial';
const MOST_OF_ONE = 2_000; // messages of one person that a stated date is compared with

/**
 * Resolves the turns of all mails, oldest first. A quote belongs to the parent of the mail that quotes it when the names
 * agree or, without a name, the words do; else to the mail that says most of its telling lines; else to the one mail of
 * that person at the stated time; else to a virtual message. Linear in the lines but for mails of one person on one day.
 */
export function resolveQuotes(mails: readonly ReadMail[]): Resolved {
  const said: SaidIn = { owner: new Map() };
  const byPerson = new Map<string, Message[]>();
  const links = new Map<string, ParentLink>();
  for (const { message } of mails) {
    noteSaid(said, message.id, message.blocks);
    const key = personKey(message.from);
    if (key !== '') listOf(byPerson, key).push(message);
    if (message.parent !== undefined) links.set(message.id, message.parent);
  }
  const reals = new Map(mails.map(({ message }) => [message.id, message]));
  const empty = {
    quotedIn: { owner: new Map() },
    drafts: new Map(),
    draftsBy: new Map(),
    nodeOf: new Map(),
    certain: new Set<Turn>(),
  };
  const work: Work = { reals, byPerson, said, links, ...empty };
  for (const mail of mails) resolveMail(work, mail);
  return { virtual: [...work.drafts.values()].map(virtualMessage), links, nodeOf: work.nodeOf, certain: work.certain };
}

function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  if (list.length === 0) lists.set(key, list);
  return list;
}

function resolveMail(work: Work, { message, turns, chain }: ReadMail): void {
  const blocksOf = new Map<Turn, Block[]>();
  for (const [index, turn] of turns.entries()) {
    for (let up: Turn | undefined = turn; up !== undefined && !blocksOf.has(up); up = up.above) blocksOf.set(up, []);
    blocksOf.get(turn)!.push(message.blocks[index]!);
  }
  const inOrder = [...blocksOf.keys()].sort((a, b) => a.depth - b.depth);
  for (const turn of inOrder) {
    const blocks = blocksOf.get(turn)!;
    const path = pathAbove(work, turn);
    if (turn.depth === 0) {
      work.nodeOf.set(turn, message.id);
    } else if (turn.attributed || tellingLines(blocks).length > 0) {
      const only = inOrder.filter((each) => each.depth === turn.depth).length === 1;
      work.nodeOf.set(
        turn,
        resolveTurn(work, turn, { message, only, chain, blocks, path, above: path[0] ?? message.id }),
      );
    } else {
      const next = work.links.get(path[0] ?? message.id)?.id;
      if (next !== undefined && (work.reals.has(next) || work.drafts.has(next))) work.nodeOf.set(turn, next);
    }
  }
}

/** The messages that quote a turn, the nearest first. A message never quotes itself, so they are no candidates. */
function pathAbove(work: Work, turn: Turn): string[] {
  const path: string[] = [];
  for (let up = turn.above; up !== undefined; up = up.above) {
    const id = work.nodeOf.get(up);
    if (id !== undefined) path.push(id);
  }
  return path;
}

interface Context {
  readonly message: Message; // that quotes
  readonly chain: readonly string[];
  readonly path: readonly string[]; // ids of all messages that quote this turn, the nearest first
  readonly only: boolean; // no other turn at this depth
  readonly blocks: readonly Block[];
  readonly above: string; // id of the message that quotes this turn
}

function resolveTurn(work: Work, turn: Turn, context: Context): string {
  const lines = tellingLines(context.blocks);
  const real = realMail(work, turn, context, lines);
  if (real !== undefined) {
    if (real.matched * 2 > lines.length) work.certain.add(turn);
    link(work, turn, context, real);
    return real.id;
  }
  const draft = knownDraft(work, turn, context, lines) ?? newDraft(work, turn, context, lines);
  addWords(work, draft, turn, context.blocks, lines);
  link(work, turn, context, { id: draft.id, how: turn.attributed ? 'attribution' : 'quote', matched: 0 });
  return draft.id;
}

interface Found {
  readonly id: string;
  readonly how: 'quote' | 'attribution';
  readonly matched: number;
}

function realMail(
  work: Work,
  turn: Turn,
  { above, path, message }: Context,
  lines: readonly string[],
): Found | undefined {
  const votes = saidWhere(work.said, lines).filter(
    ({ id }) => !path.includes(id) && isLikely(turn, work.reals.get(id)) && !isLater(work.reals.get(id), message),
  );
  const best = votes[0];
  const parent = work.reals.get(work.links.get(above)?.id ?? '');
  if (parent !== undefined && isSamePerson(turn.speaker, parent.from) && agrees(turn, parent, best?.count ?? 0)) {
    const matched = votes.find(({ id }) => id === parent.id)?.count ?? 0;
    if (matched > 0 || (best?.count ?? 0) < 2)
      return { id: parent.id, how: matched > 0 ? 'quote' : 'attribution', matched };
  }
  if (best !== undefined && best.count >= 2 && best.count * 2 >= Math.min(lines.length, 8))
    return { id: best.id, how: 'quote', matched: best.count };
  if (best !== undefined && (lines.length === 1 || (parent !== undefined && best.id === parent.id))) {
    return { id: best.id, how: 'quote', matched: best.count };
  }
  const stated = turn.speaker === undefined ? undefined : readStated(turn.date);
  if (stated?.minute === undefined || turn.speaker === undefined) return undefined;
  const same = (work.byPerson.get(personKey(turn.speaker)) ?? [])
    .slice(-MOST_OF_ONE)
    .filter((each) => !path.includes(each.id) && isSentAt(stated, each) && !isLater(each, message));
  return same.length === 1 ? { id: same[0]!.id, how: 'attribution', matched: 0 } : undefined;
}

function isLikely(turn: Turn, mail: Message | undefined): boolean {
  return mail !== undefined && (turn.speaker === undefined || isSamePerson(turn.speaker, mail.from));
}

/** A mail cannot be quoted before it was sent; clocks may be an hour off. */
function isLater(quoted: Message | undefined, quoting: Message): boolean {
  if (quoted?.date === undefined || quoting.date === undefined) return false;
  return Date.parse(quoted.date) > Date.parse(quoting.date) + 3_600_000;
}

/** A parent of the right name is another mail of that person when the attribution states a time that cannot be its own. */
function agrees(turn: Turn, parent: Message, votes: number): boolean {
  const stated = readStated(turn.date);
  return votes > 0 || stated === undefined || isSentAt(stated, parent);
}

function isSentAt(stated: Stated, mail: Message): boolean {
  if (mail.date !== undefined) return isStatedTime(stated, mail.date);
  const own = readStated(mail.rawDate);
  return own !== undefined && isSameStated(stated, own);
}

function knownDraft(work: Work, turn: Turn, context: Context, lines: readonly string[]): Draft | undefined {
  const parent = work.drafts.get(work.links.get(context.above)?.id ?? '');
  const stated = readStated(turn.date);
  const fits = (draft: Draft) =>
    !context.path.includes(draft.id) &&
    (turn.speaker === undefined || draft.speaker === undefined || isSamePerson(turn.speaker, draft.speaker)) &&
    (stated === undefined || draft.stated === undefined || isSameStated(stated, draft.stated));
  const best = saidWhere(work.quotedIn, lines).find(({ id }) => fits(work.drafts.get(id)!));
  if (best !== undefined && best.count * 2 >= Math.min(lines.length, 8)) return work.drafts.get(best.id);
  if (parent !== undefined && fits(parent) && (turn.attributed || lines.length === 0)) return parent;
  if (turn.speaker === undefined || stated?.minute === undefined) return undefined;
  return work.draftsBy.get(personKey(turn.speaker))?.find((draft) => draft.stated !== undefined && fits(draft));
}

/** The id of the missing parent when the quoting mail names it and quotes no one else at this depth; else one of the words. */
function newDraft(work: Work, turn: Turn, context: Context, lines: readonly string[]): Draft {
  const named = work.links.get(context.above);
  const { depth } = turn;
  const referred = depth > 1 && context.chain.at(1 - depth) === context.above ? context.chain.at(-depth) : undefined;
  const candidate = named?.id ?? referred;
  const free = candidate !== undefined && !work.reals.has(candidate) && !work.drafts.has(candidate);
  const words = [
    turn.speaker ?? '',
    turn.date ?? '',
    ...lines.slice(0, 8),
    lines.length === 0 ? `${context.message.id} ${turn.depth}` : '',
  ];
  const made = `${createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 16)}@quoted.relore.invalid`;
  const id = free && context.only ? candidate : made;
  const { subject } = context.message;
  const draft: Draft = {
    id,
    synthetic: id === made,
    subject,
    speaker: undefined,
    date: undefined,
    stated: undefined,
    blocks: [],
    lines: new Set(),
  };
  work.drafts.set(id, draft);
  return draft;
}

function addWords(work: Work, draft: Draft, turn: Turn, blocks: readonly Block[], lines: readonly string[]): void {
  draft.date ??= turn.date;
  draft.stated ??= readStated(turn.date);
  if (draft.speaker === undefined && turn.speaker !== undefined) {
    draft.speaker = turn.speaker;
    const key = personKey(turn.speaker);
    if (listOf(work.draftsBy, key).length < MOST_OF_ONE) listOf(work.draftsBy, key).push(draft);
  }
  for (const block of blocks) {
    const telling = tellingLines([block]);
    const first = draft.lines.size === 0 || draft.blocks.length === 0;
    if (!first && telling.every((line) => draft.lines.has(line))) continue;
    draft.blocks.push({ ...block, depth: 0 });
    for (const line of telling) draft.lines.add(line);
  }
  for (const line of lines) {
    const known = work.quotedIn.owner.get(line);
    work.quotedIn.owner.set(line, known === undefined || known === draft.id ? draft.id : '');
  }
}

/** A message without parent answers the first one it quotes. */
function link(work: Work, turn: Turn, { above, chain, message }: Context, found: Found): void {
  const known = work.links.get(above);
  const open = known === undefined || (known.how === 'subject' && above === message.id && chain.length === 0);
  if (!open || closesLoop(work.links, above, found.id)) return;
  const guessed =
    found.how === 'quote' ? found.matched < 2 && !(found.matched === 1 && turn.attributed) : !turn.attributed;
  work.links.set(above, {
    id: found.id,
    how: found.how,
    guessed,
    ...(found.matched > 0 ? { matched: found.matched } : {}),
  });
}

function virtualMessage(draft: Draft): Message {
  return {
    id: draft.id,
    synthetic: draft.synthetic,
    virtual: true,
    subject: draft.subject,
    from: draft.speaker ?? 'unknown',
    address: undefined,
    rawDate: draft.date,
    date: undefined,
    parent: undefined,
    blocks: draft.blocks.map((block) => ({ ...block, speaker: draft.speaker ?? block.speaker })),
    lossy: [PARTIAL],
  };
}

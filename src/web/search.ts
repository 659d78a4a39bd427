// What can be searched for, and which of it fits. Words count whole, as identifiers do; `lru_add*` is every word that begins so.

import { CLAIM_WORDS } from './claims.ts';
import { argumentPath, functionPath, racePath, threadPath } from './shell.ts';
import type { Site } from './site.ts';
import { barWords } from './timeline.ts';
import { knownFunctions } from './traces.ts';

/** The kinds of things that are found, in the order they are listed. */
export const KINDS = ['race', 'function', 'change', 'argument', 'claim', 'message', 'thread'] as const;
export type Kind = (typeof KINDS)[number];

/** Something that can be found. */
export interface Item {
  readonly kind: Kind;
  readonly title: string;
  readonly text: string;
  readonly verdict: string; // '' when there is none
  readonly to: string; // path of its page
  readonly anchor: string; // '' for the page itself
}

/** What a link to the search asks for. */
export interface Query {
  readonly text: string;
  readonly kind: string; // '' for every kind
  readonly verdict: string; // '' for every verdict
  readonly from: number; // index of the first that is listed
}

const LONGEST = 200; // characters of a query
const MOST_WORDS = 10;

/** Returns the query of the parameters of a link; what is too long is cut. */
export function readQuery(parameters: URLSearchParams): Query {
  const from = Number(parameters.get('from') ?? 0);
  return {
    text: (parameters.get('q') ?? '').slice(0, LONGEST),
    kind: (parameters.get('kind') ?? '').slice(0, 20),
    verdict: (parameters.get('verdict') ?? '').slice(0, 20),
    from: Number.isSafeInteger(from) && from > 0 ? from : 0,
  };
}

/** Returns everything that the pages know of, in the order it is listed. */
export function itemsOf(site: Site): readonly Item[] {
  return [
    ...races(site),
    ...functions(site),
    ...changes(site),
    ...argumentItems(site),
    ...claims(site),
    ...messages(site),
    ...threads(site),
  ];
}

function races({ history }: Site): Item[] {
  return history.races
    .filter(({ isMain }) => isMain)
    .map((race) => {
      const last = race.runs.sc.at(-1)?.verdict ?? '';
      const text = `${race.words}. ${race.invariant}. ${barWords(history, race)}`;
      const title = `${race.rule} ${race.scenario}: ${race.title}`;
      return { kind: 'race', title, text, verdict: last, to: racePath(race.rule), anchor: race.scenario };
    });
}

function functions(site: Site): Item[] {
  return [...knownFunctions(site)].sort().map((name) => {
    const rules = site.rules.filter((rule) => rule.functions.includes(name)).map((rule) => rule.name);
    return {
      kind: 'function',
      title: `${name}()`,
      text: rules.join(', '),
      verdict: '',
      to: functionPath(name),
      anchor: '',
    };
  });
}

function changes({ history, rules }: Site): Item[] {
  return history.edges.map((edge) => {
    const [rule = '', scenario = ''] = edge.race.split('/');
    const known = rules.some(({ name }) => name === rule);
    const verdict = edge.check === undefined ? edge.evidence.kind : edge.check.verdict;
    return {
      kind: 'change',
      title: `${edge.commit} ${edge.subject}`.trim(),
      text: `${edge.kind} ${edge.race} ${edge.release}: ${edge.words}`,
      verdict,
      to: known ? racePath(rule) : 'races.html',
      anchor: known ? scenario : edge.race,
    };
  });
}

function argumentItems({ history }: Site): Item[] {
  return history.genealogies.flatMap((chain) =>
    chain.arguments.map(
      (one): Item => ({
        kind: 'argument',
        title: `${one.who}, ${one.date}: ${chain.title}`,
        text: `${one.words} ${one.commit ?? ''} ${one.messageId ?? ''}`,
        verdict: one.verdict,
        to: argumentPath(chain.id),
        anchor: one.id,
      }),
    ),
  );
}

function claims({ reviews }: Site): Item[] {
  return reviews.flatMap(({ id, review }) =>
    review.claims.map(
      (claim): Item => ({
        kind: 'claim',
        title: `${claim.speaker ?? 'unknown speaker'}: ${CLAIM_WORDS[claim.verdict]}`,
        text: claim.quote,
        verdict: claim.verdict,
        to: threadPath(id),
        anchor: `claim-${claim.id}`,
      }),
    ),
  );
}

function messages({ reviews }: Site): Item[] {
  return reviews.flatMap(({ id, thread }) =>
    (thread?.messages ?? []).map((message, index): Item => {
      const own = message.blocks.filter(({ depth, kind }) => depth === 0 && kind === 'prose').map(({ text }) => text);
      return {
        kind: 'message',
        title: `${message.from}: ${message.subject}`,
        text: own.join(' ').replaceAll(/\s+/g, ' '),
        verdict: '',
        to: threadPath(id),
        anchor: `m${index}`,
      };
    }),
  );
}

function threads({ history }: Site): Item[] {
  return history.threads.map(({ id, subject, words, date }) => ({
    kind: 'thread',
    title: `${subject}, ${date}`,
    text: `${words} ${id}`,
    verdict: '',
    to: 'threads.html',
    anchor: '',
  }));
}

/** Returns the items that fit, in their order. Linear in the text. */
export function found(items: readonly Item[], query: Query): readonly Item[] {
  const words = query.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS);
  return items.filter((item) => {
    if (query.kind !== '' && item.kind !== query.kind) return false;
    if (query.verdict !== '' && item.verdict !== query.verdict) return false;
    if (words.length === 0) return true;
    const text = `${item.title} ${item.text}`.toLowerCase();
    return words.every((word) => hasWord(text, word));
  });
}

function hasWord(text: string, word: string): boolean {
  const isPrefix = word.endsWith('*');
  const wanted = isPrefix ? word.slice(0, -1) : word;
  for (let at = text.indexOf(wanted); at >= 0 && wanted !== ''; at = text.indexOf(wanted, at + 1)) {
    const starts = at === 0 || !isWordly(text[at - 1]!) || !isWordly(wanted[0]!);
    const after = text[at + wanted.length];
    const ends = isPrefix || after === undefined || !isWordly(after) || !isWordly(wanted.at(-1)!);
    if (starts && ends) return true;
  }
  return false;
}

function isWordly(character: string): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
}

// How well claims are read: precision, recall and binding on annotated mail, and the verdicts of the claim tables of the seeds.

import { join } from 'node:path';
import { readClaims } from '../../src/claims/read.ts';
import { isStatementOfFact } from '../../src/claims/statements.ts';
import { loadKnowledge } from '../../src/knowledge.ts';
import { review } from '../../src/review.ts';
import type { Claim, Thread } from '../../src/types.ts';
import {
  type Annotation,
  annotations,
  hasMail,
  isSetAside,
  mailSamples,
  moreMail,
  namesIn,
  root,
  seeds,
} from './annotations.ts';
import { proportion } from './wilson.ts';

interface Score {
  found: number; // claims that are annotated as claims
  wrong: number; // claims where nothing is claimed
  open: number; // claims where people would disagree
  missed: number;
  kind: number; // found, and of an annotated kind
  ruled: number; // found, annotated with a rule or bound by us
  bound: number; // of these, bound to that rule
}

const empty = (): Score => ({ found: 0, wrong: 0, open: 0, missed: 0, kind: 0, ruled: 0, bound: 0 });

/** Scores facts only: questions, names and matters of taste are no findings. */
function scoreClaims(
  claims: readonly Claim[],
  on: {
    readonly known: ReadonlyMap<string, Annotation>;
    readonly namesOf: ReturnType<typeof namesIn>;
    readonly seen: Set<string>; // names of sentences that were scored
  },
  score: Score,
): void {
  const { known, namesOf, seen } = on;
  for (const claim of claims) {
    if (!isStatementOfFact(claim.kind)) continue;
    const names = namesOf(claim);
    if (names.length === 0 || names.some((name) => seen.has(name))) continue;
    for (const name of names) seen.add(name);
    const annotation = names.map((name) => known.get(name)).find((each) => each !== undefined);
    if (annotation === undefined || annotation.kinds.length === 0) score.wrong++;
    else if (annotation.open === true) score.open++;
    else {
      score.found++;
      if (annotation.kinds.includes(claim.kind)) score.kind++;
      const rules = new Set(claim.about?.topics.map(({ rule }) => rule) ?? []);
      if (annotation.rule === undefined && rules.size === 0) continue;
      score.ruled++;
      if (rules.size === 1 && annotation.rule !== undefined && rules.has(annotation.rule)) score.bound++;
    }
  }
}

function print(title: string, { found, wrong, open, missed, kind, ruled, bound }: Score): void {
  console.log(`${title}
  precision          ${proportion(found, found + wrong)}   asked: 0.9
  ... open ones as wrong ${proportion(found, found + wrong + open)}
  recall             ${proportion(found, found + missed)}   asked: 0.6
  kind               ${proportion(kind, found)}
  binding, of those that speak of a rule or were bound ${proportion(bound, ruled)}   asked: 0.9
  binding, of all found ${proportion(found - ruled + bound, found)}`);
}

/** Prints the scores of both halves of an annotated set. `isAside` says of a mail, or of an annotation, in which half it is. */
async function halves(
  title: string,
  set: {
    readonly known: ReadonlyMap<string, Annotation>;
    readonly threads: readonly Thread[];
    readonly isAside: (messageId: string) => boolean;
  },
): Promise<void> {
  const { known, threads, isAside } = set;
  const knowledge = await loadKnowledge(join(root, 'rules'));
  const looked = empty();
  const aside = empty();
  const seen = new Set<string>();
  for (const thread of threads) {
    const claims = readClaims(thread, knowledge);
    const namesOf = namesIn(thread);
    const on = { known, namesOf, seen };
    // A claim counts for the half of the mail in which its sentence was annotated.
    const isOfAside = (claim: Claim): boolean => {
      const annotation = namesOf(claim)
        .map((name) => known.get(name))
        .find((each) => each !== undefined);
      return isAside(annotation?.message ?? claim.messageId);
    };
    scoreClaims(
      claims.filter((claim) => !isOfAside(claim)),
      on,
      looked,
    );
    scoreClaims(claims.filter(isOfAside), on, aside);
  }
  const read = new Set(threads.flatMap(({ messages }) => messages.map(({ id }) => id)));
  for (const { open, kinds, words, message = '' } of known.values()) {
    if (open === true || kinds.length === 0 || seen.has(words) || !read.has(message)) continue;
    (isAside(message) ? aside : looked).missed++;
  }
  print(`${title}, the half that was looked at`, looked);
  print(`${title}, the half set aside`, aside);
}

async function samples(): Promise<void> {
  const known = new Map(annotations('mail-samples').map((each) => [each.words, each]));
  await halves('mail samples', { known, threads: await mailSamples(), isAside: isSetAside });
}

async function more(): Promise<void> {
  const all = annotations('linux-mm');
  const aside = new Set(all.filter((each) => each.aside === true).map(({ message }) => message));
  const threads = await moreMail();
  if (threads.length === 0) {
    console.log(
      'linux-mm: skipped: RELORE_MAIL names no folder with the mails of fixtures/claims/linux-mm.json (lore has them)',
    );
    return;
  }
  const known = new Map(all.map((each) => [each.words, each]));
  await halves('linux-mm', { known, threads, isAside: (messageId) => aside.has(messageId) });
}

async function tables(): Promise<void> {
  const known = annotations('seeds');
  const checkable = { found: 0, right: 0, all: 0 };
  const score = empty();
  for (const [seed, thread] of await seeds()) {
    const own = known.filter((each) => each.seed === seed);
    const { claims } = await review(thread, {
      rulesDir: join(root, 'rules'),
      models: ['sc'],
      states: 2_000_000,
      version: '0',
    });
    const seen = new Set<string>();
    const namesOf = namesIn(thread);
    const verdicts = new Map(claims.flatMap((claim) => namesOf(claim).map((name) => [name, claim.verdict] as const)));
    const facts = claims.filter(({ kind }) => isStatementOfFact(kind)) as unknown as Claim[];
    scoreClaims(facts, { known: new Map(own.map((each) => [each.words, each])), namesOf, seen }, score);
    for (const annotation of own.filter(({ verdict }) => verdict !== undefined)) {
      checkable.all++;
      const verdict = verdicts.get(annotation.words);
      if (seen.has(annotation.words)) checkable.found++;
      if (verdict === annotation.verdict) checkable.right++;
      else
        console.log(
          `  seed ${seed}, row ${annotation.table}: ${verdict ?? 'not found'}, the table says ${annotation.verdict}`,
        );
    }
  }
  console.log(`the claim tables of the five seeds
  recall of checkable claims ${proportion(checkable.found, checkable.all)}   asked: 0.9
  precision ${proportion(score.found, score.found + score.wrong)}   asked: 0.95
  verdict as in the table ${proportion(checkable.right, checkable.all)}`);
}

if (hasMail) {
  await samples();
  await more();
  await tables();
} else {
  console.log('skipped: ../shared is not there');
}

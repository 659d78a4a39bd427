import { describe, expect, it } from 'vitest';
import { extractClaims } from '../../src/claims/claims.ts';
import type { Claim, Message } from '../../src/types.ts';
import { cues, mail, said, threadOf, vocabulary } from './specimens.ts';

const claimsIn = (...messages: readonly Message[]): Claim[] => extractClaims(threadOf(...messages), vocabulary, cues);
const PROPOSAL = 'We should move folio_test_clear_mlocked() before folio_test_clear_lru().';

/** Ada proposes; the second mail quotes her and goes on. */
function answered(by: string, text: string): string[] {
  const first = mail('1@relore.example', [{ by: 'Ada', text: PROPOSAL }]);
  const second = mail(
    '2@relore.example',
    [
      { by: 'Ada', depth: 1, text: PROPOSAL },
      { by, text },
    ],
    '1@relore.example',
  );
  return claimsIn(first, second).map(({ status, statusQuote }) => `${status}: ${statusQuote}`);
}

describe('a fix is withdrawn by its own author only', () => {
  it.each([
    'Hmm, actually this might not be enough.',
    'Scratch that, lru_add() looks too early.',
    "On the train it came to me: it doesn't work when the batch is drained late.",
    'Please ignore my previous mail.',
    'I was wrong, the order on the other side matters.',
    'No, reordering the two alone is not sufficient.',
  ])('%s', (text) => expect(answered('Ada', text)).toEqual([`withdrawn: ${text}`]));

  it.each([
    'Would this not be enough?',
    'If this is not enough, we can still take the lock.',
    'I was wrong about the name of the helper.',
    'Sorry for the noise, my mailer sent this to the wrong list.',
    'The old code was not enough, that is why I ask.',
  ])('does not take it back: %s', (text) => expect(answered('Ada', text)).toEqual(['stands: undefined']));

  it('stands when another speaker calls it not enough', () => {
    expect(answered('Bob', 'Hmm, this might not be enough.')).toEqual(['stands: undefined']);
  });

  it('stands when one who repeated it takes the repetition back', () => {
    const first = mail('1@relore.example', [{ by: 'Ada', text: PROPOSAL }]);
    const second = mail('2@relore.example', [{ by: 'Bob', text: `Yes! ${PROPOSAL} Hmm, that is not enough.` }]);
    expect(claimsIn(first, second).map(({ status, repeats }) => [status, repeats.length])).toEqual([['stands', 1]]);
  });

  it('is withdrawn in the next sentence of the same mail', () => {
    const [claim] = extractClaims(said(`${PROPOSAL} Hmm, no, that does not work.`), vocabulary, cues);
    expect(claim?.status).toBe('withdrawn');
  });

  it('is withdrawn in an answer to the own mail that quotes nothing', () => {
    const first = mail('1@relore.example', [{ by: 'Ada', text: PROPOSAL }]);
    const second = mail('2@relore.example', [{ by: 'Ada', text: 'Scratch that.' }], '1@relore.example');
    expect(claimsIn(first, second)[0]?.status).toBe('withdrawn');
  });

  it('takes a name in either order for the same speaker', () => {
    const message = mail('1@relore.example', [
      { by: 'Ada Byron', depth: 2, text: PROPOSAL },
      { by: 'Byron, Ada', depth: 1, text: 'Hmm, actually this is not enough.' },
    ]);
    expect(claimsIn(message)[0]?.status).toBe('withdrawn');
  });
});

describe('a fix is conceded when its author agrees with an objection', () => {
  const objected = (reply: string): string | undefined => {
    const first = mail('1@relore.example', [{ by: 'Ada', text: PROPOSAL }]);
    const second = mail(
      '2@relore.example',
      [
        { by: 'Ada', depth: 1, text: PROPOSAL },
        { by: 'Bob', text: 'It is still racy: lru_add() has tested the folio by then.' },
      ],
      '1@relore.example',
    );
    const third = mail(
      '3@relore.example',
      [
        { by: 'Bob', depth: 1, text: 'It is still racy: lru_add() has tested the folio by then.' },
        { by: 'Ada', text: reply },
      ],
      '2@relore.example',
    );
    return claimsIn(first, second, third)[0]?.status;
  };

  it('"You are right" concedes', () => expect(objected('You are right, I missed that.')).toBe('conceded'));
  it('"You are right, but" does not', () =>
    expect(objected('You are right, but the lock is held there.')).toBe('stands'));
  it('"Thanks" does not', () => expect(objected('Thanks for having a look.')).toBe('stands'));
});

describe('a fix is superseded when its author proposes another in its place', () => {
  const OTHER = 'A better idea: move folio_test_clear_lru() under the lru lock.';

  it('by the author', () => expect(answered('Ada', OTHER)).toEqual([`superseded: ${OTHER}`, 'stands: undefined']));
  it('not by another speaker', () =>
    expect(answered('Bob', OTHER)).toEqual(['stands: undefined', 'stands: undefined']));
  it('not by one more proposal of the author', () => {
    const more = 'We should also add smp_mb() after folio_set_lru().';
    expect(answered('Ada', more)).toEqual(['stands: undefined', 'stands: undefined']);
  });
});

describe('a claim is counted once, in the words of its own speaker', () => {
  it('keeps the mail of the speaker, not the quotes of it', () => {
    const first = mail('1@relore.example', [{ by: 'Ada', text: PROPOSAL }]);
    const quotes = [2, 3].map((n) =>
      mail(`${n}@relore.example`, [
        { by: 'Ada', depth: n - 1, text: 'We should move folio_test_clear_mlocked() before\nfolio_test_clear_lru().' },
        { by: 'Bob', text: `Answer ${n}.` },
      ]),
    );
    const claims = claimsIn(first, ...quotes);
    expect(claims.map(({ messageId, depth, repeats }) => [messageId, depth, repeats])).toEqual([
      ['1@relore.example', 0, []],
    ]);
  });

  it('takes the same change in other words, by whomever, for a repeat', () => {
    const first = mail('1@relore.example', [{ by: 'Ada', text: 'Maybe clear PG_lru only after clearing PG_mlocked?' }]);
    const second = mail('2@relore.example', [{ by: 'Bob', text: PROPOSAL }]);
    const [claim, ...others] = claimsIn(first, second);
    expect(others).toEqual([]);
    expect(claim).toMatchObject({
      id: 'fix-1',
      speaker: 'Bob',
      repeats: [{ speaker: 'Ada', messageId: '1@relore.example' }],
    });
  });

  it('takes a change for another function for another fix', () => {
    const text = `In lru_add() we should drop the smp_mb(). Maybe drop the smp_mb() in lru_activate()?`;
    expect(extractClaims(said(text), vocabulary, cues).map(({ id }) => id)).toEqual(['fix-1', 'fix-2']);
  });

  it('leaves out the text of the mail that posts the patch', () => {
    const message = mail('1@relore.example', [{ by: 'Ada', text: PROPOSAL }]);
    const patch = {
      id: 'patch-1',
      messageId: message.id,
      kind: 'posted',
      title: 'a patch',
      author: 'Ada',
      index: undefined,
      total: undefined,
      version: 1,
      files: [],
      baseCommit: undefined,
      notes: '',
    } as const;
    expect(extractClaims({ ...threadOf(message), patches: [patch] }, vocabulary, cues)).toEqual([]);
    expect(
      extractClaims({ ...threadOf(message), patches: [{ ...patch, kind: 'reply' }] }, vocabulary, cues),
    ).toHaveLength(1);
  });

  it('orders the oldest first: the deepest quote, then the mails', () => {
    const first = mail('1@relore.example', [
      { by: 'Ada', text: 'Please revert 2262ace60713.' },
      { by: 'Bob', depth: 2, text: 'Please revert 70dea5346ea3.' },
      { by: 'Cem', depth: 1, text: 'Please revert 07ca76067308.' },
    ]);
    const commits = claimsIn(first).map(({ edits }) => (edits[0]?.kind === 'revert' ? edits[0].commit : ''));
    expect(commits).toEqual(['70dea5346ea3', '07ca76067308', '2262ace60713']);
  });
});

describe('a hedge says how sure the speaker is', () => {
  const hedge = (text: string) => extractClaims(said(text), vocabulary, cues)[0]?.hedge;

  it('none', () => expect(hedge(PROPOSAL)).toBe('none'));
  it('weak', () => expect(hedge(`I think ${PROPOSAL}`)).toBe('weak'));
  it('weak for a question', () => expect(hedge(PROPOSAL.replace('.', '?'))).toBe('weak'));
  it('strong', () => expect(hedge(`No idea, but ${PROPOSAL}`)).toBe('strong'));
  it('strong for all that is said around it', () => {
    expect(hedge(`${PROPOSAL} Bear with me. This is untested.`)).toBe('strong');
  });
  it('is not made strong by doubt about something else', () => {
    expect(hedge(`${PROPOSAL} I am not sure about the name.`)).toBe('none');
  });
});

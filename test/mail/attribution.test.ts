import { describe, expect, it } from 'vitest';
import { attributedName } from '../../src/mail/attribution.ts';

describe('attribution lines', () => {
  it.each([
    ['On Tue, Jul 18, 2023 at 6:32\u202fPM Ann Author <ann@xxxxxx> wrote:', 'Ann Author'],
    ['On Mon, Mar 23, 2020 at 03:51:06PM +0100, Ann Author wrote:', 'Ann Author'],
    ['On Mon 23-03-20 10:42:40, Ann Author wrote:', 'Ann Author'],
    ['On Sat, 21 Mar 2020 22:03:26 -0400 Ann Author <ann@x.org> wrote:', 'Ann Author'],
    ['On 7/19/23 09:52, Ann Author wrote:', 'Ann Author'],
    ['On 7/15/2023 2:06 PM, Ann Author wrote:', 'Ann Author'],
    ['On 22.09.2023 11.22, Ann Author wrote:', 'Ann Author'],
    ['On 9 Feb 2025, at 9:12, Ann Author wrote:', 'Ann Author'],
    ['On 2021-02-05 10:00 a.m., Ann Author wrote:', 'Ann Author'],
    ['On Mon, 8 Jun 2020, Ann Author wrote:', 'Ann Author'],
    ['Am 05.02.21 um 10:12 schrieb Ann Author:', 'Ann Author'],
    ['Le 05/02/2021 à 10:12, Ann Author a écrit :', 'Ann Author'],
    ['在 2020/6/8 上午12:15, Ann Author 写道:', 'Ann Author'],
  ])('%s names its author even when no quote follows', (text, name) => {
    expect(attributedName(text, false)).toBe(name);
  });

  it.each([
    ['* Ann Author <ann@x.org> wrote:', 'Ann Author'],
    ['Ann Author <ann@x.org> writes:', 'Ann Author'],
    ['Ann Author wrote:', 'Ann Author'],
    ['Ann Author <ann@x.org> [230216 00:18]:', 'Ann Author'],
    ['Quoting Ann Author (2020-02-03 12:12:12)', 'Ann Author'],
    ["Excerpts from Ann Author's message of February 5, 2021 10:00 am:", 'Ann Author'],
  ])('%s names its author only when a quote follows', (text, name) => {
    expect(attributedName(text, true)).toBe(name);
    expect(attributedName(text, false)).toBeUndefined();
  });

  it('a date word in a name stays in the name', () => {
    expect(attributedName('On Tue, 20 Nov 2018, Jan Example wrote:', true)).toBe('Jan Example');
    expect(attributedName('On Fri, Feb 5, 2021 at 8:35 AM May Example <m@x> wrote:', true)).toBe('May Example');
  });

  it('a name is kept as written, with its comma; without a name the local part stands in', () => {
    expect(attributedName('On Sun, Jul 16, 2023 at 6:00 PM Author, Ann <a@x> wrote:', true)).toBe('Author, Ann');
    expect(attributedName('On Sun, Jul 16, 2023 at 6:00 PM <ann@x.org> wrote:', true)).toBe('ann');
  });

  it('an attribution whose verb lost its charset still names its author, before a quote', () => {
    expect(attributedName('å 2020/6/8 äå12:15, Ann Author åé:', true)).toBe('Ann Author');
    expect(attributedName('å 2020/6/8 äå12:15, Ann Author åé:', false)).toBeUndefined();
  });

  it.each(['On the other hand, the comment says:', 'as Ann wrote:', 'For 6.1 the rule says:', 'cpu 1 runs this:'])(
    '"%s" is prose',
    (text) => {
      expect(attributedName(text, true)).toBeUndefined();
    },
  );
});

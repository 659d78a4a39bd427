// Dates as people and mailers state them: any order, any zone, often none. For telling two mails apart, never for output.

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY = 1_440; // minutes

/** A point of time as stated, in the zone of whoever wrote it. */
export interface Stated {
  readonly days: readonly number[]; // days since 1970; two readings of 3/7/23
  readonly minute: number | undefined; // of the day
  readonly zone: number | undefined; // minutes east of UTC
}

/** Returns what a stated date says; undefined when no day can be read. */
export function readStated(raw: string | undefined): Stated | undefined {
  const text = (raw ?? '').slice(0, 200).replace(/[\u202f\u00a0]/g, ' ');
  const time = /(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?\s*([ap])?\.?m?/i.exec(text);
  const rest = time === null ? text : text.replace(time[0], ' ');
  const days = [...new Set(readDays(rest))].filter((day) => Number.isFinite(day));
  if (days.length === 0) return undefined;
  const zone = /([+-])(\d{2}):?(\d{2})\b(?!-)/.exec(text.slice((time?.index ?? 0) + (time?.[0].length ?? text.length)));
  const minutes = zone === null ? undefined : Number(zone[2]) * 60 + Number(zone[3]);
  const signed = minutes === undefined ? undefined : zone?.[1] === '-' ? -minutes : minutes;
  return { days, minute: time === null ? undefined : minuteOf(time), zone: signed };
}

function minuteOf([, hours, minutes, , half]: RegExpExecArray): number {
  const hour = Number(hours) % (half === undefined ? 24 : 12);
  return (hour + (half?.toLowerCase() === 'p' ? 12 : 0)) * 60 + Number(minutes);
}

function readDays(text: string): number[] {
  const named = /(?:^|[^\d])(\d{1,2})(?:st|nd|rd|th)?[\s-]+([A-Za-z]{3})[a-z]*\.?,?[\s-]+(\d{4}|\d{2})\b/.exec(text);
  if (named !== null) return [dayOf(named[3], named[2], named[1])];
  const american = /([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,|\s)\s*(\d{4})\b/.exec(text);
  if (american !== null) return [dayOf(american[3], american[1], american[2])];
  const iso = /(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})/u.exec(text);
  if (iso !== null) return [day(Number(iso[1]), Number(iso[2]), Number(iso[3]))];
  const digits = /(?:^|\D)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b/.exec(text);
  if (digits !== null) {
    const [a, b, c] = [Number(digits[1]), Number(digits[2]), Number(digits[3])];
    return [day(fullYear(c), b, a), day(fullYear(c), a, b), day(fullYear(a), b, c)];
  }
  const packed = /\b(\d{2})(\d{2})(\d{2})\b/.exec(text);
  return packed === null ? [] : [day(fullYear(Number(packed[1])), Number(packed[2]), Number(packed[3]))];
}

function dayOf(year: string | undefined, month: string | undefined, date: string | undefined): number {
  return day(fullYear(Number(year)), MONTHS.indexOf(month?.toLowerCase() ?? '') + 1, Number(date));
}

function day(year: number, month: number, date: number): number {
  if (!(month >= 1 && month <= 12 && date >= 1 && date <= 31)) return Number.NaN;
  return Date.UTC(year, month - 1, date) / 86_400_000;
}

function fullYear(year: number): number {
  return year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year;
}

/**
 * True when a stated date can be the time `iso` (UTC). With a zone the minutes must agree; without one they may differ by
 * a whole number of half hours, up to 14 hours; without a time the days may differ by one.
 */
export function isStatedTime(stated: Stated, iso: string): boolean {
  const real = Math.floor(Date.parse(iso) / 60_000);
  return stated.days.some((date) => {
    if (stated.minute === undefined) return Math.abs(date * DAY + DAY / 2 - real) <= DAY * 1.5;
    const apart = real - (date * DAY + stated.minute);
    if (stated.zone !== undefined) return Math.abs(apart + stated.zone) <= 1;
    return Math.abs(apart) <= 14 * 60 && apart % 30 === 0;
  });
}

/** True when two stated dates can be one time: as isStatedTime, each in its own unknown zone. */
export function isSameStated(a: Stated, b: Stated): boolean {
  return a.days.some((left) =>
    b.days.some((right) => {
      if (a.minute === undefined || b.minute === undefined) return Math.abs(left - right) <= 1;
      const apart = left * DAY + a.minute - (right * DAY + b.minute);
      if (a.zone !== undefined && b.zone !== undefined) return Math.abs(apart - a.zone + b.zone) <= 1;
      return Math.abs(apart) <= 26 * 60 && apart % 30 === 0;
    }),
  );
}

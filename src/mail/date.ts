// Dates of mail. A date that does not parse stays undefined: it never becomes the present time.

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

// RFC 5322 section 4.3: the obsolete zone names that still have one meaning.
const ZONES: Readonly<Record<string, number>> = {
  UT: 0,
  UTC: 0,
  GMT: 0,
  Z: 0,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

const RFC_DATE =
  /^(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*\.?[\s-]+(\d{2,4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([+-]\d{4}|[A-Za-z]{1,4})/;
const CTIME_DATE =
  /^[A-Za-z]{3},?\s+([A-Za-z]{3})\s+(\d{1,2})\s+(?:(\d{4})\s+-\s+)?\d{1,2}:\d{2}(?::\d{2})?(?:\s+(\d{4}))?/;

/**
 * Returns an RFC 5322 date as ISO 8601 in UTC, `2018-11-22T09:05:47Z`; undefined when it does not parse.
 * The year must be 1970 to 2199 and the day must exist.
 */
export function parseDate(raw: string | undefined): string | undefined {
  const match = RFC_DATE.exec(raw?.trim().slice(0, 200) ?? '');
  if (match === null) return undefined;
  const [, day, month, year, hour, minute, second, zone] = match;
  const offset = zoneMinutes(zone ?? '');
  const monthIndex = MONTHS.indexOf(month?.toLowerCase() ?? '');
  if (offset === undefined || monthIndex < 0) return undefined;
  const time = Date.UTC(
    fullYear(Number(year)),
    monthIndex,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second ?? 0),
  );
  const local = new Date(time);
  if (local.getUTCDate() !== Number(day) || local.getUTCMonth() !== monthIndex || Number(hour) > 23) return undefined;
  const utc = new Date(time - offset * 60_000);
  if (!(utc.getUTCFullYear() >= 1970 && utc.getUTCFullYear() < 2200)) return undefined;
  return `${utc.getUTCFullYear()}-${two(utc.getUTCMonth() + 1)}-${two(utc.getUTCDate())}T${two(utc.getUTCHours())}:${two(utc.getUTCMinutes())}:${two(utc.getUTCSeconds())}Z`;
}

/**
 * Returns the calendar day a Date line states, `2023-07-18`, in whatever zone it was written: for choosing a kernel
 * version by date when the zone is unknown, as on archive pages. undefined when no day can be read.
 */
export function statedDay(raw: string | undefined): string | undefined {
  const text = raw?.trim().slice(0, 200) ?? '';
  const rfc = RFC_DATE.exec(text);
  const ctime = CTIME_DATE.exec(text);
  const [day, month, year] =
    rfc !== null ? [rfc[1], rfc[2], rfc[3]] : ctime !== null ? [ctime[2], ctime[1], ctime[3] ?? ctime[4]] : [];
  const monthIndex = MONTHS.indexOf(month?.toLowerCase() ?? '');
  if (day === undefined || year === undefined || monthIndex < 0) return undefined;
  const date = new Date(Date.UTC(fullYear(Number(year)), monthIndex, Number(day)));
  return date.getUTCDate() === Number(day) ? date.toISOString().slice(0, 10) : undefined;
}

const LOOSE_DAYS = [
  /\b(?<day>\d{1,2})\s+(?<month>[A-Za-z]{3})[a-z]*\.?,?\s+(?<year>\d{4})\b/,
  /\b(?<month>[A-Za-z]{3})[a-z]*\.?\s+(?<day>\d{1,2}),?\s+(?<year>\d{4})\b/,
];

/** The day that an attribution line states, `Jan 08, 2022 at 05:19:04PM`: a month by name, a day and a year. */
export function looseDay(raw: string): string | undefined {
  for (const shape of LOOSE_DAYS) {
    const { day = '', month = '', year = '' } = shape.exec(raw.slice(0, 200))?.groups ?? {};
    const index = MONTHS.indexOf(month.toLowerCase());
    if (index < 0) continue;
    const date = new Date(Date.UTC(Number(year), index, Number(day)));
    if (date.getUTCDate() === Number(day)) return date.toISOString().slice(0, 10);
  }
  return undefined;
}

function two(count: number): string {
  return count < 10 ? `0${count}` : `${count}`;
}

function zoneMinutes(zone: string): number | undefined {
  const numeric = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (numeric === null) return ZONES[zone.toUpperCase()];
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
  return numeric[1] === '-' ? -minutes : minutes;
}

function fullYear(year: number): number {
  if (year >= 100) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

const ZERO = 0x30;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The last instant of an ECMAScript date, either side of 1970. */
const MAX_DATE_MS = 8.64e15;
/** From 0000-03-01 to 1970-01-01. */
const MARCH_OF_YEAR_0_DAYS = 719_468;

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Milliseconds since 1970 of an ISO-8601 date or date-time (RFC 3339, a little wider), rounded down;
 * undefined for anything else. Stricter than Date.parse, and never local: no zone means UTC.
 *
 * - date: `YYYY-MM-DD`, or ECMAScript's `±YYYYYY-MM-DD`; alone it is midnight UTC;
 * - time: after `T`, `t` or a space `hh:mm`, `hh:mm:ss`, `hh:mm:ss.f…` with dot or comma and any number of digits;
 * - zone: `Z`, `z`, `±hh:mm`, `±hhmm`, `±hh`;
 * - hour 24 is none; second 60 is one only at 23:59 UTC and is taken as 59.999.
 */
export function isoTimestampMs(text: string): number | undefined {
  const yearEnd = isSign(text.charCodeAt(0)) ? 7 : 4;
  const dateMs = dateMsOf(text, yearEnd);
  if (dateMs === undefined) return undefined;
  const timeAt = yearEnd + 7;
  if (text.length === timeAt - 1) return asDate(dateMs);

  const separator = text[timeAt - 1];
  if (separator !== 'T' && separator !== 't' && separator !== ' ') return undefined;
  const hour = digits(text, timeAt, 2);
  const minute = digits(text, timeAt + 3, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined;
  if (text.charCodeAt(timeAt + 2) !== COLON) return undefined;

  const hasSeconds = text.charCodeAt(timeAt + 5) === COLON;
  const second = hasSeconds ? digits(text, timeAt + 6, 2) : 0;
  if (second < 0 || second > 60) return undefined;
  const fractionAt = timeAt + (hasSeconds ? 8 : 5);
  const fractionEnd = hasSeconds ? endOfFraction(text, fractionAt) : fractionAt;
  const offsetMinutes = zoneMinutes(text, fractionEnd);
  if (fractionEnd < 0 || offsetMinutes === undefined) return undefined;

  const minuteMs = dateMs + (hour * 60 + minute - offsetMinutes) * MINUTE_MS;
  if (second < 60) {
    return asDate(minuteMs + second * 1000 + milliseconds(text, fractionAt, fractionEnd));
  }
  const isLastOfDay = (minuteMs + MINUTE_MS) % DAY_MS === 0;
  return isLastOfDay ? asDate(minuteMs + MINUTE_MS - 1) : undefined;
}

/** Undefined for what a Date cannot hold. */
const asDate = (ms: number): number | undefined => (Math.abs(ms) <= MAX_DATE_MS ? ms : undefined);

function dateMsOf(text: string, yearEnd: number): number | undefined {
  if (text.charCodeAt(yearEnd) !== MINUS || text.charCodeAt(yearEnd + 3) !== MINUS) {
    return undefined;
  }
  const isSigned = yearEnd === 7;
  const digitsOfYear = digits(text, isSigned ? 1 : 0, isSigned ? 6 : 4);
  const month = digits(text, yearEnd + 1, 2);
  const day = digits(text, yearEnd + 4, 2);
  if (digitsOfYear < 0 || month < 1 || month > 12 || day < 1) return undefined;
  const year = text.charCodeAt(0) === MINUS ? -digitsOfYear : digitsOfYear;
  if (day > daysInMonth(year, month)) return undefined;
  return daysFromEpoch(year, month, day) * DAY_MS;
}

/** In the Gregorian calendar, also before there was one. Years begin in March here: a leap day ends one. */
function daysFromEpoch(year: number, month: number, day: number): number {
  const isInYearBefore = month <= 2;
  const y = isInYearBefore ? year - 1 : year;
  const m = isInYearBefore ? month + 9 : month - 3;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leapDays + Math.floor((m * 153 + 2) / 5) + day - 1 - MARCH_OF_YEAR_0_DAYS;
}

function daysInMonth(year: number, month: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeapYear ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/** The index after the fraction that may start at `at`; -1 for a separator without digits. */
function endOfFraction(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit !== DOT && unit !== COMMA) return at;
  let end = at + 1;
  while (digits(text, end, 1) >= 0) end++;
  return end > at + 1 ? end : -1;
}

/** The first three digits of the fraction between `at` (its separator) and `end`. */
function milliseconds(text: string, at: number, end: number): number {
  let ms = 0;
  for (let i = at + 1; i <= at + 3; i++) ms = ms * 10 + (i < end ? text.charCodeAt(i) - ZERO : 0);
  return ms;
}

/** Minutes east of UTC of the zone that fills the rest of the text; undefined where the rest is none. */
function zoneMinutes(text: string, at: number): number | undefined {
  const length = text.length - at;
  if (length === 0) return 0;
  const first = text.charCodeAt(at);
  if (length === 1) return text[at] === 'Z' || text[at] === 'z' ? 0 : undefined;
  if (!isSign(first)) return undefined;
  const hasColon = text.charCodeAt(at + 3) === COLON;
  if (length !== 3 && length !== (hasColon ? 6 : 5)) return undefined;
  const hours = digits(text, at + 1, 2);
  const minutes = length === 3 ? 0 : digits(text, at + (hasColon ? 4 : 3), 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  return (first === MINUS ? -1 : 1) * (hours * 60 + minutes);
}

function isSign(unit: number): boolean {
  return unit === PLUS || unit === MINUS;
}

/** The number that `count` ASCII digits from `at` spell; -1 where one of them is no digit. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1; // NaN past the end
    value = value * 10 + digit;
  }
  return value;
}

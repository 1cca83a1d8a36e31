/** Days and seconds, and how plain data shows them. */

import { plainTime } from "../plain.js";

export const DAY = 86_400;

const LAST_SECOND = 253_402_300_799;

/** Return the first second of a day; one that is not there began long ago. */
export const beginningOf = (day: number | null): number => (day ?? 0) * DAY;

/** Return the first second after `day`: a date counts to the end of its day. */
export const endOf = (day: number): number => (day + 1) * DAY;

export const dayOf = (seconds: number): number => Math.floor(seconds / DAY);

/** Return a second as plain data; null, which means without an end, if it is beyond the year 9999. */
export const timeOf = (seconds: number): string | null => (seconds > LAST_SECOND ? null : plainTime(seconds));

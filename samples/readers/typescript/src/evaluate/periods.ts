/** Periods of meters: terms of bundles and days, months and years of the calendar, in UTC. */

import type { Bundle, License } from "../documents.js";
import { endOfWork } from "./states.js";
import { beginningOf, dayOf, endOf } from "./time.js";
import type { Activated } from "./world.js";

export type Per = NonNullable<License["per"]>;

/** A period, by its first second and the first one after it. */
export type Period = readonly [from: number, until: number];

/** Return the term of a bundle, without an end if it is perpetual or goes on after its end. */
export function termOf(bundle: Bundle): Period {
  const first = bundle.starts ?? dayOf(bundle.issued);
  return [beginningOf(first), bundle.after_grace === "advisory" ? Infinity : endOfWork(bundle)];
}

/** The day, month and year of a second. */
export const CALENDAR: Readonly<Record<Exclude<Per, "term">, (at: number) => Period>> = {
  day: (at) => [beginningOf(dayOf(at)), endOf(dayOf(at))],
  month: (at) => [firstOf(at, 0, 0), firstOf(at, 0, 1)],
  year: (at) => [firstOf(at, 0, null), firstOf(at, 1, null)],
};

/** Return the first second of a month that is some years and months after that of `at`, or of a year. */
function firstOf(at: number, years: number, months: number | null): number {
  const date = new Date(at * 1000);
  return Date.UTC(date.getUTCFullYear() + years, months === null ? 0 : date.getUTCMonth() + months) / 1000;
}

/**
 * Return what a bundle grants in each period of the calendar, of `count`. A key with `most` grants that over the whole
 * term, so nothing if the term has no end, or ends before it begins.
 */
export function inEach(per: Per | null, count: number | null, bundle: Activated): number | null {
  const { most } = bundle.scope;
  if (most === null || !per || per === "term") return count;
  const [from, until] = termOf(bundle);
  if (until === Infinity) return 0;
  let touched = 0;
  for (let at = from; at < until; [, at] = CALENDAR[per](at)) touched += 1;
  return touched && Math.min(count ?? most, Math.floor(most / touched));
}

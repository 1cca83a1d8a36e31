/** Periods of meters: terms of bundles and days, months and years of the calendar, in UTC. */

import type { Bundle, License } from "../documents.js";
import { endOfWork } from "./states.js";
import { beginningOf, dayOf } from "./time.js";
import type { Activated } from "./world.js";

export type Per = NonNullable<License["per"]>;
type Calendar = Exclude<Per, "term">;

/** A period, by its first second and the first one after it. */
export type Period = readonly [from: number, until: number];

/** Return the term of a bundle, without an end if it is perpetual or works after its end. */
export function termOf(bundle: Bundle): Period {
  const first = bundle.starts ?? dayOf(bundle.issued);
  return [beginningOf(first), bundle.after_grace === "advisory" ? Infinity : endOfWork(bundle)];
}

/** Return the calendar day, month or year of a second. */
export const periodOf = (at: number, per: Calendar): Period => [firstOf(at, per, 0), firstOf(at, per, 1)];

/** Return the first second of the day, month or year of `at`, or of one that comes `later`. */
function firstOf(at: number, per: Calendar, later: number): number {
  const date = new Date(at * 1000);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  if (per === "year") return Date.UTC(year + later) / 1000;
  return (per === "month" ? Date.UTC(year, month + later) : Date.UTC(year, month, date.getUTCDate() + later)) / 1000;
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
  for (let at = from; at < until; [, at] = periodOf(at, per)) touched += 1;
  return touched && Math.min(count ?? most, Math.floor(most / touched));
}

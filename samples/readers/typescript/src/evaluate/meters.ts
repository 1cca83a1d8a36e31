/** Meters: allowances of a quantity in the period that runs now. Counting what is used is the application's. */

import type { Bundle, License } from "../documents.js";
import { refuse } from "../refusal.js";
import type { Found } from "./codes.js";
import { sortBy } from "./collections.js";
import type { Entitlements } from "./entitlements.js";
import { type Named, sum } from "./grants.js";
import { endOfWork } from "./states.js";
import { beginningOf, dayOf, endOf, timeOf } from "./time.js";

type Per = NonNullable<License["per"]>;

/** A period, by its first second and the first one after it. */
type Period = readonly [from: number, until: number];

/** How much there is in a period; an amount of null is unrestricted, and an end of null is none. */
export interface Allowance {
  readonly amount: number | null;
  readonly from: string | null;
  readonly until: string | null;
}

export interface Meter {
  readonly per: Per | null;
  readonly allowances: readonly Allowance[];
}

/** Return the allowances of a meter, which is nothing if its issuer is not installed. */
export function meterOf(found: Found<License> | undefined, { at, grants }: Entitlements): Meter {
  if (!found) return { per: null, allowances: [] };
  const per = found.entry.per ?? refuse("wrong-kind");
  const selling = (grants.get(found.full) ?? []).filter(({ by }) => by.cap === "full");
  const allowances =
    per === "term"
      ? selling.map(({ count, by }) => ({ amount: count, period: termOf(by) }))
      : [{ amount: sum(selling.map((grant) => amountIn(grant, per))), period: PERIODS[per](at) }].slice(0, selling.length);
  const sorted = sortBy(allowances, ({ amount, period: [from, until] }) => [until, from, amount ?? Infinity]);
  return { per, allowances: sorted.map(({ amount, period: [from, until] }) => ({ amount, from: timeOf(from), until: timeOf(until) })) };
}

/** Return the term of a bundle, without an end if it is perpetual or goes on after its end. */
function termOf(bundle: Bundle): Period {
  const first = bundle.starts ?? dayOf(bundle.issued);
  return [beginningOf(first), bundle.after_grace === "advisory" ? Infinity : endOfWork(bundle)];
}

/** The calendar day, month and year of a second, in UTC. */
const PERIODS: Readonly<Record<Exclude<Per, "term">, (at: number) => Period>> = {
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
 * Return what a grant gives in each period: a key with `most` grants that over the whole term, so nothing if the term has no
 * end, or ends before it begins.
 */
function amountIn({ count, by }: Named, per: keyof typeof PERIODS): number | null {
  const { most } = by.scope;
  if (most === null) return count;
  const [from, until] = termOf(by);
  if (until === Infinity) return 0;
  let touched = 0;
  for (let at = from; at < until; [, at] = PERIODS[per](at)) touched += 1;
  return touched && Math.min(count ?? most, Math.floor(most / touched));
}

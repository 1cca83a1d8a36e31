/** Meters: allowances of a quantity in the period that runs now. Counting what is used is the application's. */

import type { License } from "../documents.js";
import { refuse } from "../refusal.js";
import type { Found } from "./codes.js";
import { sortBy } from "./collections.js";
import { countOf, type Entitlements } from "./entitlements.js";
import { type Per, type Period, periodOf, termOf } from "./periods.js";
import { timeOf } from "./time.js";

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
export function meterOf(found: Found<License> | undefined, all: Entitlements): Meter {
  if (!found) return { per: null, allowances: [] };
  const { full, entry } = found;
  const per = entry.per ?? refuse("wrong-kind");
  const selling = (all.grants.get(full) ?? []).filter(({ by }) => by.cap === "full");
  const allowances =
    per === "term"
      ? selling.map(({ count, by }) => allowance(count, termOf(by)))
      : [allowance(countOf(full, entry, all).total, periodOf(all.at, per))].slice(0, selling.length);
  return {
    per,
    allowances: sortBy(allowances, ({ amount, from, until }) => [until ?? "no end", from!, amount ?? Infinity]),
  };
}

const allowance = (amount: number | null, [from, until]: Period): Allowance => ({
  amount,
  from: timeOf(from),
  until: timeOf(until),
});

/** Meters: allowances of a quantity in the period that runs now. Counting what is used is the application's. */

import type { Bundle, License } from "../documents.js";
import { refuse } from "../refusal.js";
import type { Found } from "./codes.js";
import type { Entitlements } from "./entitlements.js";
import { type Named, sum } from "./grants.js";
import { sortBy } from "./order.js";
import { lastDay } from "./states.js";
import { DAY, dayOf, endOf, timeOf } from "./time.js";

type Per = NonNullable<License["per"]>;
type Calendar = Exclude<Per, "term">;

/** A period, by its first second and the first one after it. */
interface Period {
  readonly from: number;
  readonly until: number;
}

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
export function meterOf(found: Found<"licenses"> | undefined, all: Entitlements): Meter {
  if (!found) return { per: null, allowances: [] };
  const per = found.entry.per ?? refuse("wrong-kind", found.full);
  const grants = (all.grants.get(found.full) ?? []).filter(({ by }) => by.cap === "full");
  const allowances = per === "term" ? grants.map(ofTerm) : grants.length ? [ofCalendar(grants, per, all.at)] : [];
  const order = ({ amount, from, until }: Amount): (number | boolean)[] => [until, from, amount === null, amount ?? 0];
  return {
    per,
    allowances: sortBy(allowances, order).map(({ amount, from, until }) => ({ amount, from: timeOf(from), until: timeOf(until) })),
  };
}

interface Amount extends Period {
  readonly amount: number | null;
}

const ofTerm = ({ count, by }: Named): Amount => ({ amount: count, ...termOf(by.document) });

const ofCalendar = (grants: readonly Named[], per: Calendar, at: number): Amount => ({
  amount: sum(grants.map((grant) => amountIn(grant, per))),
  ...periodOf(at, per),
});

/** Return the term of a bundle, without an end if it is perpetual or goes on after its end. */
function termOf(bundle: Bundle): Period {
  const last = bundle.after_grace === "advisory" ? null : lastDay(bundle);
  return { from: (bundle.starts ?? dayOf(bundle.issued)) * DAY, until: last === null ? Infinity : endOf(last) };
}

/** Return the calendar day, month or year of a second, in UTC. */
function periodOf(at: number, per: Calendar): Period {
  if (per === "day") return { from: dayOf(at) * DAY, until: endOf(dayOf(at)) };
  const [year, month] = yearAndMonth(at);
  return per === "month"
    ? { from: Date.UTC(year, month) / 1000, until: Date.UTC(year, month + 1) / 1000 }
    : { from: Date.UTC(year) / 1000, until: Date.UTC(year + 1) / 1000 };
}

/** Return what a grant gives in each period: a key with `most` grants that over the whole term. */
function amountIn({ count, by }: Named, per: Calendar): number | null {
  const { most } = by.bundle.scope;
  if (most === null) return count;
  const { from, until } = termOf(by.document);
  const share = until === Infinity ? 0 : Math.floor(most / periodsTouched(from, until - 1, per));
  return Math.min(count ?? share, share);
}

function periodsTouched(first: number, last: number, per: Calendar): number {
  if (per === "day") return dayOf(last) - dayOf(first) + 1;
  const [[fromYear, fromMonth], [toYear, toMonth]] = [yearAndMonth(first), yearAndMonth(last)];
  return per === "year" ? toYear - fromYear + 1 : (toYear - fromYear) * 12 + toMonth - fromMonth + 1;
}

function yearAndMonth(seconds: number): [number, number] {
  const at = new Date(seconds * 1000);
  return [at.getUTCFullYear(), at.getUTCMonth()];
}

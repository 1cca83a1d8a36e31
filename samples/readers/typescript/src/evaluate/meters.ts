// Meters: allowances of a quantity in the period that runs now. Counting what is used is the application's.

import type { Bundle, License } from "../documents.js";
import { AskedWrongly, findLicense } from "./codes.js";
import { type Grant, sum } from "./grants.js";
import type { Entitlements } from "./holders.js";
import { endOf, lastDay } from "./states.js";
import { DAY } from "./world.js";

type Per = NonNullable<License["per"]>;
type Calendar = Exclude<Per, "term">;

/** How much there is in a period: null is unrestricted. `until` is the first second after the period. */
export interface Allowance {
  readonly amount: number | null;
  readonly from: number | null;
  readonly until: number | null;
}

export interface MeterAnswer {
  readonly per: Per;
  readonly allowances: readonly Allowance[];
}

/** Return the allowances of a meter, or nothing if its issuer is not installed. */
export function meterOf(code: string, all: Entitlements): MeterAnswer | undefined {
  const found = findLicense(code, ["system"], all.world);
  if (!found) return undefined;
  const { per } = found.entry;
  if (per === null) throw new AskedWrongly("wrong-kind", code);
  const sold = (all.grants.get(found.full) ?? []).filter(({ by }) => by.cap === "full");
  if (per === "term") return { per, allowances: sold.map(({ count, by }) => ({ amount: count, ...termOf(by.document) })) };
  const amount = sum(sold.map((grant) => perPeriod(grant, per)));
  return { per, allowances: [{ amount, ...periodOf(all.moment.at, per) }] };
}

/** Return the term of a bundle; it has no end if it is perpetual or goes on after it. */
function termOf(bundle: Bundle): { from: number; until: number | null } {
  const last = lastDay(bundle);
  const first = bundle.starts ?? Math.floor(bundle.issued / DAY);
  return { from: first * DAY, until: last === null || bundle.after_grace === "advisory" ? null : endOf(last) };
}

/** Return the calendar day, month or year of `at`, in UTC. */
function periodOf(at: number, per: Calendar): { from: number; until: number } {
  if (per === "day") return { from: at - (at % DAY), until: at - (at % DAY) + DAY };
  const date = new Date(at * 1000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const bounds = per === "month" ? [firstOf(year, month), firstOf(year, month + 1)] : [firstOf(year, 0), firstOf(year + 1, 0)];
  return { from: bounds[0]!, until: bounds[1]! };
}

const firstOf = (year: number, month: number): number => Date.UTC(year, month) / 1000;

/** Return what a grant gives in each period. What a key may sign at most is divided by the periods of its term. */
function perPeriod({ count, by }: Grant, per: Calendar): number | null {
  const bounds = by.bundle.scopes.map(({ most }) => most);
  if (bounds.includes(null)) return count;
  const { from, until } = termOf(by.document);
  const share = until === null ? 0 : Math.floor(Math.max(...(bounds as number[])) / periods(from, until - 1, per));
  return count === null ? share : Math.min(count, share);
}

/** Return how many periods are touched from the second `first` to the second `last`. */
function periods(first: number, last: number, per: Calendar): number {
  if (per === "day") return Math.floor(last / DAY) - Math.floor(first / DAY) + 1;
  const [a, b] = [new Date(first * 1000), new Date(last * 1000)];
  const years = b.getUTCFullYear() - a.getUTCFullYear();
  return per === "year" ? years + 1 : years * 12 + b.getUTCMonth() - a.getUTCMonth() + 1;
}

/** Coverage: until when a part is licensed without a gap, over bundles that follow one another. */

import { plainDate } from "../plain.js";
import { sortBy } from "./collections.js";
import type { Entitlements } from "./entitlements.js";
import { inForce, partOf } from "./governing.js";
import { byIssuer, type Governing, governorOf } from "./moment.js";
import { endOfWork, lastDay, works } from "./states.js";
import { beginningOf, dayOf } from "./time.js";

/** How a coverage ends. A day that is not there is never. */
export interface Ending {
  /** The bundle with which it ends. */
  readonly last: Governing;
  readonly covered: number;
  /** The last day on which the part works. */
  readonly works: number;
}

/** Coverage of a part as plain data; both days are null where it is not licensed. */
export interface Coverage {
  readonly issuer: string;
  readonly part: string;
  /** A date, or `perpetual`. */
  readonly covered_until: string | null;
  readonly works_until: string | null;
}

/** Return `now` and the first second of each later start. */
const momentsFrom = ({ at: now, bundles }: Entitlements): number[] =>
  sortBy(new Set([now, ...bundles.map(({ starts }) => Math.max(now, beginningOf(starts)))]), (at) => [at]);

/** Return how the coverage of `issuer/part` ends, or null if it is not licensed now. */
export function endingOf(part: string, all: Entitlements): Ending | null {
  let last: Governing | undefined;
  for (const moment of momentsFrom(all)) {
    if (last && endOfWork(last) < moment) break;
    const next = governorOf(part, moment, all);
    if (!next || !works(next.state)) return last ? endingWith(last, dayOf(moment) - 1) : null;
    last = next;
  }
  return endingWith(last!, Infinity);
}

/** Return the ending with a bundle, which works at most until `day`. */
function endingWith(last: Governing, day: number): Ending {
  const until = (own: number | null): number => Math.min(own ?? Infinity, day);
  return { last, covered: until(last.expiry), works: until(lastDay(last)) };
}

const shown = (day: number): string | null => (day === Infinity ? null : plainDate(day));

export const coveredUntil = (ending: Ending | null): string | null => ending && (shown(ending.covered) ?? "perpetual");

/** Return how the coverage of each issuer and part ends that a bundle governs now or later, by issuer and part. */
export function endingsOf(all: Entitlements): { issuer: string; part: string; ending: Ending | null }[] {
  const governing = new Map(momentsFrom(all).flatMap((at) => [...inForce(all.bundles, at)]));
  const parts = sortBy(governing.values(), ({ issuer, part }) => [...byIssuer(issuer, all), part]);
  return parts.map((bundle) => ({ issuer: bundle.issuer, part: bundle.part, ending: endingOf(partOf(bundle), all) }));
}

export const coverageOf = (all: Entitlements): Coverage[] =>
  endingsOf(all).map(({ issuer, part, ending }) => ({
    issuer,
    part,
    covered_until: coveredUntil(ending),
    works_until: ending && shown(ending.works),
  }));

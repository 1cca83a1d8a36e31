/** Coverage: until when a part is licensed without a gap, over bundles that follow one another. */

import { plainDate } from "../plain.js";
import { sortBy } from "./collections.js";
import { inForce, partOf } from "./governing.js";
import { byIssuer, type Governing, governorOf } from "./moment.js";
import { endOfWork, lastDay, works } from "./states.js";
import { beginningOf, dayOf } from "./time.js";
import type { World } from "./world.js";

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
const momentsFrom = (now: number, { bundles }: World): number[] => {
  const later = bundles.map(({ starts }) => beginningOf(starts)).filter((at) => at > now);
  return [now, ...sortBy(new Set(later), (at) => [at])];
};

/** Return how the coverage of `issuer/part` ends, or null if it is not licensed now. */
export function endingOf(part: string, now: number, world: World): Ending | null {
  let last: Governing | undefined;
  for (const moment of momentsFrom(now, world)) {
    if (last && endOfWork(last) < moment) break;
    const next = governorOf(part, moment, world);
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
export function endingsOf(now: number, world: World): { issuer: string; part: string; ending: Ending | null }[] {
  const governing = new Map(momentsFrom(now, world).flatMap((at) => [...inForce(world.bundles, at)]));
  const parts = sortBy(governing.values(), ({ issuer, part }) => [...byIssuer(issuer, world), part]);
  return parts.map((bundle) => ({ issuer: bundle.issuer, part: bundle.part, ending: endingOf(partOf(bundle), now, world) }));
}

export const coverageOf = (now: number, world: World): Coverage[] =>
  endingsOf(now, world).map(({ issuer, part, ending }) =>
    ({ issuer, part, covered_until: coveredUntil(ending), works_until: ending && shown(ending.works) }));

/** Coverage: until when a part is licensed without a gap, over bundles that follow one another. */

import { plainDate } from "../plain.js";
import { inForce } from "./governing.js";
import { byIssuer, type Governing, governorOf } from "./moment.js";
import { sortBy } from "./order.js";
import { lastDay, works } from "./states.js";
import { DAY, endOf } from "./time.js";
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
const momentsOf = (now: number, world: World): number[] => {
  const later = world.bundles.map(({ document }) => (document.starts ?? 0) * DAY).filter((at) => at > now);
  return [now, ...[...new Set(later)].sort((a, b) => a - b)];
};

/** Return how the coverage of `issuer/part` ends, or null if it is not licensed now. */
export function endingOf(part: string, now: number, world: World): Ending | null {
  let last = governorOf(part, now, world);
  if (!last || !works(last.state)) return null;
  for (const moment of momentsOf(now, world).slice(1)) {
    if (endOfWork(last) < moment) break;
    const next = governorOf(part, moment, world);
    if (next?.bundle === last.bundle) continue;
    if (!next || !works(next.state)) return endsWith(last, moment / DAY - 1);
    last = next;
  }
  return endsWith(last, Infinity);
}

const endOfWork = ({ document }: Governing): number => endOf(lastDay(document) ?? Infinity);

/** Return the ending with `last`, which works at most until `day`. */
function endsWith(last: Governing, day: number): Ending {
  const { expiry } = last.document;
  return { last, covered: Math.min(expiry ?? Infinity, day), works: Math.min(lastDay(last.document) ?? Infinity, day) };
}

const shown = (day: number): string | null => (day === Infinity ? null : plainDate(day));

export const coveredUntil = (ending: Ending | null): string | null => ending && (shown(ending.covered) ?? "perpetual");

/** Return each issuer and part that a bundle governs now or later, by issuer and part. */
export function partsAhead(now: number, world: World): { issuer: string; part: string }[] {
  const keys = new Set(momentsOf(now, world).flatMap((at) => [...inForce(world.bundles, at).keys()]));
  const parts = [...keys].map((key) => ({ issuer: key.slice(0, key.indexOf("/")), part: key.slice(key.indexOf("/") + 1) }));
  return sortBy(parts, ({ issuer, part }) => [...byIssuer(issuer, world), part]);
}

export const coverageOf = (now: number, world: World): Coverage[] =>
  partsAhead(now, world).map(({ issuer, part }) => {
    const ending = endingOf(`${issuer}/${part}`, now, world);
    return { issuer, part, covered_until: coveredUntil(ending), works_until: ending && shown(ending.works) };
  });

// Coverage: until when a part is licensed without a gap, over bundles that follow one another; and the base part.

import { partOf, waiting } from "./governing.js";
import { type Governing, isAwayTooLong, momentOf } from "./moment.js";
import { endOf, lastDay, type State, stateOf, works } from "./states.js";
import { type Activated, DAY, type World } from "./world.js";

/** Until when a part is covered: a day, or perpetually. */
export interface Coverage {
  readonly covered_until: number | "perpetual";
  /** The last day on which it works, with grace; null is without an end. */
  readonly works_until: number | null;
  /** The bundle with which it ends. */
  readonly last: Activated;
}

/** Return the second from which a bundle no longer works. */
const endOfWork = ({ document }: Governing): number => {
  const last = lastDay(document);
  return last === null ? Infinity : endOf(last);
};

const worksIn = (governing: Governing | undefined): governing is Governing => !!governing && works(governing.state);

/** Return the later moments at which a bundle starts, in their order. */
export function laterStarts(bundles: readonly Activated[], now: number): number[] {
  const starts = bundles.map(({ document }) => (document.starts ?? 0) * DAY).filter((at) => at > now);
  return [...new Set(starts)].sort((a, b) => a - b);
}

/** Return the coverage of `issuer/part`, or null if it is not licensed now. */
export function coverageOf(part: string, now: number, world: World): Coverage | null {
  const at = (moment: number): Governing | undefined => momentOf(world, moment).governing.get(part);
  let last = at(now);
  if (!worksIn(last)) return null;
  for (const moment of laterStarts(world.bundles, now)) {
    if (endOfWork(last) < moment) break;
    const next = at(moment);
    if (next?.bundle === last.bundle) continue;
    if (!worksIn(next)) return cutShort(last, moment / DAY - 1);
    last = next;
  }
  const { expiry } = last.document;
  return { covered_until: expiry ?? "perpetual", works_until: lastDay(last.document), last: last.bundle };
}

/** Return the coverage that ends with `day`, after which something takes the place of `last` that does not work. */
function cutShort({ bundle, document }: Governing, day: number): Coverage {
  return { covered_until: Math.min(document.expiry ?? day, day), works_until: Math.min(lastDay(document) ?? day, day), last: bundle };
}

/** What is known of a part: the bundle that governs it, or the first one that waits for its start. */
export interface Base {
  readonly status: State;
  readonly company: string;
  readonly serial: string;
  readonly use: "production" | "trial" | "demo";
  readonly is_trial: boolean;
  readonly covered_until: number | "perpetual" | null;
  readonly days_left: number | null;
}

/** Return what is known of the vendor's part `base`, or null where there is none, or it has been away too long. */
export function baseOf(now: number, world: World): Base | null {
  const part = `${world.vendor}/base`;
  const waits = waiting(world.bundles, now).filter(({ document }) => partOf(document) === part);
  const bundle = momentOf(world, now).governing.get(part)?.bundle ?? earliest(waits);
  if (!bundle || isAwayTooLong(bundle.document, world)) return null;
  const { company, serial, use } = bundle.document;
  const coverage = coverageOf(part, now, world);
  return {
    status: stateOf(bundle.document, world, now), company, serial, use, is_trial: use === "trial",
    covered_until: coverage?.covered_until ?? null, days_left: daysLeft(bundle, coverage, now),
  };
}

export const earliest = (bundles: readonly Activated[]): Activated | undefined =>
  bundles.reduce<Activated | undefined>((a, b) => (a && a.document.starts! <= b.document.starts! ? a : b), undefined);

/** Return the days to the last one that is covered, and once that has passed, of grace; null is without an end. */
function daysLeft(bundle: Activated, coverage: Coverage | null, now: number): number | null {
  const covered = coverage ? coverage.covered_until : bundle.document.expiry ?? "perpetual";
  if (covered === "perpetual") return null;
  const today = Math.floor(now / DAY);
  const last = covered >= today ? covered : (coverage?.works_until ?? covered);
  return Math.max(0, last - today);
}

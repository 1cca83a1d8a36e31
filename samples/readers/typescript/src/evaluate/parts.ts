/** What is there of each part, the serial of the installation, and the vendor's part `base`. */

import type { Use } from "../documents.js";
import { sortBy } from "./collections.js";
import { coveredUntil, type Ending, endingOf } from "./coverage.js";
import type { Entitlements } from "./entitlements.js";
import { inForce, partOf, waiting } from "./governing.js";
import { byIssuer, type Governing, listed, waitingAt } from "./moment.js";
import type { State } from "./states.js";
import { dayOf } from "./time.js";

export interface Part {
  readonly issuer: string;
  readonly part: string;
  readonly serial: string;
  readonly use: Use;
  readonly sequence: number;
  readonly state: State;
  /** Whether it waits for its start; all others are in force. */
  readonly waits: boolean;
}

export interface Parts {
  /** The serial of the installation. */
  readonly serial: string | null;
  readonly parts: readonly Part[];
}

const shown =
  (waits: boolean) =>
  ({ issuer, part, serial, use, sequence, state }: Governing): Part => ({
    issuer,
    part,
    serial,
    use,
    sequence,
    state,
    waits,
  });

/** Return what is in force, then what waits, each by issuer and part. */
export function partsOf(all: Entitlements): Parts {
  const parts = [...all.governing.map(shown(false)), ...waitingAt(all.at, all).map(shown(true))];
  const [first] = sortBy(parts, ({ issuer, part, waits }) => {
    const [isOther] = byIssuer(issuer, all);
    return [isOther, part !== "base", issuer, waits, part];
  });
  return { serial: first?.serial ?? null, parts };
}

/** What is known of the vendor's part `base`. Where there is no such bundle, nothing is, and no day is left. */
export interface Base {
  readonly status: State | null;
  readonly company: string | null;
  readonly serial: string | null;
  readonly use: Use | null;
  readonly is_trial: boolean;
  readonly covered_until: string | null;
  readonly days_left: number | null;
}

/** Return what is known of the bundle that governs `base`, or of the first one activated of those that wait for it. */
export function baseOf(all: Entitlements): Base {
  const base = `${all.vendor}/base`;
  const bundles = [...inForce(all.bundles, all.at).values(), ...waiting(all.bundles, all.at)];
  const [first] = bundles.filter((bundle) => partOf(bundle) === base);
  const [found] = first ? listed([first], all.at, all) : []; // what is out of reach still holds its place
  const { state: status = null, company = null, serial = null, use = null } = found ?? {};
  const ending = endingOf(base, all);
  return {
    status,
    company,
    serial,
    use,
    is_trial: use === "trial",
    covered_until: coveredUntil(ending),
    days_left: ending ? daysLeft(ending, dayOf(all.at)) : 0,
  };
}

/** Return the days to the last one that is covered, and once that has passed, to the last one that works. */
function daysLeft(ending: Ending, today: number): number | null {
  const last = ending.covered >= today ? ending.covered : ending.works;
  return last === Infinity ? null : last - today;
}

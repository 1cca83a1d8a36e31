/** The state of a bundle at a moment, and its cap: the most that anything it grants can be. */

import type { Binding, Bundle } from "../documents.js";
import { DAY, dayOf, endOf, secondsOf } from "./time.js";
import type { Installation, World } from "./world.js";

export type State = "pending" | "active" | "warning" | "grace" | "expired" | "foreign" | "unmaintained";
export type Access = "none" | "read" | "full";

const ORDER: readonly Access[] = ["none", "read", "full"];
const AFTER_GRACE = { "read-only": "read", block: "none", advisory: "full" } as const;

export const isAtLeast = (access: Access, wanted: Access): boolean => ORDER.indexOf(access) >= ORDER.indexOf(wanted);
export const highest = (accesses: readonly Access[]): Access => accesses.reduce((a, b) => (isAtLeast(a, b) ? a : b), "none");
export const lowest = (a: Access, b: Access): Access => (isAtLeast(a, b) ? b : a);

/** Return the last day on which a bundle works, or null if it is perpetual. */
export const lastDay = ({ grace, expiry }: Bundle): number | null => grace ?? expiry;

/** Return how many of the facts in a binding the installation can show. */
export const factsThere = ({ facts }: Binding, installation: Installation): number =>
  [...facts].filter(([name, hash]) => Object.hasOwn(installation.facts, name) && installation.facts[name] === hash).length;

/** Return whether the installation is the one that a binding names, and has enough of its facts. */
function matches(binding: Binding, installation: Installation | undefined): boolean {
  if (!installation) return false;
  const isNamed = binding.installation === null || binding.installation === installation.digest;
  return isNamed && factsThere(binding, installation) >= binding.needed;
}

/** Return the first state that applies at `at`. */
export function stateOf({ binding, maintenance, ...dates }: Bundle, at: number, world: World): State {
  if (binding && !matches(binding, world.installation)) return "foreign";
  if (maintenance !== null && world.released && dayOf(secondsOf(world.released)) > maintenance) return "unmaintained";
  return stateByDates(dates, at);
}

function stateByDates({ starts, warning, expiry, grace }: Pick<Bundle, "starts" | "warning" | "expiry" | "grace">, at: number): State {
  if (starts !== null && at < starts * DAY) return "pending";
  if (expiry === null) return "active";
  if (at < endOf(expiry)) return warning !== null && at >= warning * DAY ? "warning" : "active";
  return grace !== null && at < endOf(grace) ? "grace" : "expired";
}

export const works = (state: State): boolean => state === "active" || state === "warning" || state === "grace";

export function capOf(bundle: Bundle, state: State): Access {
  if (works(state)) return "full";
  return state === "expired" ? AFTER_GRACE[bundle.after_grace] : "none";
}

/** Return the first second after `now` at which the state of one of the bundles is another one, or null. */
export function nextChange(bundles: readonly Bundle[], now: number): number | null {
  const changes = bundles.flatMap(({ starts, warning, expiry, grace }) => [
    ...[starts, warning].flatMap((day) => (day === null ? [] : [day * DAY])),
    ...[expiry, grace].flatMap((day) => (day === null ? [] : [endOf(day)])),
  ]);
  const next = Math.min(...changes.filter((at) => at > now));
  return next === Infinity ? null : next;
}

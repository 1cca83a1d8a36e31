/** The state of a bundle at a moment, and its cap: the most that anything it grants can be. */

import type { Binding, Bundle } from "../documents.js";
import { plainDate } from "../plain.js";
import { beginningOf, endOf } from "./time.js";
import type { Installation, World } from "./world.js";

export type State = "pending" | "active" | "warning" | "grace" | "expired" | "foreign" | "unmaintained";
export type Access = "none" | "read" | "full";

/** The highest first: no access is at least a word that is not one of them. */
const ORDER: readonly Access[] = ["full", "read", "none"];
const AFTER_GRACE = { "read-only": "read", block: "none", advisory: "full" } as const;

export const isAtLeast = (access: Access, wanted: Access): boolean => ORDER.indexOf(access) <= ORDER.indexOf(wanted);
export const highest = (a: Access = "none", b: Access = "none"): Access => (isAtLeast(a, b) ? a : b);

/** Return the last day on which a bundle works, or null if it is perpetual. */
export const lastDay = ({ grace, expiry }: Bundle): number | null => grace ?? expiry;

/** Return the second from which a bundle no longer works by its dates. */
export const endOfWork = (bundle: Bundle): number => endOf(lastDay(bundle) ?? Infinity);

/** Return how many of the facts in a binding the installation can show. */
export const factsThere = ({ facts }: Binding, installation: Installation): number =>
  [...facts].filter(([name, hash]) => installation.facts[name] === hash).length;

/** Return whether the installation is the one that a binding names, and has enough of its facts. */
const matches = (binding: Binding, installation: Installation | undefined): boolean =>
  !!installation &&
  (binding.installation ?? installation.digest) === installation.digest &&
  factsThere(binding, installation) >= binding.needed;

/** Return the first state that applies at `at`. */
export function stateOf(bundle: Bundle, at: number, world: World): State {
  const { binding, maintenance, starts, warning, expiry } = bundle;
  if (binding && !matches(binding, world.installation)) return "foreign";
  if (maintenance !== null && (world.released ?? "") > plainDate(maintenance)) return "unmaintained";
  if (at < beginningOf(starts)) return "pending";
  if (expiry === null || at < endOf(expiry))
    return warning !== null && at >= beginningOf(warning) ? "warning" : "active";
  return at < endOfWork(bundle) ? "grace" : "expired";
}

export const works = (state: State): boolean => ["active", "warning", "grace"].includes(state);

export const capOf = (bundle: Bundle, state: State): Access =>
  works(state) ? "full" : state === "expired" ? AFTER_GRACE[bundle.after_grace] : "none";

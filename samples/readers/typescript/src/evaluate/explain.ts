/** Why not: the first of rules W1 to W11 that applies, where access is less than what is required. */

import type { License } from "../documents.js";
import { accessOf } from "./access.js";
import { asWritten, type Found } from "./codes.js";
import { sortBy } from "./collections.js";
import { type Entitlements, isThere } from "./entitlements.js";
import { grantsOf, type Named, yields } from "./grants.js";
import type { Holdings, Served } from "./holders.js";
import { waitingAt } from "./moment.js";
import { type Access, isAtLeast, works } from "./states.js";

/** A reason for programs, and the code of the message for people. */
export interface Why {
  readonly reason: Reason | null;
  readonly code: string | null;
}

export type Reason =
  | "not-licensed"
  | "pending"
  | "expired"
  | "foreign"
  | "unmaintained"
  | "not-installed"
  | "unknown-user"
  | "unknown-site"
  | "retired"
  | "not-assigned"
  | "beyond-sold";

const because = (reason: Reason | null, code: string | null = reason): Why => ({ reason, code });

/** Return why a holder has less than `wanted` of a license, which is nothing if its issuer is not installed. */
export function whyNot(found: Found<License> | undefined, wanted: Access, holdings: Holdings, all: Entitlements): Why {
  if (found && isAtLeast(accessOf(found, holdings, all), wanted)) return because(null);
  if (holdings.unknown) return because(holdings.unknown); // W1
  if (!found) return because("not-installed", "issuer-absent"); // W2
  return found.entry.kind === "system" ? whyNotHere(found.full, all) : whyNotHeld(found.full, holdings, all);
}

/** W3 to W6: why the installation does not have a license. */
function whyNotHere(full: string, all: Entitlements): Why {
  if (all.licenses.get(full)!.full_with !== null && all.present.get(full) === "full")
    return because("not-assigned", "full-with-another");
  const sources = sourcesOf(full, all);
  return whyIdle(sources) ?? because("not-licensed", sources.length ? "only-included" : "no-bundle-grants");
}

/** W4: return the state of the first bundle that grants a license, or what gives it, and does not work. */
function whyIdle(sources: readonly Named[]): Why | undefined {
  const idle = sources.find(({ by }) => !works(by.state));
  return idle && because(idle.by.state as Reason, "bundle-not-in-force");
}

/** Return what grants a license or gives it: in force before waiting, and of these the license itself first. */
const sourcesOf = (full: string, all: Entitlements): Named[] =>
  [all.governing, waitingAt(all.at, all)].flatMap((bundles) => {
    const grants = [...grantsOf(bundles, all)].filter(([license]) => yields(license, full, all));
    return sortBy(grants, ([license]) => [license !== full, asWritten(license, all)]).flatMap(([, named]) => named);
  });

/** W7 to W11: why a holder does not have a site or user license, by its assignments alone. */
function whyNotHeld(full: string, { is, served }: Holdings, all: Entitlements): Why {
  const yielding = served.filter((one) => yields(one.full, full, all));
  const giving = is === "own" ? yielding : sortBy(yielding, (one) => [asWritten(one.full, all)]);
  const notGranted = because("not-assigned", "not-granted-to");
  const [first] = giving;
  if (!first) {
    const isForSome = [...all.grants.keys()].some(
      (other) => yields(other, full, all) && all.licenses.get(other)!.kind !== "system" && isThere(other, all),
    );
    return isForSome ? notGranted : whyNotHere(full, all); // W7
  }
  if (!isThere(first.full, all)) return whyNotHere(first.full, all); // W8
  if (giving.some((one) => isBeyondSold(one, all))) return because("beyond-sold"); // W9
  return whyIdle(sourcesOf(first.full, all)) ?? notGranted; // W10, W11
}

/** W9: return whether an assignment is served with none, although bundles in force grant its license. */
export const isBeyondSold = ({ full, access, isOwn }: Served, all: Entitlements): boolean =>
  isOwn && access === "none" && isThere(full, all);

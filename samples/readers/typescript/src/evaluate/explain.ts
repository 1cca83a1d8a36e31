/** Why not: the first of rules W1 to W11 that applies, where access is less than what is required. */

import type { License } from "../documents.js";
import { accessOf } from "./access.js";
import { asWritten, type Found, licenseOf } from "./codes.js";
import { type Entitlements, isThere } from "./entitlements.js";
import { gives, grantsOf, type Named } from "./grants.js";
import type { Holdings, Served } from "./holders.js";
import { waitingAt } from "./moment.js";
import { sortBy } from "./order.js";
import { type Access, isAtLeast, works } from "./states.js";

/** A reason for programs, and the code of the message for people. */
export interface Why {
  readonly reason: Reason | null;
  readonly code: string | null;
}

export type Reason =
  | "not-licensed" | "pending" | "expired" | "foreign" | "unmaintained" | "not-installed" | "unknown-user"
  | "unknown-site" | "retired" | "not-assigned" | "beyond-sold";

/** Return why a holder has less than `wanted` of a license, which is nothing if its issuer is not installed. */
export function whyNot(found: Found<"licenses"> | undefined, wanted: Access, holdings: Holdings, all: Entitlements): Why {
  if (found && isAtLeast(accessOf(found.full, found.entry, holdings, all), wanted)) return { reason: null, code: null };
  if (holdings.unknown) return { reason: holdings.unknown, code: holdings.unknown }; // W1
  if (!found) return { reason: "not-installed", code: "issuer-absent" }; // W2
  const { full, entry } = found;
  const isOfAll = entry.kind === "system" || holdings.holder.is === "installation";
  return isOfAll ? whyNotHere(full, entry, all) : whyNotHeld(full, entry, holdings, all);
}

/** W3 to W6: why the installation does not have a license. */
function whyNotHere(full: string, license: License, all: Entitlements): Why {
  if (license.full_with !== null && all.present.get(full) === "full") return { reason: "not-assigned", code: "full-with-another" };
  const sources = sourcesOf(full, all);
  return whyOfState(sources) ?? { reason: "not-licensed", code: sources.some((by) => by.license !== full) ? "only-included" : "no-bundle-grants" };
}

/** W4: return the state of the first bundle that grants a license, or what gives it, and does not work. */
function whyOfState(sources: readonly Named[]): Why | undefined {
  const idle = sources.find(({ by }) => !works(by.state));
  return idle && { reason: idle.by.state as Reason, code: "bundle-not-in-force" };
}

/** Return what grants a license or gives it, of bundles in force and then of those that wait; the license itself first. */
function sourcesOf(full: string, all: Entitlements): Named[] {
  return [all.governing, waitingAt(all.at, all.world)].flatMap((bundles) => {
    const grants = [...grantsOf(bundles, all.world)].filter(([license]) => license === full || gives(license, full, all.world));
    return sortBy(grants, ([license]) => [license !== full, asWritten(license, all.world)]).flatMap(([, by]) => by);
  });
}

/** W7 to W11: why a holder does not have a site or user license, by its assignments alone. */
function whyNotHeld(full: string, license: License, { holder, served }: Holdings, all: Entitlements): Why {
  const isSource = (other: string): boolean => other === full || gives(other, full, all.world);
  const matching = served.filter((one) => isSource(one.full));
  const giving = holder.is === "own" ? matching : sortBy(matching, (one) => [asWritten(one.full, all.world)]);
  const [first] = giving;
  if (!first) {
    const isForSome = [...all.grants.keys()].some((other) =>
      isSource(other) && licenseOf(other, all.world)!.kind !== "system" && isThere(other, all));
    return isForSome ? NOT_GRANTED : whyNotHere(full, license, all); // W7
  }
  const assigned = licenseOf(first.full, all.world)!;
  if (!isThere(first.full, all)) return whyNotHere(first.full, assigned, all); // W8
  if (giving.some((one) => isBeyondSold(one, all))) return { reason: "beyond-sold", code: "beyond-sold" }; // W9
  return whyOfState(sourcesOf(first.full, all)) ?? NOT_GRANTED; // W10, W11
}

const NOT_GRANTED: Why = { reason: "not-assigned", code: "not-granted-to" };

/** W9: return whether an assignment is served with none, although bundles in force grant its license. */
export const isBeyondSold = ({ full, access, isOwn }: Served, all: Entitlements): boolean =>
  isOwn && access === "none" && isThere(full, all);

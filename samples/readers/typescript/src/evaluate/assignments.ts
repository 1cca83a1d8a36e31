/** Assignments: whether a change of one holder is taken, by rules S1 to S5. It is judged by what it leads to. */

import type { License } from "../documents.js";
import { refuse } from "../refusal.js";
import { findLicense, inFull, issuerOf, licenseOf } from "./codes.js";
import { countOf, type Entitlements } from "./entitlements.js";
import { gives } from "./grants.js";
import type { Access } from "./states.js";

/** What is assigned to a user or a site, and what is released. */
export interface Change {
  readonly user?: string;
  readonly site?: string;
  readonly assign?: readonly string[];
  readonly release?: readonly string[];
}

/** Throw a Refusal with the first code for which a change is refused. */
export function judgeChange({ user, site, assign = [], release = [] }: Change, all: Entitlements): void {
  const { world } = all;
  const known = user === undefined ? undefined : all.users.get(user);
  const holder = known ?? (site === undefined ? undefined : all.sites.get(site)) ?? refuse("not-found");
  if (known?.retired && assign.length) refuse("user-retired");
  const kind = known ? "user" : "site";
  const wanted = assign.map((code) => (findLicense(code, [kind], world) ?? refuse("unknown-code", code)).full);
  const before = known?.retired ? [] : (holder.licenses ?? []).map(({ license }) => inFull(license, world.vendor));
  const released = release.map((code) => inFull(code, world.vendor));
  if (released.some((full) => !before.includes(full))) refuse("not-assigned");
  const added = [...new Set(wanted)].filter((full) => !before.includes(full));
  const kept = before.filter((full) => !released.includes(full));
  const after = [...kept, ...added];
  const license = (full: string): License => licenseOf(full, world)!;

  if (added.some((full) => license(full).limits_sites || license(full).seats === "concurrent")) refuse("not-assigned"); // S1
  if (added.some((full) => license(full).plan && plansOf(issuerOf(full), after, all) > 1)) refuse("plan-held"); // S3
  const isMissing = (full: string): boolean => required(full, all).some((other) => !has(other, after, all));
  if (added.some(isMissing)) refuse("requirement-missing"); // S4
  const isLost = (full: string): boolean => required(full, all).some((other) => has(other, before, all) && !has(other, after, all));
  if (kept.some(isLost)) refuse("still-required"); // S5
  if (added.some((full) => isUsedUp(full, all))) refuse("none-free"); // S2
}

/** Return how many of these licenses are plans of an issuer. */
const plansOf = (issuer: string, assigned: readonly string[], { world }: Entitlements): number =>
  assigned.filter((full) => issuerOf(full) === issuer && licenseOf(full, world)?.plan).length;

const required = (full: string, { world }: Entitlements): string[] =>
  (licenseOf(full, world)?.requires ?? []).map((code) => inFull(code, issuerOf(full)));

/** Return whether a holder with these assignments has a license: through them, whatever lapsed, or as everybody has it. */
function has(full: string, assigned: readonly string[], { world, present, everybody }: Entitlements): boolean {
  const isRead = (access: Access | undefined): boolean => access !== undefined && access !== "none";
  return isRead(present.get(full)) || isRead(everybody.get(full)) || assigned.some((one) => one === full || gives(one, full, world));
}

/** Return whether there is none for another holder. */
function isUsedUp(full: string, all: Entitlements): boolean {
  const { total, in_use } = countOf(full, licenseOf(full, all.world)!, all);
  return total !== null && in_use >= total;
}

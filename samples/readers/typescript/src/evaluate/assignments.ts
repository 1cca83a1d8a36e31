/** Assignments: whether a change of one holder is taken, by rules S1 to S5. It is judged by what it leads to. */

import type { License } from "../documents.js";
import { refuse } from "../refusal.js";
import { findLicense, issuerOf, namedIn } from "./codes.js";
import { countOf, type Entitlements } from "./entitlements.js";
import { yields } from "./grants.js";
import { inFull } from "./world.js";

/** What is assigned to a user or a site, and what is released. */
export interface Change {
  readonly user?: string;
  readonly site?: string;
  readonly assign?: readonly string[];
  readonly release?: readonly string[];
}

/** Throw a Refusal with the first code for which a change is refused. */
export function judgeChange({ user, site, assign = [], release = [] }: Change, all: Entitlements): void {
  const holder = all.users.get(user!) ?? all.sites.get(site!) ?? refuse("not-found");
  const isRetired = "retired" in holder && holder.retired;
  if (isRetired && assign.length) refuse("user-retired");
  const kind = user === undefined ? "site" : "user";
  const wanted = assign.map((code) => (findLicense(code, [kind], all) ?? refuse("unknown-code", code)).full);
  const before = isRetired ? [] : (holder.licenses ?? []).map(({ license }) => inFull(license, all.vendor));
  const released = release.map((code) => inFull(code, all.vendor));
  if (released.some((full) => !before.includes(full))) refuse("not-assigned");
  const added = [...new Set(wanted)].filter((full) => !before.includes(full));
  const kept = before.filter((full) => !released.includes(full));
  const after = [...kept, ...added];
  const license = (full: string): License => all.licenses.get(full)!;
  const required = (full: string): string[] =>
    (all.licenses.get(full)?.requires ?? []).map((code) => namedIn(full, code));

  if (added.some((full) => isNeverAssigned(license(full)))) refuse("not-assigned"); // S1
  if (added.some((full) => license(full).plan && plansOf(issuerOf(full), after, all) > 1)) refuse("plan-held"); // S3
  const isMissing = (full: string): boolean => !has(full, after, all);
  if (added.some((full) => required(full).some(isMissing))) refuse("requirement-missing"); // S4
  const isLost = (full: string): boolean => has(full, before, all) && isMissing(full);
  if (kept.some((full) => required(full).some(isLost))) refuse("still-required"); // S5
  if (added.some((full) => isUsedUp(full, all))) refuse("none-free"); // S2
}

const isNeverAssigned = ({ limits_sites, seats }: License): boolean => limits_sites || seats === "concurrent";

/** Return how many of these licenses are plans of an issuer. */
const plansOf = (issuer: string, assigned: readonly string[], { licenses }: Entitlements): number =>
  assigned.filter((full) => issuerOf(full) === issuer && licenses.get(full)?.plan).length;

/** Return whether a holder has a license: through assignments, whatever lapsed of them, or as everybody has it. */
function has(full: string, assigned: readonly string[], all: Entitlements): boolean {
  const isOfAll = [all.present, all.everybody].some((accesses) => (accesses.get(full) ?? "none") !== "none");
  return isOfAll || assigned.some((one) => yields(one, full, all));
}

/** Return whether there is none for another holder. */
function isUsedUp(full: string, all: Entitlements): boolean {
  const { total, in_use } = countOf(full, all.licenses.get(full)!, all);
  return total !== null && in_use >= total;
}

/** What bundles grant, what that gives, and how much of each license there is. */

import type { License } from "../documents.js";
import { inFull, issuerOf, licenseOf } from "./codes.js";
import type { Governing } from "./moment.js";
import { groupBy, reachable } from "./order.js";
import { type Access, highest } from "./states.js";
import type { World } from "./world.js";

/** A code that a bundle names, with the kind under which it does, and how many; null is unrestricted. */
export interface Named {
  readonly license: string;
  readonly kind: License["kind"];
  readonly count: number | null;
  readonly by: Governing;
}

const FIELDS = [["system", "system"], ["sites", "site"], ["users", "user"]] as const;

export const namedBy = (by: Governing): Named[] =>
  FIELDS.flatMap(([field, kind]) =>
    [...by.document[field]].map(([code, count]) => ({ license: inFull(code, by.document.issuer), kind, count, by })));

/** Return whether a code is granted: the issuer's newest catalog has a license of that kind. */
export const isGranted = ({ license, kind }: Named, world: World): boolean => licenseOf(license, world)?.kind === kind;

export type Grants = ReadonlyMap<string, readonly Named[]>;

/** Return what bundles grant, by license. */
export const grantsOf = (bundles: readonly Governing[], world: World): Grants =>
  groupBy(bundles.flatMap(namedBy).filter((named) => isGranted(named, world)), ({ license }) => license);

/** Return what a license gives its holder: what it includes, what took its place, what these give, and so on. */
export function givenBy(license: string, world: World): Set<string> {
  const given = reachable(license, (full) => {
    const found = licenseOf(full, world);
    const next = found ? [...found.includes, ...(found.replaced_by === null ? [] : [found.replaced_by])] : [];
    return next.map((code) => inFull(code, issuerOf(full))).filter((code) => licenseOf(code, world));
  });
  given.delete(license); // a circle ends where it began
  return given;
}

export const gives = (from: string, license: string, world: World): boolean => givenBy(from, world).has(license);

/** Return the most that bundles give of what they grant. */
export const bestOf = (grants: readonly Named[] = []): Access => highest(grants.map(({ by }) => by.cap));

/** Return a sum of counts; unrestricted wins. */
export const sum = (counts: readonly (number | null)[]): number | null =>
  counts.reduce<number | null>((a, b) => (a === null || b === null ? null : a + b), 0);

/** Return how many of a license bundles of one of these caps sell. */
export const sold = (grants: readonly Named[] = [], ...caps: Access[]): number | null =>
  sum(grants.filter(({ by }) => caps.includes(by.cap)).map(({ count }) => count));

/** Return what a slot is served with: in full up to what is sold in full, then with read, then with none. */
export function tierOf(slot: number, grants: readonly Named[] | undefined): Access {
  const isWithin = (most: number | null): boolean => most === null || slot <= most;
  if (isWithin(sold(grants, "full"))) return "full";
  return isWithin(sold(grants, "full", "read")) ? "read" : "none";
}

/** Keep for each code the highest access with which it was noted. */
export function note(access: Access, codes: Iterable<string>, held: Map<string, Access>): void {
  for (const code of codes) held.set(code, highest([held.get(code) ?? "none", access]));
}

/** Return the system licenses that are present, each with the highest cap of what gives it, or is it. */
export function presentIn(grants: Grants, world: World): Map<string, Access> {
  const there = new Map<string, Access>();
  for (const [license, by] of grants) note(bestOf(by), [license, ...givenBy(license, world)], there);
  return new Map([...there].filter(([license]) => licenseOf(license, world)!.kind === "system"));
}

/** Return what the installation gives to all its sites and users, each under the cap of what gives it. */
export function givenToAll(present: ReadonlyMap<string, Access>, world: World): Map<string, Access> {
  const held = new Map<string, Access>();
  for (const [license, cap] of present) note(cap, givenBy(license, world), held);
  return held;
}

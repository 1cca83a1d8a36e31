/** What bundles grant, what that gives, and how much of each license there is. */

import type { License } from "../documents.js";
import { groupBy, reachable } from "./collections.js";
import { namedIn } from "./codes.js";
import type { Governing } from "./moment.js";
import { inEach } from "./periods.js";
import { type Access, highest } from "./states.js";
import type { World } from "./world.js";

/** A license that a bundle names, the kind under which it does, and how many; null is unrestricted. */
export interface Named {
  readonly license: string;
  readonly kind: License["kind"];
  readonly count: number | null;
  readonly by: Governing;
}

const FIELDS = [
  ["system", "system"],
  ["sites", "site"],
  ["users", "user"],
] as const;

export const namedBy = (by: Governing): Named[] =>
  FIELDS.flatMap(([field, kind]) =>
    [...by[field]].map(([code, count]) => ({ license: `${by.issuer}.${code}`, kind, count, by })),
  );

/** Return whether a code is granted: the issuer's newest catalog has a license of that kind. */
export const isGranted = ({ license, kind }: Named, { licenses }: World): boolean =>
  licenses.get(license)?.kind === kind;

export type Grants = ReadonlyMap<string, readonly Named[]>;

/** Return what bundles grant, by license; of a meter, how much in each period. */
export function grantsOf(bundles: readonly Governing[], world: World): Grants {
  const granted = bundles.flatMap(namedBy).filter((named) => isGranted(named, world));
  const counted = granted.map((named) => ({
    ...named,
    count: inEach(world.licenses.get(named.license)!.per, named.count, named.by),
  }));
  return groupBy(counted, ({ license }) => license);
}

/** Return what a license gives its holder: what it includes, what took its place, what these give, and so on. */
export function givenBy(license: string, { licenses }: World): Set<string> {
  const given = reachable(license, (full) => {
    const { includes = [], replaced_by = null } = licenses.get(full) ?? {};
    return [...includes, ...(replaced_by === null ? [] : [replaced_by])]
      .map((code) => namedIn(full, code))
      .filter((code) => licenses.has(code));
  });
  given.delete(license); // a circle ends where it began
  return given;
}

/** Return whether a license is another one, or gives it. */
export const yields = (from: string, full: string, world: World): boolean =>
  from === full || givenBy(from, world).has(full);

/** Return the most that bundles give of what they grant. */
export const bestOf = (grants: readonly Named[] = []): Access =>
  grants.reduce<Access>((best, { by }) => highest(best, by.cap), "none");

/** Return a sum of counts; unrestricted wins. */
export const sum = (counts: readonly (number | null)[]): number | null =>
  counts.includes(null) ? null : (counts as readonly number[]).reduce((a, b) => a + b, 0);

/** Return how many of a license bundles of one of these caps sell. */
export const sold = (grants: readonly Named[] = [], ...caps: Access[]): number | null =>
  sum(grants.filter(({ by }) => caps.includes(by.cap)).map(({ count }) => count));

/** Return what a slot is served with: in full up to what is sold in full, then with read, then with none. */
export function tierOf(slot: number, grants: readonly Named[] | undefined): Access {
  const isSold = (...caps: Access[]): boolean => slot <= (sold(grants, ...caps) ?? Infinity);
  return isSold("full") ? "full" : isSold("full", "read") ? "read" : "none";
}

/** Keep for each code the highest access with which it was noted. */
export function note(access: Access, codes: Iterable<string>, held: Map<string, Access>): void {
  for (const code of codes) held.set(code, highest(held.get(code), access));
}

/** Return the system licenses that are present, each with the highest cap of what gives it, or is it. */
export function presentIn(grants: Grants, world: World): Map<string, Access> {
  const there = new Map<string, Access>();
  for (const [license, by] of grants) note(bestOf(by), [license, ...givenBy(license, world)], there);
  return new Map([...there].filter(([license]) => world.licenses.get(license)!.kind === "system"));
}

/** Return what the installation gives to all its sites and users, each under the cap of what gives it. */
export function givenToAll(present: ReadonlyMap<string, Access>, world: World): Map<string, Access> {
  const held = new Map<string, Access>();
  for (const [license, cap] of present) note(cap, givenBy(license, world), held);
  return held;
}

/** Holders: what each assignment is served with ("Counts and surplus"), and what a holder has through all of them. */

import type { Entitlements } from "./entitlements.js";
import { bestOf, givenBy, note, tierOf } from "./grants.js";
import { type Access, highest, isAtLeast } from "./states.js";
import { type Assignment, inFull, type Site, type Slots } from "./world.js";

/** An assignment, and what it is served with. */
export interface Served {
  /** The code as it was assigned. */
  readonly license: string;
  readonly full: string;
  readonly access: Access;
  /** Whether it is of the holder's own kind. */
  readonly isOwn: boolean;
}

/** What a holder has. */
export interface Holdings {
  readonly is: "installation" | "site" | "user" | "own";
  /** Why it has nothing at all, if so. */
  readonly unknown: "unknown-user" | "unknown-site" | "retired" | null;
  readonly served: readonly Served[];
  /** What it has of site and user licenses, and what these give. */
  readonly held: ReadonlyMap<string, Access>;
}

/** Return what the installation as a whole has. */
export const ofInstallation = (all: Entitlements): Holdings => holding("installation", null, [], [], all);

/** Return what a site has. */
export function ofSite(id: string, all: Entitlements): Holdings {
  return holding("site", all.sites.has(id) ? null : "unknown-site", servedToSite(id, all), [], all);
}

/** Return what a user has, who may work at a site; a user who is not known or is retired has nothing. */
export function ofUser(id: string, site: string | undefined, all: Entitlements): Holdings {
  const user = all.users.get(id);
  if (!user || user.retired) return holding("user", user ? "retired" : "unknown-user", [], [], all);
  const served = (user.licenses ?? []).map((one) => serve(one, "user", all));
  return holding("user", null, served, site === undefined ? [] : servedToSite(site, all), all);
}

/** Return what a user of the application's own has: each license like slot 1, with the best that is in force. */
export function ofOwn(licenses: readonly string[], all: Entitlements): Holdings {
  const served = licenses.map((full) => ({ license: full, full, access: bestOf(all.grants.get(full)), isOwn: true }));
  return holding("own", null, served, [], all);
}

function holding(
  is: Holdings["is"],
  unknown: Holdings["unknown"],
  served: readonly Served[],
  further: readonly Served[],
  all: Entitlements,
): Holdings {
  const held = new Map(all.everybody);
  for (const { full, access } of [...served, ...further]) note(access, [full, ...givenBy(full, all)], held);
  return { is, unknown, served, held };
}

function servedToSite(id: string, all: Entitlements): Served[] {
  const site = all.sites.get(id);
  if (!site) return [];
  const most = satelliteAccess(site, all);
  const served = (site.licenses ?? []).map((one) => serve(one, "site", all));
  return served.map((one) => (isAtLeast(most, one.access) ? one : { ...one, access: most }));
}

function serve({ license, slot }: Assignment, kind: "user" | "site", all: Entitlements): Served {
  const full = inFull(license, all.vendor);
  const isOwn = all.licenses.get(full)?.kind === kind;
  return { license, full, isOwn, access: isOwn ? bySlot(full, slot, all.slots.get(full), all) : "none" };
}

/** Return the access that a slot gets: none if it is not a valid slot, or if two holders have it. */
const bySlot = (full: string, slot: unknown, slots: Slots | undefined, { grants }: Entitlements): Access =>
  slots?.get(slot as number) === 1 ? tierOf(slot as number, grants.get(full)) : "none";

/** Return what a satellite is served with: the highest of what licenses give it that limit how many there are. */
function satelliteAccess({ satellite }: Site, all: Entitlements): Access {
  const limiting = [...all.licenses].filter(([, license]) => license.limits_sites);
  if (satellite === undefined || !limiting.length) return "full";
  return limiting.map(([full]) => bySlot(full, satellite, all.satellites, all)).reduce(highest);
}

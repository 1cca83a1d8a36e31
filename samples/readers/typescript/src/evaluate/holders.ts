/** Holders: what each assignment is served with ("Counts and surplus"), and what a holder has through all of them. */

import { inFull } from "./codes.js";
import { type Entitlements, isSlot, kindOf, type Slots } from "./entitlements.js";
import { bestOf, givenBy, note, tierOf } from "./grants.js";
import { type Access, highest, lowest } from "./states.js";
import type { Assignment, Site, World } from "./world.js";

/** Whom a question is about: the installation, a site, a user who may work at a site, or a user of the application's own. */
export type Holder =
  | { readonly is: "installation" }
  | { readonly is: "site"; readonly site: string }
  | { readonly is: "user"; readonly user: string; readonly site?: string | undefined }
  | { readonly is: "own"; readonly licenses: readonly string[] };

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
  readonly holder: Holder;
  /** Why it has nothing at all, if so. */
  readonly unknown: "unknown-user" | "unknown-site" | "retired" | null;
  readonly served: readonly Served[];
  /** What it has of site and user licenses, and what these give. */
  readonly held: ReadonlyMap<string, Access>;
}

export function holdingsOf(holder: Holder, all: Entitlements): Holdings {
  const unknown = whyUnknown(holder, all);
  const served = unknown ? [] : servedTo(holder, all);
  const site = holder.is === "user" && !unknown ? holder.site : undefined;
  const ofSite = site === undefined ? [] : servedTo({ is: "site", site }, all);
  const held = new Map(all.everybody);
  for (const { full, access } of [...served, ...ofSite]) note(access, [full, ...givenBy(full, all.world)], held);
  return { holder, unknown, served, held };
}

function whyUnknown(holder: Holder, all: Entitlements): Holdings["unknown"] {
  if (holder.is === "site") return all.sites.has(holder.site) ? null : "unknown-site";
  if (holder.is !== "user") return null;
  const user = all.users.get(holder.user);
  return user ? (user.retired ? "retired" : null) : "unknown-user";
}

/** Return what the assignments of a holder itself are served with, in their order. */
function servedTo(holder: Holder, all: Entitlements): Served[] {
  if (holder.is === "own") {
    // Each that is passed is served like slot 1, with the best that bundles in force grant of it.
    return holder.licenses.map((full) => ({ license: full, full, access: bestOf(all.grants.get(full)), isOwn: true }));
  }
  if (holder.is === "user") return (all.users.get(holder.user)?.licenses ?? []).map((one) => serve(one, "user", all));
  const site = holder.is === "site" ? all.sites.get(holder.site) : undefined;
  if (!site) return [];
  const most = satelliteAccess(site, all);
  return (site.licenses ?? []).map((one) => serve(one, "site", all)).map((one) => ({ ...one, access: lowest(one.access, most) }));
}

function serve({ license, slot }: Assignment, kind: "user" | "site", all: Entitlements): Served {
  const full = inFull(license, all.world.vendor);
  const isOwn = kindOf(license, all.world) === kind;
  return { license, full, isOwn, access: isOwn ? accessBySlot(full, slot, all.slots.get(full), all) : "none" };
}

/** Return what a slot is served with: what is no slot, or is held by two, with none. */
const accessBySlot = (full: string, slot: unknown, slots: Slots | undefined, all: Entitlements): Access =>
  isSlot(slot) && slots?.get(slot) === 1 ? tierOf(slot, all.grants.get(full)) : "none";

/** Return what a satellite is served with: the highest that a license gives it of those that limit how many there are. */
function satelliteAccess({ satellite }: Site, all: Entitlements): Access {
  const limiting = satellite === undefined ? [] : limitingIn(all.world);
  if (!limiting.length) return "full";
  return highest(limiting.map((license) => accessBySlot(license, satellite, all.satellites, all)));
}

/** Return the licenses that limit how many satellites there are. */
const limitingIn = ({ catalogs }: World): string[] =>
  [...catalogs].flatMap(([issuer, { licenses }]) =>
    [...licenses].filter(([, license]) => license.limits_sites).map(([code]) => inFull(code, issuer)));

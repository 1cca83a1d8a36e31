/** All that follows from the documents and slots at one moment: it is worked out once, and every answer is read from it. */

import { inFull, licenseOf } from "./codes.js";
import { bestOf, type Grants, givenToAll, grantsOf, presentIn, sold } from "./grants.js";
import { type Governing, governingAt } from "./moment.js";
import { groupBy } from "./order.js";
import type { Access } from "./states.js";
import type { License } from "../documents.js";
import type { Assignment, Site, User, World } from "./world.js";

const HIGHEST_SLOT = 2_147_483_647;

/** How many hold each slot. */
export type Slots = ReadonlyMap<number, number>;

export interface Entitlements {
  readonly world: World;
  readonly at: number;
  readonly governing: readonly Governing[];
  readonly grants: Grants;
  /** System licenses that are present, with their caps. */
  readonly present: ReadonlyMap<string, Access>;
  /** What everybody has through these. */
  readonly everybody: ReadonlyMap<string, Access>;
  /** The slots of each license, and those of the satellites. */
  readonly slots: ReadonlyMap<string, Slots>;
  readonly satellites: Slots;
  readonly sites: ReadonlyMap<string, Site>;
  readonly users: ReadonlyMap<string, User>;
}

export function entitlementsAt(at: number, world: World): Entitlements {
  const { sites = [], users = [] } = world;
  const governing = governingAt(at, world);
  const grants = grantsOf(governing, world);
  const present = presentIn(grants, world);
  return {
    world,
    at,
    governing,
    grants,
    present,
    everybody: givenToAll(present, world),
    slots: slotsIn(sites, users, world),
    satellites: counted(sites.map(({ satellite }) => satellite)),
    sites: new Map(sites.map((site) => [site.id, site])),
    users: new Map(users.map((user) => [user.id, user])),
  };
}

export const isSlot = (slot: unknown): slot is number =>
  Number.isInteger(slot) && (slot as number) >= 1 && (slot as number) <= HIGHEST_SLOT;

function counted(slots: Iterable<unknown>): Slots {
  const held = new Map<number, number>();
  for (const slot of slots) if (isSlot(slot)) held.set(slot, (held.get(slot) ?? 0) + 1);
  return held;
}

/** Return which slots are held. They are counted for one kind of holder, and a retired user has none. */
function slotsIn(sites: readonly Site[], users: readonly User[], world: World): Map<string, Slots> {
  const of = (holders: readonly (Site | User)[], kind: License["kind"]): Assignment[] =>
    holders.flatMap(({ licenses = [] }) => licenses).filter(({ license }) => kindOf(license, world) === kind);
  const all = groupBy([...of(sites, "site"), ...of(users.filter((user) => !user.retired), "user")], ({ license }) => inFull(license, world.vendor));
  return new Map([...all].map(([license, held]) => [license, counted(held.map(({ slot }) => slot))]));
}

export const kindOf = (license: string, world: World): License["kind"] | undefined =>
  licenseOf(inFull(license, world.vendor), world)?.kind;

/** How many there are of a license, null if it is unrestricted, and the highest slot that is in use. */
export interface Count {
  readonly total: number | null;
  readonly in_use: number;
}

export function countOf(full: string, { kind, quantity, limits_sites }: License, all: Entitlements): Count {
  const isCounted = kind !== "system" || quantity !== null;
  const total = isCounted ? sold(all.grants.get(full), "full") : Number(all.present.get(full) === "full");
  const slots = limits_sites ? all.satellites : all.slots.get(full);
  return { total, in_use: Math.max(0, ...(slots?.keys() ?? [])) };
}

/** Return whether bundles in force grant a license under a cap of full or read. */
export const isThere = (full: string, all: Entitlements): boolean => bestOf(all.grants.get(full)) !== "none";

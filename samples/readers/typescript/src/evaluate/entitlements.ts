/** What follows from the documents at one moment: it is worked out once, and every answer is read from it. */

import type { License } from "../documents.js";
import { bestOf, givenToAll, type Grants, grantsOf, presentIn, sold } from "./grants.js";
import { type Governing, governingAt } from "./moment.js";
import type { Access } from "./states.js";
import type { World } from "./world.js";

export interface Entitlements extends World {
  readonly at: number;
  /** What is in force, by issuer and part. */
  readonly governing: readonly Governing[];
  readonly grants: Grants;
  /** System licenses that are present, with their caps. */
  readonly present: ReadonlyMap<string, Access>;
  /** What everybody has through these. */
  readonly everybody: ReadonlyMap<string, Access>;
}

export function entitlementsAt(at: number, world: World): Entitlements {
  const governing = governingAt(at, world);
  const grants = grantsOf(governing, world);
  const present = presentIn(grants, world);
  return { ...world, at, governing, grants, present, everybody: givenToAll(present, world) };
}

/** How many there are of a license, null if it is unrestricted, and the highest slot that is in use. */
export interface Count {
  readonly total: number | null;
  readonly in_use: number;
}

export function countOf(full: string, { kind, quantity, limits_sites }: License, all: Entitlements): Count {
  const isCounted = kind !== "system" || quantity !== null;
  const slots = limits_sites ? all.satellites : all.slots.get(full);
  return {
    total: isCounted ? sold(all.grants.get(full), "full") : Number(all.present.get(full) === "full"),
    in_use: [...(slots?.keys() ?? [])].reduce((a, b) => Math.max(a, b), 0),
  };
}

/** Return whether bundles in force grant a license under a cap of full or read. */
export const isThere = (full: string, { grants }: Entitlements): boolean => bestOf(grants.get(full)) !== "none";

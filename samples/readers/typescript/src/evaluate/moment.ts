/** What governs at a moment, and what waits then, each with its state and its cap. Everything else follows from it. */

import { sortBy } from "./collections.js";
import { inForce, partOf, waiting } from "./governing.js";
import { type Access, capOf, type State, stateOf } from "./states.js";
import type { Activated, World } from "./world.js";

/** A bundle that is in force at a moment, or waits. */
export interface Governing extends Activated {
  readonly state: State;
  readonly cap: Access;
}

/** Return the order of issuers: the vendor first, then by code. */
export const byIssuer = (issuer: string, { vendor }: World): [boolean, string] => [issuer !== vendor, issuer];

/** Return the bundles that are within reach while the database is away, each with its state, by issuer and part. */
export function listed(bundles: Iterable<Activated>, at: number, world: World): Governing[] {
  const reachable = [...bundles].filter(({ offline_hours }) => (world.away_hours ?? -1) < offline_hours);
  const judged = reachable.map((bundle) => {
    const state = stateOf(bundle, at, world);
    return { ...bundle, state, cap: capOf(bundle, state) };
  });
  return sortBy(judged, ({ issuer, part }) => [...byIssuer(issuer, world), part]);
}

export const governingAt = (at: number, world: World): Governing[] =>
  listed(inForce(world.bundles, at).values(), at, world);

export const waitingAt = (at: number, world: World): Governing[] => listed(waiting(world.bundles, at), at, world);

/** Return what governs `issuer/part` at `at`. */
export const governorOf = (part: string, at: number, world: World): Governing | undefined =>
  governingAt(at, world).find((bundle) => partOf(bundle) === part);

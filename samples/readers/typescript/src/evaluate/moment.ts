/** What governs at a moment, and what waits then, each with its state and its cap. Everything else follows from it. */

import { inForce, partOf, waiting } from "./governing.js";
import { sortBy } from "./order.js";
import { type Access, capOf, type State, stateOf } from "./states.js";
import type { Bundle } from "../documents.js";
import type { Activated, World } from "./world.js";

/** A bundle that is in force at a moment, or waits. */
export interface Governing {
  readonly bundle: Activated;
  readonly document: Bundle;
  readonly state: State;
  readonly cap: Access;
}

/** While the database is away, a bundle is out of reach once that has lasted for its `offline_hours`. */
const isReachable = ({ document }: Activated, world: World): boolean =>
  world.away_hours === undefined || world.away_hours < document.offline_hours;

const judged = (bundle: Activated, at: number, world: World): Governing => {
  const { document } = bundle;
  const state = stateOf(document, at, world);
  return { bundle, document, state, cap: capOf(document, state) };
};

/** Return the order of issuers: the vendor first, then by code. */
export const byIssuer = (issuer: string, world: World): [boolean, string] => [issuer !== world.vendor, issuer];

const listed = (bundles: Iterable<Activated>, at: number, world: World): Governing[] =>
  sortBy(
    [...bundles].filter((bundle) => isReachable(bundle, world)).map((bundle) => judged(bundle, at, world)),
    ({ document }) => [...byIssuer(document.issuer, world), document.part],
  );

/** Return what is in force at `at` and within reach, by issuer and part. */
export const governingAt = (at: number, world: World): Governing[] => listed(inForce(world.bundles, at).values(), at, world);

/** Return what waits at `at` and is within reach, by issuer and part. */
export const waitingAt = (at: number, world: World): Governing[] => listed(waiting(world.bundles, at), at, world);

/** Return what governs `issuer/part` at `at`. */
export const governorOf = (part: string, at: number, world: World): Governing | undefined =>
  governingAt(at, world).find(({ document }) => partOf(document) === part);

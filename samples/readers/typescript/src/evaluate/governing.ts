/** Bundles that govern: of each issuer and part at most one bundle is in force (rules P1 to P5). */

import type { Bundle, Scope } from "../documents.js";
import { admits } from "../verification.js";
import { groupBy, reachable } from "./order.js";
import { DAY } from "./time.js";
import type { Activated } from "./world.js";

const RANK = { demo: 0, trial: 1, production: 2 } as const;

/** The bundles of one issuer, serial, part and use, from the lowest sequence on, and the one that they come to. */
interface Line {
  readonly bundles: readonly Activated[];
  readonly head: Activated;
}

export const partOf = ({ issuer, part }: Bundle): string => `${issuer}/${part}`;
const serialOf = ({ issuer, serial, use }: Bundle): string => `${issuer}/${serial}/${use}`;

const isLimited = ({ parts, most, longest_term }: Scope): boolean => parts !== null || most !== null || longest_term !== null;

/** P1: the first is the head; each next one becomes it, unless its key is limited and its scope does not admit the present one. */
function lineOf(bundles: readonly Activated[]): Line {
  const rising = [...bundles].sort((a, b) => a.document.sequence - b.document.sequence);
  const mayFollow = ({ scope }: Activated, head: Activated): boolean => !isLimited(scope) || admits(scope, head.document);
  return { bundles: rising, head: rising.reduce((head, next) => (mayFollow(next, head) ? next : head)) };
}

/** P3: return whether `bundle` replaces the serial and use of `other`. */
function replaces({ document, scope, revoked }: Activated, { document: other }: Activated): boolean {
  if (document.part !== "base" || revoked || isLimited(scope)) return false;
  if (document.issuer !== other.issuer || document.serial === other.serial) return false;
  const isNamed = document.replaces.includes(other.serial) && RANK[other.use] <= RANK[document.use];
  return isNamed || (document.use === "production" && other.use !== "production");
}

/** P4: return the serials, each with a use, that others replace; of a ring, the one stays that was activated last. */
function outOfForce(bundles: readonly Activated[], activation: (bundle: Activated) => number): Set<string> {
  const serials = groupBy(bundles, ({ document }) => serialOf(document));
  const keys = [...serials.keys()];
  const replacedBy = (key: string): string[] =>
    keys.filter((other) => serials.get(key)!.some((bundle) => replaces(bundle, serials.get(other)![0]!)));
  const direct = new Map(keys.map((key) => [key, replacedBy(key)]));
  const all = new Map(keys.map((key) => [key, reachable(key, (next) => direct.get(next)!)]));
  const newest = new Map(keys.map((key) => [key, Math.max(...serials.get(key)!.map(activation))]));
  const isOut = (key: string): boolean =>
    keys.some((other) => all.get(other)!.has(key) && (!all.get(key)!.has(other) || newest.get(other)! > newest.get(key)!));
  return new Set(keys.filter(isOut));
}

/** Return the bundle in force at `at` of each issuer and part, by `issuer/part`. */
export function inForce(bundles: readonly Activated[], at: number): Map<string, Activated> {
  const order = new Map(bundles.map((bundle, place) => [bundle, place]));
  const activation = (bundle: Activated): number => order.get(bundle)!;
  const started = bundles.filter(({ document }) => document.starts === null || document.starts * DAY <= at);
  const lines = [...groupBy(started, ({ document }) => `${serialOf(document)}/${document.part}`).values()].map(lineOf);
  const granting = lines.filter(({ head }) => !head.revoked); // P2
  const out = outOfForce(granting.flatMap((line) => line.bundles).filter(({ revoked }) => !revoked), activation);
  const heads = granting.map(({ head }) => head).filter(({ document }) => !out.has(serialOf(document)));
  const isAbove = (a: Activated, b: Activated): boolean =>
    (RANK[a.document.use] - RANK[b.document.use] || activation(a) - activation(b)) > 0;
  const parts = groupBy(heads, ({ document }) => partOf(document));
  return new Map([...parts].map(([part, of]) => [part, of.reduce((a, b) => (isAbove(b, a) ? b : a))])); // P5
}

/** Return the bundles that wait: each will be in force at its start as things are. */
export function waiting(bundles: readonly Activated[], now: number): Activated[] {
  const willGovern = (bundle: Activated, start: number): boolean => inForce(bundles, start).get(partOf(bundle.document)) === bundle;
  return bundles.filter((bundle) => {
    const start = (bundle.document.starts ?? 0) * DAY;
    return start > now && willGovern(bundle, start);
  });
}

/** Bundles that govern: of each issuer and part at most one bundle is in force (rules P1 to P5). */

import type { Bundle } from "../documents.js";
import { isLimited } from "../rules.js";
import { admits } from "../verification.js";
import { groupBy, reachable, sortBy } from "./collections.js";
import { beginningOf } from "./time.js";
import type { Activated } from "./world.js";

const USES = ["demo", "trial", "production"];

const rankOf = ({ use }: Bundle): number => USES.indexOf(use);
export const partOf = ({ issuer, part }: Bundle): string => `${issuer}/${part}`;
const serialOf = ({ issuer, serial, use }: Bundle): string => `${issuer}/${serial}/${use}`;

/** P1: return the bundle to which those of one issuer, serial, part and use come. */
function headOf(line: readonly Activated[]): Activated {
  const mayFollow = ({ scope }: Activated, head: Activated): boolean => !isLimited(scope) || admits(scope, head);
  return sortBy(line, ({ sequence }) => [sequence]).reduce((head, next) => (mayFollow(next, head) ? next : head));
}

/** P3: return whether `bundle` replaces the serial and use of `other`. */
function replaces(bundle: Activated, other: Activated): boolean {
  const mayReplace = bundle.part === "base" && !isLimited(bundle.scope);
  const isOther = bundle.issuer === other.issuer && bundle.serial !== other.serial;
  const isNamed = bundle.replaces.includes(other.serial) && rankOf(other) <= rankOf(bundle);
  return mayReplace && isOther && (isNamed || (bundle.use === "production" && other.use !== "production"));
}

/** P4: return whether a serial, with a use, is out of force; `bundles` are in the order of their activation. */
function replacedAmong(bundles: readonly Activated[]): (bundle: Bundle) => boolean {
  const serials = groupBy(bundles, serialOf);
  const keys = [...serials.keys()];
  const direct = (key: string): string[] =>
    keys.filter((other) => serials.get(key)!.some((bundle) => replaces(bundle, serials.get(other)![0]!)));
  const reached = new Map(keys.map((key) => [key, reachable(key, direct)]));
  const newest = (key: string): number => bundles.indexOf(serials.get(key)!.at(-1)!);
  return (bundle) => {
    const key = serialOf(bundle);
    return keys.some(
      (other) => reached.get(other)!.has(key) && (!reached.get(key)!.has(other) || newest(other) > newest(key)),
    );
  };
}

/** Return the bundle in force at `at` of each issuer and part, by `issuer/part`. */
export function inForce(bundles: readonly Activated[], at: number): Map<string, Activated> {
  const started = bundles.filter(({ starts }) => beginningOf(starts) <= at);
  const lines = [...groupBy(started, (bundle) => `${serialOf(bundle)}/${bundle.part}`).values()];
  const granting = lines.map((line) => ({ line, head: headOf(line) })).filter(({ head }) => !head.revoked); // P2
  const isReplaced = replacedAmong(
    started.filter((one) => !one.revoked && granting.some(({ line }) => line.includes(one))),
  );
  const left = granting.map(({ head }) => head).filter((head) => !isReplaced(head));
  const rising = sortBy(left, (bundle) => [rankOf(bundle), bundles.indexOf(bundle)]); // P5
  return new Map(rising.map((bundle) => [partOf(bundle), bundle]));
}

/** Return the bundles that wait: each will be in force at its start as things are. */
export const waiting = (bundles: readonly Activated[], now: number): Activated[] =>
  bundles.filter((bundle) => {
    const start = beginningOf(bundle.starts);
    return start > now && inForce(bundles, start).get(partOf(bundle)) === bundle;
  });

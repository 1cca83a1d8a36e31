/** Rule O1: the order of documents that a newer one replaces, and what was seen of them. */

import type { Held, Place, Seen } from "./believed.js";
import { refuse } from "./refusal.js";
import { ISSUED_AHEAD_SECONDS } from "./verification.js";

/** What of a document its full version is made of. */
interface Versioned {
  readonly issued?: number;
  readonly root_version?: number;
  readonly trust_version?: number;
  readonly version?: number;
  readonly number?: number;
}

/** Return the full version and the identity of a document. */
export function placeOf({ document, identity }: Held<Versioned>): Place {
  const { root_version, trust_version, version, number } = document;
  return { version: [root_version, trust_version, version, number].filter((part) => part !== undefined), identity };
}

/** Return a negative number, 0 or a positive number: how the version of one place compares to that of another. */
export function compare({ version: one }: Place, { version: other }: Place): number {
  const at = one.findIndex((part, place) => part !== other[place]);
  return at < 0 ? 0 : one[at]! - (other[at] ?? 0);
}

/** Return whether two places have one version and two identities. */
export function isFork(one: Place, other: Place | undefined): boolean {
  return !!other && compare(one, other) === 0 && one.identity !== other.identity;
}

/** Return whether a place is below a floor. */
export function isBelow(place: Place, floor: Place | undefined): boolean {
  return !!floor && compare(place, floor) < 0;
}

/** Return what was seen before or now: the higher counts, and where both are as high, what was seen before. */
export function seenInAll(before: Seen, now: Seen): Seen {
  const higher = [...now].filter(([name, place]) => !before.has(name) || compare(place, before.get(name)!) > 0);
  return new Map([...before, ...higher]);
}

/**
 * Return whether a document is to be taken by O1; if not, it is in force already.
 * @param now seconds, or null where nobody asks when the document was issued
 */
export function isNew(
  held: Held<Versioned>,
  inForce: Held<Versioned> | null | undefined,
  seen: Place | undefined,
  now: number | null,
): boolean {
  const place = placeOf(held);
  if (inForce?.identity === held.identity) return false;
  const wasSeen = seen?.identity === held.identity && compare(place, seen) === 0;
  if (now !== null && !wasSeen && held.document.issued! > now + ISSUED_AHEAD_SECONDS) refuse("issued-ahead");
  if ((inForce && isFork(place, placeOf(inForce))) || isFork(place, seen)) refuse("fork");
  if (isBelow(place, seen)) refuse("rollback");
  return true;
}

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

export const nothingSeen: Seen = { root: null, trust: null, lists: new Map(), catalogs: new Map() };

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
export function isFork(one: Place, other: Place | null | undefined): boolean {
  return !!other && compare(one, other) === 0 && one.identity !== other.identity;
}

/** Return the higher of two places; where both are as high, the one that was seen before. */
export function higher(before: Place | null | undefined, now: Place | null | undefined): Place | null {
  return (before && now ? (compare(now, before) > 0 ? now : before) : (before ?? now)) ?? null;
}

/** Return what was seen in either of two states. */
export function seenInAll(before: Seen, now: Seen): Seen {
  return {
    root: higher(before.root, now.root),
    trust: higher(before.trust, now.trust),
    lists: higherOfEach(before.lists, now.lists),
    catalogs: higherOfEach(before.catalogs, now.catalogs),
  };
}

function higherOfEach(before: ReadonlyMap<string, Place>, now: ReadonlyMap<string, Place>): ReadonlyMap<string, Place> {
  return new Map([...before, ...[...now].map(([issuer, place]) => [issuer, higher(before.get(issuer), place)!] as const)]);
}

/**
 * Return whether a document is to be taken by O1; if not, it is in force already.
 * @param now seconds, or null where nobody asks when the document was issued
 */
export function isNew(
  held: Held<Versioned>,
  inForce: Held<Versioned> | null | undefined,
  seen: Place | null | undefined,
  now: number | null,
): boolean {
  const place = placeOf(held);
  if (inForce?.identity === held.identity) return false;
  const wasSeen = seen && compare(place, seen) === 0 && place.identity === seen.identity;
  if (now !== null && !wasSeen && held.document.issued! > now + ISSUED_AHEAD_SECONDS) refuse("issued-ahead");
  if (isFork(place, inForce && placeOf(inForce)) || isFork(place, seen)) refuse("fork");
  if (seen && compare(place, seen) < 0) refuse("rollback");
  return true;
}

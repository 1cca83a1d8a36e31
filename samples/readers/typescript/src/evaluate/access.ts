/** Access: what a holder may do with a license. */

import type { License } from "../documents.js";
import { type Found, namedIn } from "./codes.js";
import type { Entitlements } from "./entitlements.js";
import type { Holdings } from "./holders.js";
import type { Access } from "./states.js";

/** Return the access of a holder to a license (rules 1 to 3 of "Access"). */
export function accessOf(
  { full, entry }: Found<License>,
  { is, unknown, held }: Holdings,
  { present }: Entitlements,
): Access {
  if (unknown) return "none";
  const cap = (entry.kind === "system" ? present : held).get(full) ?? "none";
  if (entry.kind !== "system" || entry.full_with === null || cap !== "full") return cap;
  const other = namedIn(full, entry.full_with);
  return is !== "installation" && (present.get(other) ?? held.get(other)) === "full" ? "full" : "read";
}

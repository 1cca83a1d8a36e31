/** Access: what a holder may do with a license. */

import type { License } from "../documents.js";
import { inFull, issuerOf } from "./codes.js";
import type { Entitlements } from "./entitlements.js";
import type { Holdings } from "./holders.js";
import type { Access } from "./states.js";

/** Return the access of a holder to a license (rules 1 to 3 of "Access"). */
export function accessOf(full: string, license: License, { holder, unknown, held }: Holdings, all: Entitlements): Access {
  if (unknown) return "none";
  if (license.kind !== "system") return held.get(full) ?? "none";
  const cap = all.present.get(full) ?? "none";
  if (license.full_with === null || cap !== "full") return cap;
  const other = inFull(license.full_with, issuerOf(full));
  const isHad = all.present.get(other) === "full" || held.get(other) === "full";
  return holder.is !== "installation" && isHad ? "full" : "read";
}

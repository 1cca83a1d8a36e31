/** Login: who may log in by which way, with every reason against it; and the events that stand against somebody. */

import { asWritten, type Found, inFull, issuerOf, licenseOf } from "./codes.js";
import type { Entitlements } from "./entitlements.js";
import { isBeyondSold } from "./explain.js";
import { gives } from "./grants.js";
import { type Holdings, holdingsOf } from "./holders.js";
import { sortBy } from "./order.js";
import type { Event } from "./world.js";

/** A reason against a login. */
export interface LoginReason {
  readonly code:
    | "unknown-user" | "retired" | "login-off" | "kind" | "not-licensed" | "not-held" | "beyond-sold" | "event" | "issuer-absent";
  readonly license?: string;
  readonly event?: number;
}

export interface Login {
  readonly allowed: boolean;
  readonly reasons: readonly LoginReason[];
}

/** Return whether a user may log in by a way, which is nothing if its issuer is not installed. */
export function loginOf(rule: Found<"access"> | undefined, user: string, site: string | undefined, all: Entitlements): Login {
  const reasons = rule ? reasonsAgainst(rule, user, site, all) : [{ code: "issuer-absent" as const }];
  const distinct = new Map(reasons.map((reason) => [JSON.stringify(reason), reason]));
  return { allowed: !distinct.size, reasons: sortBy(distinct.values(), ({ code, license, event }) => [code, license ?? "", event ?? 0]) };
}

function reasonsAgainst({ full, entry }: Found<"access">, id: string, site: string | undefined, all: Entitlements): LoginReason[] {
  const user = all.users.get(id);
  if (!user) return [{ code: "unknown-user" }];
  const holdings = holdingsOf({ is: "user", user: id, site }, all);
  const standing = user.administrator ? [] : eventsAgainst(["no-login"], id, site, all);
  return [
    ...(user.retired ? [{ code: "retired" as const }] : []),
    ...(user.can_log_in ? [] : [{ code: "login-off" as const }]),
    ...(entry.users.includes(user.kind) ? [] : [{ code: "kind" as const }]),
    ...entry.all.flatMap((code) => missing(inFull(code, issuerOf(full)), holdings, all)),
    ...standing.map(({ number }) => ({ code: "event" as const, event: number })),
  ];
}

/** Return why a license that a way takes is not there; nothing if it is: read is enough. */
function missing(full: string, { held, served }: Holdings, all: Entitlements): LoginReason[] {
  const isSystem = licenseOf(full, all.world)?.kind === "system";
  if (((isSystem ? all.present : held).get(full) ?? "none") !== "none") return [];
  if (isSystem) return [{ code: "not-licensed", license: asWritten(full, all.world) }];
  const beyond = served.filter((one) => (one.full === full || gives(one.full, full, all.world)) && isBeyondSold(one, all));
  const [first] = beyond.map((one) => asWritten(one.full, all.world)).sort();
  return [first === undefined ? { code: "not-held", license: asWritten(full, all.world) } : { code: "beyond-sold", license: first }];
}

/** Return the events in force of these kinds whose scope is the installation, the site, the user or one of its groups. */
export function eventsAgainst(kinds: readonly string[], user: string | undefined, site: string | undefined, all: Entitlements): Event[] {
  const groups = (user !== undefined && all.users.get(user)?.groups) || [];
  const concerns = ({ scope, subject }: Event): boolean =>
    ({ installation: true, site: subject === site, user: subject === user, group: groups.includes(subject) })[scope];
  return (all.world.events ?? []).filter((event) => kinds.includes(event.kind) && concerns(event));
}

/** Return the numbers of the events for which a function is unavailable. */
export const unavailable = (name: string, user: string | undefined, site: string | undefined, all: Entitlements): number[] =>
  eventsAgainst([`no-${name}`, `rebuild-${name}`], user, site, all).map(({ number }) => number).sort((a, b) => a - b);

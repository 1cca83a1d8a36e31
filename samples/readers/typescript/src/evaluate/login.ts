/** Login: who may log in by which way, with every reason against it; and the events that stand against somebody. */

import type { LoginRule } from "../documents.js";
import { asWritten, type Found, namedIn } from "./codes.js";
import { sortBy } from "./collections.js";
import type { Entitlements } from "./entitlements.js";
import { isBeyondSold } from "./explain.js";
import { yields } from "./grants.js";
import { type Holdings, ofUser } from "./holders.js";
import type { Event, World } from "./world.js";

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
export function loginOf(way: Found<LoginRule> | undefined, id: string, site: string | undefined, all: Entitlements): Login {
  const reasons = new Map<string, LoginReason>();
  const add = (reason: LoginReason): unknown => reasons.set(JSON.stringify(reason), reason);
  const user = all.users.get(id);
  if (!way || !user) {
    add({ code: way ? "unknown-user" : "issuer-absent" });
  } else {
    const holdings = ofUser(id, site, all);
    if (user.retired) add({ code: "retired" });
    if (!user.can_log_in) add({ code: "login-off" });
    if (!way.entry.users.includes(user.kind)) add({ code: "kind" });
    for (const code of way.entry.all) missing(namedIn(way.full, code), holdings, all).forEach(add);
    const standing = user.administrator ? [] : eventsAgainst(["no-login"], id, site, all);
    for (const { number } of standing) add({ code: "event", event: number });
  }
  return { allowed: !reasons.size, reasons: sortBy(reasons.values(), ({ code, license = "", event = 0 }) => [code, license, event]) };
}

/** Return why a license that a way takes is not there; nothing if it is: read is enough. */
function missing(full: string, { held, served }: Holdings, all: Entitlements): LoginReason[] {
  const isSystem = all.licenses.get(full)?.kind === "system";
  if (((isSystem ? all.present : held).get(full) ?? "none") !== "none") return [];
  const beyond = isSystem ? [] : served.filter((one) => yields(one.full, full, all) && isBeyondSold(one, all));
  const [assigned] = beyond.map((one) => asWritten(one.full, all)).sort();
  return [{ code: isSystem ? "not-licensed" : assigned ? "beyond-sold" : "not-held", license: assigned ?? asWritten(full, all) }];
}

/** Return the events of these kinds whose scope is the installation, the site, the user or one of its groups. */
function eventsAgainst(kinds: readonly string[], user: string | undefined, site: string | undefined, { users, events }: World): Event[] {
  const groups = users.get(user!)?.groups ?? [];
  const concerns = ({ scope, subject }: Event): boolean =>
    ({ installation: true, site: subject === site, user: subject === user, group: groups.includes(subject) })[scope];
  return events.filter((event) => kinds.includes(event.kind) && concerns(event));
}

/** Return the numbers of the events for which a function is unavailable. */
export const unavailable = (name: string, user: string | undefined, site: string | undefined, world: World): number[] =>
  eventsAgainst([`no-${name}`, `rebuild-${name}`], user, site, world).map(({ number }) => number).sort((a, b) => a - b);

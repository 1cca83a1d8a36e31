/** Login: who may log in by which way, with every reason against it; and the events that keep somebody out. */

import type { LoginRule } from "../documents.js";
import { asWritten, type Found, namedIn } from "./codes.js";
import { sortBy } from "./collections.js";
import type { Entitlements } from "./entitlements.js";
import { isBeyondSold } from "./explain.js";
import { yields } from "./grants.js";
import { type Holdings, ofUser } from "./holders.js";
import type { Event, User, World } from "./world.js";

/** A reason against a login. */
export interface LoginReason {
  readonly code:
    | "unknown-user"
    | "retired"
    | "login-off"
    | "kind"
    | "not-licensed"
    | "not-held"
    | "beyond-sold"
    | "event"
    | "issuer-absent";
  readonly license?: string;
  readonly event?: number;
}

export interface Login {
  readonly allowed: boolean;
  readonly reasons: readonly LoginReason[];
}

/** Return whether a user may log in by a way, which is nothing if its issuer is not installed. */
export function loginOf(
  way: Found<LoginRule> | undefined,
  id: string,
  site: string | undefined,
  all: Entitlements,
): Login {
  const user = all.users.get(id);
  const reasons =
    way && user
      ? reasonsAgainst(way, user, site, all)
      : [{ code: way ? ("unknown-user" as const) : ("issuer-absent" as const) }];
  const distinct = new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values();
  return {
    allowed: !reasons.length,
    reasons: sortBy(distinct, ({ code, license = "", event = 0 }) => [code, license, event]),
  };
}

function reasonsAgainst(
  { full, entry }: Found<LoginRule>,
  user: User,
  site: string | undefined,
  all: Entitlements,
): LoginReason[] {
  const holdings = ofUser(user.id, site, all);
  const standing = user.administrator ? [] : eventsAgainst(["no-login"], user.id, site, all);
  const codes = [
    user.retired && "retired",
    !user.can_log_in && "login-off",
    !entry.users.includes(user.kind) && "kind",
  ] as const;
  return [
    ...codes.filter((code) => code !== false).map((code) => ({ code })),
    ...entry.all.flatMap((code) => missing(namedIn(full, code), holdings, all)),
    ...standing.map(({ number }) => ({ code: "event" as const, event: number })),
  ];
}

/** Return why a license that a way takes is not there; nothing if it is: read is enough. */
function missing(full: string, { held, served }: Holdings, all: Entitlements): LoginReason[] {
  const isSystem = all.licenses.get(full)?.kind === "system";
  if (((isSystem ? all.present : held).get(full) ?? "none") !== "none") return [];
  const beyond = isSystem ? [] : served.filter((one) => yields(one.full, full, all) && isBeyondSold(one, all));
  const [assigned] = beyond.map((one) => asWritten(one.full, all)).sort();
  return [
    {
      code: isSystem ? "not-licensed" : assigned ? "beyond-sold" : "not-held",
      license: assigned ?? asWritten(full, all),
    },
  ];
}

/** Return the events of these kinds whose scope is the installation, the site, the user or one of its groups. */
function eventsAgainst(
  kinds: readonly string[],
  user: string | undefined,
  site: string | undefined,
  { users, events = [] }: World,
): Event[] {
  const groups = users.get(user!)?.groups ?? [];
  const concerns = ({ scope, subject }: Event): boolean =>
    ({ installation: true, site: subject === site, user: subject === user, group: groups.includes(subject) })[scope];
  return events.filter((event) => kinds.includes(event.kind) && concerns(event));
}

/** Return the numbers of the events for which a function is unavailable. */
export const unavailable = (name: string, user: string | undefined, site: string | undefined, world: World): number[] =>
  eventsAgainst([`no-${name}`, `rebuild-${name}`], user, site, world)
    .map(({ number }) => number)
    .sort((a, b) => a - b);

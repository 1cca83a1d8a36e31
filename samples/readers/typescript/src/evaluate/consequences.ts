// Consequences: what follows from a file, now and at the moments at which a bundle starts or ceases to work.

import { accessOf } from "./access.js";
import { asWritten, licenseOf } from "./codes.js";
import { groupBy } from "./governing.js";
import { bestOf, givenBy, note } from "./grants.js";
import { type Entitlements, entitlementsAt } from "./holders.js";
import { compare, mayLogin } from "./login.js";
import { type Access, endOf, isAtLeast, lastDay } from "./states.js";
import { type Activated, DAY, type World } from "./world.js";

const MOMENTS = 12;

/** Licenses that end or turn read-only at a moment. */
export interface Loss {
  readonly at: number;
  readonly access: "none" | "read";
  readonly licenses: readonly string[];
}

/** How many people may log in from a moment on, in all and by each way. */
export interface Logins {
  readonly at: number;
  readonly people: number;
  readonly by_way: Readonly<Record<string, number>>;
}

export interface Consequences {
  readonly losses: readonly Loss[];
  readonly logins: readonly Logins[];
}

/** Return what follows from `adds`: entitlements now, with the file, and at each later moment, one after the other. */
export function consequencesOf(adds: readonly Activated[], now: number, world: World): Consequences {
  const after = { ...world, bundles: [...world.bundles, ...adds], events: [] };
  const later = laterMoments(after.bundles, now).slice(0, MOMENTS).map((at) => entitlementsAt(after, at));
  const steps = [entitlementsAt({ ...world, events: [] }, now), entitlementsAt(after, now), ...later];
  return { losses: steps.slice(1).flatMap((step, place) => lossesBetween(steps[place]!, step)), logins: steps.slice(1).map(loginsOf) };
}

/** Return the moments after `now` at which a bundle starts or ceases to work. */
function laterMoments(bundles: readonly Activated[], now: number): number[] {
  const moments = bundles.flatMap(({ document }) => {
    const last = lastDay(document);
    return [document.starts === null ? 0 : document.starts * DAY, last === null ? 0 : endOf(last)];
  });
  return [...new Set(moments)].filter((at) => at > now).sort((a, b) => a - b);
}

/** Return the most that each license gives: a system license to the installation, any other one to whoever holds it. */
function mostOf(all: Entitlements): Map<string, Access> {
  const most = new Map<string, Access>();
  for (const [license, grants] of all.grants) note(bestOf(grants), [license, ...givenBy(license, all.world)], most);
  return new Map([...most].map(([full, access]) => {
    const license = licenseOf(full, all.world)!;
    return [full, license.kind === "system" ? accessOf(full, license, { is: "installation" }, all) : access];
  }));
}

/** Return which licenses end, and which turn read-only, from one moment to the next. */
function lossesBetween(before: Entitlements, after: Entitlements): Loss[] {
  const most = mostOf(after);
  const fallen = [...mostOf(before)].filter(([full, access]) => !isAtLeast(most.get(full) ?? "none", access));
  const byAccess = groupBy(fallen, ([full]) => most.get(full) ?? "none");
  return [...byAccess].map(([access, licenses]) => ({
    at: after.moment.at,
    access: access as "none" | "read",
    licenses: licenses.map(([full]) => asWritten(full, after.world.vendor)).sort(compare),
  })).sort((a, b) => compare(a.access, b.access));
}

/** Return how many of the users who are not retired and can log in may do so, at no site. */
function loginsOf(all: Entitlements): Logins {
  const ways = [...all.world.catalogs].flatMap(([issuer, { access }]) => [...access.keys()].map((way) => `${issuer}.${way}`)).sort(compare);
  const users = all.world.users.filter((user) => !user.retired && user.can_log_in !== false);
  const allowed = ways.map((way) => new Set(users.filter(({ id }) => mayLogin(id, way, undefined, all).allowed)));
  const byWay = ways.map((way, place) => [asWritten(way, all.world.vendor), allowed[place]!.size] as const);
  return { at: all.moment.at, people: users.filter((user) => allowed.some((some) => some.has(user))).length, by_way: Object.fromEntries(byWay) };
}

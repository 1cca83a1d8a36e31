/** Consequences: what follows from a file, now and at the moments at which a bundle starts or ceases to work. */

import { accessOf } from "./access.js";
import { asWritten, inFull, licenseOf } from "./codes.js";
import { type Entitlements, entitlementsAt } from "./entitlements.js";
import { bestOf } from "./grants.js";
import { holdingsOf } from "./holders.js";
import { loginOf } from "./login.js";
import { type Governing, waitingAt } from "./moment.js";
import { groupBy, sortBy } from "./order.js";
import { type Access, highest, isAtLeast, lastDay } from "./states.js";
import { DAY, endOf, timeOf } from "./time.js";
import type { Activated, World } from "./world.js";

const MOMENTS = 12;

/** Licenses that end, or turn read-only, at a moment. */
export interface Loss {
  readonly at: string | null;
  readonly access: Access;
  readonly licenses: readonly string[];
}

/** How many people may log in from a moment on: by any way, and by each. */
export interface Logins {
  readonly at: string | null;
  readonly people: number;
  readonly by_way: Readonly<Record<string, number>>;
}

export interface Consequences {
  readonly losses: readonly Loss[];
  readonly logins: readonly Logins[];
}

/** Return what follows from `adds`, which no bundle is yet: now, with the file, and at each later moment, one after the other. */
export function consequencesOf(adds: readonly Activated[], now: number, world: World): Consequences {
  const quiet = { ...world, events: [] };
  const after = { ...quiet, bundles: [...world.bundles, ...adds] };
  const withFile = entitlementsAt(startOf(adds, now), after);
  const later = laterMoments(withFile).slice(0, MOMENTS).map((at) => entitlementsAt(at, after));
  const steps = [entitlementsAt(now, quiet), withFile, ...later];
  const logins = steps.map(loginsOf);
  const isNews = ({ people, by_way }: Logins, place: number): boolean =>
    place < 2 || JSON.stringify({ ...logins[place - 1], at: 0 }) !== JSON.stringify({ at: 0, people, by_way });
  return { losses: steps.slice(1).flatMap((step, place) => lossesBetween(steps[place]!, step)), logins: logins.filter(isNews) };
}

/** Return when a file has its effect: now, or when the first of its bundles starts, if all are still to start. */
function startOf(adds: readonly Activated[], now: number): number {
  const first = Math.min(...adds.map(({ document }) => (document.starts ?? 0) * DAY));
  return adds.length ? Math.max(first, now) : now;
}

/** Return the later moments at which a bundle that is in force or waits starts, or ceases to work. */
function laterMoments({ at, governing, world }: Entitlements): number[] {
  const ends = ({ document }: Governing): number[] => [(document.starts ?? 0) * DAY, endOf(lastDay(document) ?? -1)];
  const moments = [...governing, ...waitingAt(at, world)].flatMap(ends);
  return [...new Set(moments)].filter((moment) => moment > at && timeOf(moment) !== null).sort((a, b) => a - b);
}

/** Return which licenses end, and which turn read-only, from one moment to the next. */
function lossesBetween(before: Entitlements, after: Entitlements): Loss[] {
  const { world, at } = after;
  const most = mostOf(after);
  const fallen = [...mostOf(before)].filter(([full, access]) => !isAtLeast(most.get(full) ?? "none", access));
  const byAccess = groupBy(fallen, ([full]) => most.get(full) ?? "none");
  return sortBy(byAccess.keys(), (access) => [access]).map((access) => ({
    at: timeOf(at),
    access: access as Access,
    licenses: byAccess.get(access)!.map(([full]) => asWritten(full, world)).sort(),
  }));
}

/** Return the most that each license gives: to the installation, to whoever has its best slot, or to everybody. */
function mostOf(all: Entitlements): Map<string, Access> {
  const { grants, present, everybody, world } = all;
  const nobody = holdingsOf({ is: "installation" }, all);
  const most = (full: string): Access => {
    const license = licenseOf(full, world)!;
    return license.kind === "system" ? accessOf(full, license, nobody, all) : highest([bestOf(grants.get(full)), everybody.get(full) ?? "none"]);
  };
  return new Map([...grants.keys(), ...present.keys(), ...everybody.keys()].map((full) => [full, most(full)]));
}

/** Return how many users may log in, of those who are not retired and can log in, at no site. */
function loginsOf(all: Entitlements): Logins {
  const { world } = all;
  const users = (world.users ?? []).filter((user) => !user.retired && user.can_log_in);
  const ways = [...world.catalogs].flatMap(([issuer, { access }]) =>
    [...access].map(([way, entry]) => ({ full: inFull(way, issuer), entry })));
  const admitted = sortBy(ways, ({ full }) => [full]).map((way) =>
    [asWritten(way.full, world), users.filter(({ id }) => loginOf(way, id, undefined, all).allowed)] as const);
  return {
    at: timeOf(all.at),
    people: new Set(admitted.flatMap(([, people]) => people)).size,
    by_way: Object.fromEntries(admitted.map(([way, people]) => [way, people.length])),
  };
}

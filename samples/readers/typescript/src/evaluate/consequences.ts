/** Consequences: what follows from a file, now and at the moments at which a bundle starts or ceases to work. */

import { accessOf } from "./access.js";
import { asWritten } from "./codes.js";
import { groupBy, sortBy } from "./collections.js";
import { type Entitlements, entitlementsAt } from "./entitlements.js";
import { bestOf } from "./grants.js";
import { ofInstallation } from "./holders.js";
import { loginOf } from "./login.js";
import { waitingAt } from "./moment.js";
import { type Access, highest, isAtLeast, lastDay } from "./states.js";
import { beginningOf, endOf, timeOf } from "./time.js";
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

/** Return what follows from `adds`: entitlements now, with the file, and at each later moment, one after the other. */
export function consequencesOf(adds: readonly Activated[], now: number, world: World): Consequences {
  const quiet = { ...world, events: [] };
  const after = { ...quiet, bundles: [...world.bundles, ...adds] };
  const withFile = entitlementsAt(startOf(adds, now), after);
  const later = laterMoments(withFile)
    .slice(0, MOMENTS)
    .map((at) => entitlementsAt(at, after));
  const steps = [entitlementsAt(now, quiet), withFile, ...later];
  const logins = steps.map(loginsOf);
  const isNews = ({ people, by_way }: Logins, place: number): boolean =>
    place < 2 || JSON.stringify({ ...logins[place - 1], at: 0 }) !== JSON.stringify({ at: 0, people, by_way });
  return {
    losses: steps.slice(1).flatMap((step, place) => lossesBetween(steps[place]!, step)),
    logins: logins.filter(isNews),
  };
}

/** Return when a file has its effect: now, or when the first of its bundles starts, if all are still to start. */
function startOf(adds: readonly Activated[], now: number): number {
  const first = Math.min(...adds.map(({ starts }) => beginningOf(starts)));
  return adds.length ? Math.max(first, now) : now;
}

/** Return the later moments at which a bundle starts, or the term of one that is in force or waits ends. */
function laterMoments(all: Entitlements): number[] {
  const { at, governing, bundles } = all;
  const ends = [...governing, ...waitingAt(at, all)].map((bundle) => endOf(lastDay(bundle) ?? -1));
  const moments = [...bundles.map(({ starts }) => beginningOf(starts)), ...ends];
  return [...new Set(moments)].filter((moment) => moment > at && timeOf(moment) !== null).sort((a, b) => a - b);
}

/** Return which licenses end, and which turn read-only, from one moment to the next. */
function lossesBetween(before: Entitlements, after: Entitlements): Loss[] {
  const most = mostOf(after);
  const fallen = [...mostOf(before)].filter(([full, access]) => !isAtLeast(most.get(full) ?? "none", access));
  const byAccess = groupBy(fallen, ([full]) => most.get(full) ?? "none");
  return sortBy(byAccess.keys(), (access) => [access]).map((access) => ({
    at: timeOf(after.at),
    access: access as Access,
    licenses: byAccess
      .get(access)!
      .map(([full]) => asWritten(full, after))
      .sort(),
  }));
}

/** Return the most that each license gives: to the installation, to whoever has its best slot, or to everybody. */
function mostOf(all: Entitlements): Map<string, Access> {
  const { grants, present, everybody } = all;
  const installation = ofInstallation(all);
  const most = (full: string): Access => {
    const entry = all.licenses.get(full)!;
    return entry.kind === "system"
      ? accessOf({ full, entry }, installation, all)
      : highest(bestOf(grants.get(full)), everybody.get(full));
  };
  return new Map([...grants.keys(), ...present.keys(), ...everybody.keys()].map((full) => [full, most(full)]));
}

/** Return how many users may log in, of those who are not retired and can log in, at no site. */
function loginsOf(all: Entitlements): Logins {
  const users = [...all.users.values()].filter((user) => !user.retired && user.can_log_in);
  const ways = sortBy(all.access, ([full]) => [full]).map(([full, entry]) => ({
    way: asWritten(full, all),
    people: users.filter(({ id }) => loginOf({ full, entry }, id, undefined, all).allowed),
  }));
  return {
    at: timeOf(all.at),
    people: new Set(ways.flatMap(({ people }) => people)).size,
    by_way: Object.fromEntries(ways.map(({ way, people }) => [way, people.length])),
  };
}

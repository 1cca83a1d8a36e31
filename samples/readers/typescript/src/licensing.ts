/** What an application asks: an evaluation of what is believed, at one moment. It never changes. */

import type { Believed, Held } from "./believed.js";
import type { Bundle, License } from "./documents.js";
import { accessOf } from "./evaluate/access.js";
import { find, findLicense } from "./evaluate/codes.js";
import { type Coverage, coverageOf } from "./evaluate/coverage.js";
import { type Count, countOf, type Entitlements, entitlementsAt } from "./evaluate/entitlements.js";
import { type Why, whyNot } from "./evaluate/explain.js";
import { type Holdings, ofInstallation, ofOwn, ofSite, ofUser, type Served } from "./evaluate/holders.js";
import { type Login, loginOf, unavailable } from "./evaluate/login.js";
import { type Meter, meterOf } from "./evaluate/meters.js";
import { type Base, baseOf, type Parts, partsOf } from "./evaluate/parts.js";
import { settingOf } from "./evaluate/settings.js";
import { type Access, isAtLeast, type State } from "./evaluate/states.js";
import { dayOf, endOf } from "./evaluate/time.js";
import { type Known, worldOf } from "./evaluate/world.js";
import type { Value } from "./shapes.js";

/** What is asked of the installation, a site or a user. A code that no catalog has is refused (`unknown-code`). */
export interface Entitled {
  access(code: string): Access;
  /** Whether the access is at least this one, by default `full`. */
  allows(code: string, atLeast?: "read" | "full"): boolean;
  /** Why the access is less than this one; both members are null if it is not. */
  why(code: string, atLeast?: "read" | "full"): Why;
}

/** A user or site of the installation. */
export interface Assigned extends Entitled {
  /** What each assignment is served with. */
  readonly served: readonly Pick<Served, "license" | "access">[];
}

/** A user of the application's own. */
export interface OwnUser extends Entitled {
  /** The numbers of the events for which a function is unavailable to this user. */
  unavailable(name: string): number[];
}

/** A user of the installation. */
export interface InstallationUser extends Assigned, OwnUser {
  mayLogin(way: string): Login;
}

export interface Licensing extends Entitled {
  /** The moment that it is about, in seconds. */
  readonly now: number;
  /** The first second of the next day in UTC: evaluate again then. All dates take effect with a day. */
  readonly validUntil: number;
  /** What is known of the vendor's part `base`. */
  readonly base: Base;
  /** The state of `base`, and the last day that is covered: a date, or `perpetual`. */
  readonly status: State | null;
  readonly coveredUntil: string | null;
  parts(): Parts;
  coverage(): Coverage[];
  site(id: string): Assigned;
  /** A user of the installation, who may work at a site. */
  user(id: string, where?: { readonly site?: string | undefined }): InstallationUser;
  /** A user of the application's own, with the user and site licenses that it passes. Nothing is looked up. */
  user(id: string, own: { readonly site?: string | undefined; readonly licenses: readonly string[] }): OwnUser;
  count(code: string): Count;
  setting(code: string): Value | null;
  meter(code: string): Meter;
  unavailable(name: string): number[];
  /** What `administration.ts` answers from. */
  readonly entitlements: Entitlements;
  readonly believed: Believed;
}

/** What is believed, and the bundles in the order of their activation: a `Reader` has both. */
export interface Source {
  readonly believed: Believed;
  readonly bundles: readonly Held<Bundle>[];
}

const ANY: readonly License["kind"][] = ["system", "site", "user"];

/** What an application knows beside its documents, and the moment that it asks about. */
export interface KnownNow extends Known {
  /** Seconds since 1970, so `Date.now() / 1000`: by milliseconds, every term has long ended. Default: the clock. */
  readonly now?: number;
}

/**
 * Return what is licensed at a moment.
 * @param known what the application knows beside its documents
 */
export function licensing(
  { believed, bundles }: Source,
  { now = Math.floor(Date.now() / 1000), ...known }: KnownNow = {},
): Licensing {
  const all = entitlementsAt(now, worldOf(believed, bundles, known));
  const base = baseOf(all);
  return {
    ...entitled(ofInstallation(all), all),
    now,
    validUntil: endOf(dayOf(now)),
    base,
    status: base.status,
    coveredUntil: base.covered_until,
    parts: () => partsOf(all),
    coverage: () => coverageOf(all),
    site: (id) => entitled(ofSite(id, all), all),
    user: (
      id: string,
      { site, licenses }: { readonly site?: string | undefined; readonly licenses?: readonly string[] } = {},
    ) => ({
      ...entitled(licenses ? ofOwn(passed(licenses, all), all) : ofUser(id, site, all), all),
      mayLogin: (way: string) => loginOf(find(way, "access", all), id, site, all),
      unavailable: (name: string) => unavailable(name, id, site, all),
    }),
    count(code) {
      const found = findLicense(code, ANY, all);
      return found ? countOf(found.full, found.entry, all) : { total: 0, in_use: 0 };
    },
    setting(code) {
      const found = find(code, "settings", all);
      return found ? settingOf(found, all.governing) : null;
    },
    meter: (code) => meterOf(findLicense(code, ["system"], all), all),
    unavailable: (name) => unavailable(name, undefined, undefined, all),
    entitlements: all,
    believed,
  };
}

/** Return the answers about a holder; what it has is worked out once. */
function entitled(holdings: Holdings, all: Entitlements): Assigned {
  const kinds = holdings.is === "installation" ? ANY.slice(0, 1) : ANY;
  const access = (code: string): Access => {
    const found = findLicense(code, kinds, all);
    return found ? accessOf(found, holdings, all) : "none";
  };
  return {
    access,
    allows: (code, atLeast = "full") => isAtLeast(access(code), atLeast),
    why: (code, atLeast = "full") => whyNot(findLicense(code, kinds, all), atLeast, holdings, all),
    served: holdings.served,
  };
}

/** Return the licenses that an application passes, each once; of partners who are not installed, none. */
const passed = (codes: readonly string[], all: Entitlements): string[] => [
  ...new Set(codes.flatMap((code) => findLicense(code, ["site", "user"], all)?.full ?? [])),
];

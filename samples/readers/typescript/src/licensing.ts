/** What an application asks: an evaluation of what is believed, at one moment. It never changes. */

import type { Believed, Held } from "./believed.js";
import type { Bundle, License } from "./documents.js";
import { accessOf } from "./evaluate/access.js";
import { type Change, judgeChange } from "./evaluate/assignments.js";
import { find, findLicense } from "./evaluate/codes.js";
import { type Consequences, consequencesOf } from "./evaluate/consequences.js";
import { type Coverage, coverageOf } from "./evaluate/coverage.js";
import { type Count, countOf, type Entitlements, entitlementsAt } from "./evaluate/entitlements.js";
import { type Why, whyNot } from "./evaluate/explain.js";
import { type Holder, holdingsOf, type Served } from "./evaluate/holders.js";
import { type Login, loginOf, unavailable } from "./evaluate/login.js";
import { type Meter, meterOf } from "./evaluate/meters.js";
import { type Notice, noticesOf } from "./evaluate/notices.js";
import { type Base, baseOf, type Parts, partsOf } from "./evaluate/parts.js";
import { settingOf } from "./evaluate/settings.js";
import { type Access, isAtLeast, nextChange, type State } from "./evaluate/states.js";
import { activated, type Known, worldOf } from "./evaluate/world.js";
import type { Value } from "./shapes.js";

/** What is asked of the installation, a site or a user alike. Codes that no catalog has throw a Refusal (`unknown-code`). */
export interface Entitled {
  access(code: string): Access;
  /** Whether the access is at least this one. */
  allows(code: string, atLeast?: "read" | "full"): boolean;
  /** Why the access is less than this one; both members are null if it is not. */
  why(code: string, atLeast?: "read" | "full"): Why;
}

export interface SiteLicensing extends Entitled {
  /** What each assignment is served with. */
  readonly served: readonly Pick<Served, "license" | "access">[];
}

export interface OwnUserLicensing extends Entitled {
  /** The numbers of the events for which a function is unavailable to this user. */
  unavailable(name: string): number[];
}

export interface UserLicensing extends SiteLicensing, OwnUserLicensing {
  mayLogin(way: string): Login;
}

export interface Licensing extends Entitled {
  /** The moment that it is about, in seconds. */
  readonly now: number;
  /** The first second from which bundles have another state, or null: then evaluate again. */
  readonly validUntil: number | null;
  /** What is known of the vendor's part `base`. */
  readonly base: Base;
  /** Its state, and the last day that its coverage has: a date, or `perpetual`. */
  readonly status: State | null;
  readonly coveredUntil: string | null;
  parts(): Parts;
  coverage(): Coverage[];
  site(id: string): SiteLicensing;
  /** A user of the installation, who may work at a site. */
  user(id: string, at?: { readonly site?: string | undefined }): UserLicensing;
  /** A user of the application's own, with the user and site licenses that it passes. Nothing is looked up. */
  user(id: string, own: { readonly site?: string | undefined; readonly licenses: readonly string[] }): OwnUserLicensing;
  count(code: string): Count;
  setting(code: string): Value | null;
  meter(code: string): Meter;
  unavailable(name: string): number[];
  /** @throws Refusal with the code for which the change of assignments is refused */
  judge(change: Change): void;
  /** What follows from bundles that are not activated yet. */
  consequences(adds: readonly Held<Bundle>[]): Consequences;
  notices(): Notice[];
}

/** What is believed, and the bundles in the order of their activation: a `Reader` has both. */
export interface Source {
  readonly believed: Believed;
  readonly bundles: readonly Held<Bundle>[];
}

/**
 * Return what is licensed at a moment.
 * @param known what the application knows beside its documents; `now` is in seconds, by default what the clock shows
 */
export function licensing(
  { believed, bundles }: Source,
  { now = Math.floor(Date.now() / 1000), ...known }: Known & { readonly now?: number } = {},
): Licensing {
  const world = worldOf(believed, bundles, known);
  const all = entitlementsAt(now, world);
  const base = baseOf(now, world);
  const license = (code: string, kinds: readonly License["kind"][]) => findLicense(code, kinds, world);

  function user(id: string, { site, licenses }: { readonly site?: string | undefined; readonly licenses?: readonly string[] } = {}): UserLicensing {
    return {
      ...entitled(licenses ? { is: "own", licenses: passed(licenses, all) } : { is: "user", user: id, site }, all),
      mayLogin: (way) => loginOf(find(way, "access", world), id, site, all),
      unavailable: (name) => unavailable(name, id, site, all),
    };
  }

  return {
    ...entitled({ is: "installation" }, all),
    now,
    validUntil: nextChange(world.bundles.map(({ document }) => document), now),
    base,
    status: base.status,
    coveredUntil: base.covered_until,
    parts: () => partsOf(now, world),
    coverage: () => coverageOf(now, world),
    site: (id) => entitled({ is: "site", site: id }, all),
    user,
    count(code) {
      const found = license(code, ANY);
      return found ? countOf(found.full, found.entry, all) : { total: 0, in_use: 0 };
    },
    setting(code) {
      const found = find(code, "settings", world);
      return found ? settingOf(found, all.governing) : null;
    },
    meter: (code) => meterOf(license(code, ["system"]), all),
    unavailable: (name) => unavailable(name, undefined, undefined, all),
    judge: (change) => judgeChange(change, all),
    consequences: (adds) => consequencesOf(activated(believed, adds), now, world),
    notices: () => noticesOf(all, believed),
  };
}

const ANY: readonly License["kind"][] = ["system", "site", "user"];

/** Return the answers about a holder; what it holds is worked out once. */
function entitled(holder: Holder, all: Entitlements): SiteLicensing {
  const { world } = all;
  const holdings = holdingsOf(holder, all);
  const kinds = holder.is === "installation" ? ["system" as const] : ANY;
  const access = (code: string): Access => {
    const found = findLicense(code, kinds, world);
    return found ? accessOf(found.full, found.entry, holdings, all) : "none";
  };
  return {
    access,
    allows: (code, atLeast = "full") => isAtLeast(access(code), atLeast),
    why: (code, atLeast = "full") => whyNot(findLicense(code, kinds, world), atLeast, holdings, all),
    served: holdings.served.map(({ license, access }) => ({ license, access })),
  };
}

/** Return the licenses that an application passes for a user of its own, each once; of partners who are not installed, none. */
const passed = (codes: readonly string[], { world }: Entitlements): string[] =>
  [...new Set(codes.flatMap((code) => findLicense(code, ["site", "user"], world)?.full ?? []))];

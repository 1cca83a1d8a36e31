/** Notices: what administrators should know, of those that follow from documents and slots alone. */

import type { Believed } from "../believed.js";
import { fits } from "../rules.js";
import { asWritten } from "./codes.js";
import { sortBy } from "./collections.js";
import { type Ending, endingsOf } from "./coverage.js";
import { countOf, type Entitlements } from "./entitlements.js";
import { isGranted, namedBy } from "./grants.js";
import { type Governing, waitingAt } from "./moment.js";
import { factsThere, works } from "./states.js";
import { beginningOf, dayOf, endOf } from "./time.js";
import type { World } from "./world.js";

const SEVERITIES = ["error", "warning", "info"] as const;

export interface Notice {
  readonly severity: (typeof SEVERITIES)[number];
  readonly code: string;
  /** The label of the bundle that it is about. */
  readonly bundle?: string;
  readonly license?: string;
  readonly setting?: string;
  readonly issuer?: string;
  readonly days?: number;
  /** How many to release. */
  readonly release?: number;
}

type About = Omit<Notice, "severity" | "code">;

const error = (code: string, about: About): Notice => ({ severity: "error", code, ...about });
const warning = (code: string, about: About): Notice => ({ severity: "warning", code, ...about });
const info = (code: string, about: About): Notice => ({ severity: "info", code, ...about });

/** Return the notices, the most urgent first. */
export function noticesOf(all: Entitlements, believed: Believed): Notice[] {
  const notices = [
    ...all.governing.flatMap((one) => [
      ...ofState(one, all),
      ...ofContents(one, all),
      ...ofFacts(one, all),
      ...ofSettings(one, all),
    ]),
    ...waitingAt(all.at, all).flatMap((one) => [...ofState(one, all), ...ofStart(one, all)]),
    ...endingsOf(all).flatMap(({ ending }) => (ending ? ofEnding(ending, all) : [])),
    ...ofCounts(all),
    ...ofFreshness(all.at, believed),
  ];
  const distinct = new Map(notices.map((notice) => [JSON.stringify(notice), notice])).values();
  return sortBy(distinct, ({ severity, code, bundle = "", license = "", setting = "", issuer = "" }) => [
    SEVERITIES.indexOf(severity),
    code,
    bundle,
    license,
    setting,
    issuer,
  ]);
}

/** Return the label of a bundle: serial, part, use if not production, and sequence; of partners after the issuer. */
function labelOf({ issuer, serial, part, use, sequence }: Governing, { vendor }: World): string {
  return [issuer === vendor ? "" : issuer, serial, part, use === "production" ? "" : use, sequence]
    .filter(Boolean)
    .join(" ");
}

const ofState = (one: Governing, world: World): Notice[] =>
  ["expired", "foreign", "unmaintained"].includes(one.state) ? [error(one.state, { bundle: labelOf(one, world) })] : [];

const ofStart = (one: Governing, all: Entitlements): Notice[] => [
  info("pending", { bundle: labelOf(one, all), days: one.starts! - dayOf(all.at) }),
];

/** Return what a bundle names that nobody knows, and whether it is time to look for a newer one. */
function ofContents(one: Governing, all: Entitlements): Notice[] {
  const { next_check } = one;
  const bundle = labelOf(one, all);
  const unknown = namedBy(one).filter((named) => !isGranted(named, all));
  return [
    ...(next_check !== null && all.at >= beginningOf(next_check) ? [info("next-check", { bundle })] : []),
    ...unknown.map(({ license }) => info("unknown-license", { bundle, license: asWritten(license, all) })),
  ];
}

/** Return whether a binding matches although some facts do not; a warning if none may change any more. */
function ofFacts(one: Governing, world: World): Notice[] {
  const { binding } = one;
  if (!binding || !world.installation || one.state === "foreign") return [];
  const there = factsThere(binding, world.installation);
  const notice = there > binding.needed ? info : warning;
  return there < binding.facts.size ? [notice("facts-changed", { bundle: labelOf(one, world) })] : [];
}

/** Return the values that a bundle that works sells in vain. */
function ofSettings(one: Governing, world: World): Notice[] {
  const { issuer, settings } = one;
  return [...(works(one.state) ? settings : [])].flatMap(([code, value]) => {
    const declared = world.settings.get(`${issuer}.${code}`);
    const about = { bundle: labelOf(one, world), setting: asWritten(`${issuer}.${code}`, world) };
    if (!declared) return [info("unknown-setting", about)];
    return fits(declared, value) ? [] : [warning("setting-unfit", about)];
  });
}

/** Return the notices of the bundle with which a coverage ends; a bundle that another one follows has none. */
function ofEnding({ last, works: until }: Ending, all: Entitlements): Notice[] {
  const { warning: reminder, expiry } = last;
  const bundle = labelOf(last, all);
  const today = dayOf(all.at);
  if (expiry !== null && all.at >= endOf(expiry)) return [warning("grace", { bundle, days: until - today })];
  const isDue = expiry !== null && reminder !== null && all.at >= beginningOf(reminder);
  return isDue ? [warning("warning", { bundle, days: expiry - today })] : [];
}

/** Return where more of a license is in use than there is, or as much, or nearly. */
const ofCounts = (all: Entitlements): Notice[] =>
  [...all.licenses].flatMap(([full, entry]) => {
    const { total, in_use } = countOf(full, entry, all);
    const license = asWritten(full, all);
    if (total === null || !in_use) return [];
    if (in_use > total) {
      const hasLapsed = total === 0 && all.grants.has(full);
      return hasLapsed ? [] : [error("deficit", { license, release: in_use - total })];
    }
    return in_use * 10 < total * 9 ? [] : [info(in_use === total ? "used-up" : "nearly-used", { license })];
  });

/** Return the trust document and the lists that are past their time. */
function ofFreshness(at: number, { trust, lists }: Believed): Notice[] {
  const isPast = ({ fresh_until }: { readonly fresh_until: number | null }): boolean =>
    fresh_until !== null && at >= fresh_until;
  const stale = [...lists].filter(([, { document }]) => isPast(document));
  return [
    ...(trust && isPast(trust.document) ? [info("not-fresh", {})] : []),
    ...stale.map(([issuer]) => info("not-fresh", { issuer })),
  ];
}

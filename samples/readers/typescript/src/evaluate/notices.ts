/** Notices: what administrators should know, of those that follow from documents and slots alone. */

import type { Believed } from "../believed.js";
import { fits } from "../rules.js";
import { asWritten, inFull } from "./codes.js";
import { endingOf, partsAhead } from "./coverage.js";
import { countOf, type Entitlements } from "./entitlements.js";
import { isGranted, namedBy } from "./grants.js";
import { type Governing, waitingAt } from "./moment.js";
import { sortBy } from "./order.js";
import { factsThere, works } from "./states.js";
import { DAY, dayOf, endOf } from "./time.js";
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

/** Return the notices, the most urgent first. */
export function noticesOf(all: Entitlements, believed: Believed): Notice[] {
  const notices = [
    ...all.governing.flatMap((one) => ofBundle(one, all)),
    ...waitingAt(all.at, all.world).flatMap((one) => ofState(one, all)),
    ...ofEndings(all),
    ...ofCounts(all),
    ...ofFreshness(all.at, believed),
  ];
  const distinct = new Map(notices.map((notice) => [JSON.stringify(notice), notice])).values();
  return sortBy(distinct, ({ severity, code, bundle = "", license = "", setting = "", issuer = "" }) =>
    [SEVERITIES.indexOf(severity), code, bundle, license, setting, issuer]);
}

/** Return the label of a bundle: serial, part, use where that is not production, and sequence; of others after the issuer. */
function labelOf({ document }: Governing, { vendor }: World): string {
  const { issuer, serial, part, use, sequence } = document;
  return [...(issuer === vendor ? [] : [issuer]), serial, part, ...(use === "production" ? [] : [use]), sequence].join(" ");
}

/** Return what the state of a bundle says, in force or waiting. */
function ofState(one: Governing, { at, world }: Entitlements): Notice[] {
  const { state, document } = one;
  const bundle = labelOf(one, world);
  if (state === "pending") return [{ severity: "info", code: state, bundle, days: document.starts! - dayOf(at) }];
  return state === "expired" || state === "foreign" || state === "unmaintained" ? [{ severity: "error", code: state, bundle }] : [];
}

function ofBundle(one: Governing, all: Entitlements): Notice[] {
  const { document } = one;
  const { at, world } = all;
  const bundle = labelOf(one, world);
  const isDue = document.next_check !== null && at >= document.next_check * DAY;
  const unknown = namedBy(one).filter((named) => !isGranted(named, world));
  return [
    ...ofState(one, all),
    ...(isDue ? [{ severity: "info", code: "next-check", bundle } as const] : []),
    ...unknown.map(({ license }) => ({ severity: "info", code: "unknown-license", bundle, license: asWritten(license, world) }) as const),
    ...ofFacts(one, world),
    ...ofSettings(one, world),
  ];
}

/** Return whether a binding matches although some facts do not; a warning if none may change any more. */
function ofFacts(one: Governing, world: World): Notice[] {
  const { binding } = one.document;
  if (!binding || !world.installation || one.state === "foreign") return [];
  const there = factsThere(binding, world.installation);
  const severity = there > binding.needed ? "info" : "warning";
  return there < binding.facts.size ? [{ severity, code: "facts-changed", bundle: labelOf(one, world) }] : [];
}

/** Return the values that a bundle that works sells in vain. */
function ofSettings(one: Governing, world: World): Notice[] {
  const { issuer, settings } = one.document;
  if (!works(one.state)) return [];
  const bundle = labelOf(one, world);
  return [...settings].flatMap(([code, value]): Notice[] => {
    const declared = world.catalogs.get(issuer)?.settings.get(code);
    const setting = asWritten(inFull(code, issuer), world);
    if (!declared) return [{ severity: "info", code: "unknown-setting", bundle, setting }];
    return fits(declared, value) ? [] : [{ severity: "warning", code: "setting-unfit", bundle, setting }];
  });
}

/** Return what is said of the bundle with which a coverage ends: never of one that another one follows. */
function ofEndings({ at, world }: Entitlements): Notice[] {
  return partsAhead(at, world).flatMap(({ issuer, part }): Notice[] => {
    const ending = endingOf(`${issuer}/${part}`, at, world);
    if (!ending) return [];
    const { warning, expiry } = ending.last.document;
    const bundle = labelOf(ending.last, world);
    if (expiry === null) return [];
    if (at >= endOf(expiry)) return [{ severity: "warning", code: "grace", bundle, days: ending.works - dayOf(at) }];
    const isDue = warning !== null && at >= warning * DAY;
    return isDue ? [{ severity: "warning", code: "warning", bundle, days: expiry - dayOf(at) }] : [];
  });
}

/** Return where more of a license is in use than there is, or as much, or nearly. */
function ofCounts(all: Entitlements): Notice[] {
  const { world } = all;
  return [...world.catalogs].flatMap(([issuer, { licenses }]) => [...licenses].flatMap(([code, license]): Notice[] => {
    const full = inFull(code, issuer);
    const { total, in_use } = countOf(full, license, all);
    const shown = asWritten(full, world);
    if (license.kind === "system" || total === null || !in_use) return [];
    if (in_use > total) {
      const hasLapsed = total === 0 && all.grants.has(full);
      return hasLapsed ? [] : [{ severity: "error", code: "deficit", license: shown, release: in_use - total }];
    }
    if (license.limits_sites || in_use * 10 < total * 9) return [];
    return [{ severity: "info", code: in_use === total ? "used-up" : "nearly-used", license: shown }];
  }));
}

/** Return the trust document and the lists that are past their time. */
function ofFreshness(at: number, { trust, lists }: Believed): Notice[] {
  const isPast = ({ fresh_until }: { readonly fresh_until: number | null }): boolean => fresh_until !== null && at >= fresh_until;
  const stale = [...lists].filter(([, { document }]) => isPast(document));
  return [
    ...(trust && isPast(trust.document) ? [{ severity: "info", code: "not-fresh" } as const] : []),
    ...stale.map(([issuer]) => ({ severity: "info", code: "not-fresh", issuer }) as const),
  ];
}

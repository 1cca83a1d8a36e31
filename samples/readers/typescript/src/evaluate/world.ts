/** What an evaluator is given ("Words and inputs"). Data that applications pass has the names of plain data. */

import type { Believed, Held } from "../believed.js";
import type { Bundle, Catalog, License, LoginRule, Scope, Setting } from "../documents.js";
import { revocationOf, signerOf } from "../verification.js";
import { groupBy } from "./collections.js";

/** An assignment. The slot is whatever was kept: rows of a database may have been edited. */
export interface Assignment {
  readonly license: string;
  readonly slot: unknown;
}

export interface Site {
  readonly id: string;
  /** Its slot among the satellites; absent if the site is not a satellite. */
  readonly satellite?: unknown;
  readonly licenses?: readonly Assignment[];
}

export interface User {
  readonly id: string;
  readonly kind: "associate" | "external" | "system" | "anonymous";
  readonly can_log_in: boolean;
  readonly administrator: boolean;
  readonly retired: boolean;
  readonly groups: readonly string[];
  readonly licenses?: readonly Assignment[];
}

/** An event in force. */
export interface Event {
  readonly number: number;
  readonly kind: string;
  readonly scope: "installation" | "site" | "group" | "user";
  readonly subject: string;
  readonly message: string;
}

/** What the installation can show to a bound bundle. */
export interface Installation {
  readonly digest: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** What an application knows beside its documents. All of it may be left out. */
export interface Known {
  /** The day on which this version of the product was released, as a date, `2027-01-01`. It is compared as text. */
  readonly released?: string;
  readonly installation?: Installation;
  /** For how many hours the database has been away. */
  readonly away_hours?: number;
  readonly sites?: readonly Site[];
  readonly users?: readonly User[];
  readonly events?: readonly Event[];
}

/** A bundle, with the scope of the key that signed it. */
export interface Activated extends Bundle {
  readonly identity: string;
  readonly scope: Scope;
  /** Whether step 9 refuses it: it was revoked, or the list is gone that must be there. */
  readonly revoked: boolean;
}

/** How many hold each slot. */
export type Slots = ReadonlyMap<number, number>;

/** All that does not depend on the moment. Codes are in full, as `issuer.code`. */
export interface World extends Omit<Known, "sites" | "users"> {
  readonly vendor: string;
  /** The vendor, and the partners who are installed: those with a catalog in force. */
  readonly issuers: ReadonlySet<string>;
  readonly licenses: ReadonlyMap<string, License>;
  readonly settings: ReadonlyMap<string, Setting>;
  /** Ways to log in. */
  readonly access: ReadonlyMap<string, LoginRule>;
  /** In the order in which they were activated. */
  readonly bundles: readonly Activated[];
  readonly sites: ReadonlyMap<string, Site>;
  readonly users: ReadonlyMap<string, User>;
  /** The slots of each license, and those of the satellites. */
  readonly slots: ReadonlyMap<string, Slots>;
  readonly satellites: Slots;
}

/** Return `code` as `issuer.code`; one without an issuer is of `issuer`. */
export const inFull = (code: string, issuer: string): string => (code.includes(".") ? code : `${issuer}.${code}`);

/** Return the bundles to evaluate, of which each passed steps 3 to 8, and no two have the same payload. */
export const activated = (believed: Believed, bundles: readonly Held<Bundle>[]): Activated[] =>
  bundles.map((held) => ({
    ...held.document,
    identity: held.identity,
    scope: signerOf(believed, held)!.scope,
    revoked: revocationOf(believed, held) !== null,
  }));

export function worldOf(believed: Believed, bundles: readonly Held<Bundle>[], known: Known): World {
  const { sites = [], users = [] } = known;
  const vendor = believed.issuer;
  const licenses = entriesOf("licenses", believed);
  // Slots are counted for one kind of holder, and a retired user has none.
  const holders: readonly (Site | User)[] = [...sites, ...users.filter(({ retired }) => !retired)];
  const assigned = holders.flatMap((holder) => {
    const kind = "retired" in holder ? "user" : "site";
    return (holder.licenses ?? []).filter(({ license }) => licenses.get(inFull(license, vendor))?.kind === kind);
  });
  const byLicense = groupBy(assigned, ({ license }) => inFull(license, vendor));
  return {
    ...known,
    vendor,
    issuers: new Set([vendor, ...believed.catalogs.keys()]),
    licenses,
    settings: entriesOf("settings", believed),
    access: entriesOf("access", believed),
    bundles: activated(believed, bundles),
    sites: new Map(sites.map((site) => [site.id, site])),
    users: new Map(users.map((user) => [user.id, user])),
    slots: new Map([...byLicense].map(([license, held]) => [license, counted(held.map(({ slot }) => slot))])),
    satellites: counted(sites.map(({ satellite }) => satellite)),
  };
}

type Entries<K extends "licenses" | "settings" | "access"> =
  Catalog[K] extends ReadonlyMap<string, infer E> ? E : never;

/** Return what all catalogs have of one kind, by codes in full. */
function entriesOf<K extends "licenses" | "settings" | "access">(
  name: K,
  { catalogs }: Believed,
): Map<string, Entries<K>> {
  const entries = [...catalogs].flatMap(([issuer, { document }]) =>
    [...document[name]].map(([code, entry]) => [`${issuer}.${code}`, entry as Entries<K>] as const),
  );
  return new Map(entries);
}

const HIGHEST_SLOT = 2_147_483_647;

function counted(slots: readonly unknown[]): Slots {
  const held = new Map<number, number>();
  for (const slot of slots as number[]) {
    if (Number.isInteger(slot) && slot >= 1 && slot <= HIGHEST_SLOT) held.set(slot, (held.get(slot) ?? 0) + 1);
  }
  return held;
}

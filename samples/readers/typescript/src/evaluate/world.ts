/** What an evaluator is given ("Words and inputs"). Data that applications pass has the names of plain data. */

import type { Believed, Held } from "../believed.js";
import type { Bundle, Catalog, Scope } from "../documents.js";
import { revocationOf, signerOf } from "../verification.js";

/** An assignment. The slot is whatever was kept: rows of a database may have been edited. */
export interface Assignment {
  readonly license: string;
  readonly slot: unknown;
}

export interface Site {
  readonly id: string;
  /** Its slot among the satellites; a site without one is no satellite. */
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
  /** The day on which this version of the product was released. */
  readonly released?: string;
  readonly installation?: Installation;
  /** For how many hours the database has been away. */
  readonly away_hours?: number;
  readonly sites?: readonly Site[];
  readonly users?: readonly User[];
  readonly events?: readonly Event[];
}

/** A bundle, with the scope of the key that signed it. */
export interface Activated {
  readonly identity: string;
  readonly document: Bundle;
  readonly scope: Scope;
  /** Whether step 9 refuses it: it was revoked, or the list is gone that must be there. */
  readonly revoked: boolean;
}

export interface World extends Known {
  readonly vendor: string;
  readonly catalogs: ReadonlyMap<string, Catalog>;
  /** In the order in which they were activated. */
  readonly bundles: readonly Activated[];
}

/** Return the bundles to evaluate, of which each passed steps 3 to 8, and no two have the same payload. */
export const activated = (believed: Believed, bundles: readonly Held<Bundle>[]): Activated[] =>
  bundles.map((held) => ({
    identity: held.identity,
    document: held.document,
    scope: signerOf(believed, held)!.scope,
    revoked: revocationOf(believed, held) !== null,
  }));

export function worldOf(believed: Believed, bundles: readonly Held<Bundle>[], known: Known): World {
  const catalogs = new Map([...believed.catalogs].map(([issuer, held]) => [issuer, held.document]));
  return { ...known, vendor: believed.issuer, catalogs, bundles: activated(believed, bundles) };
}

/** Codes: what a program asks about, and how it is found in the catalogs in force. */

import type { License, LoginRule, Setting } from "../documents.js";
import { QUALIFIED_CODE } from "../fields.js";
import { refuse } from "../refusal.js";
import { inFull, type World } from "./world.js";

export const issuerOf = (full: string): string => full.split(".")[0]!;
export const bareOf = (full: string): string => full.split(".")[1]!;

/** Return a code that is named in a document of the issuer of `full`, in full. */
export const namedIn = (full: string, code: string): string => inFull(code, issuerOf(full));

/** Return a full code as applications write it: bare if it is one of the vendor's. */
export const asWritten = (full: string, { vendor }: World): string => (issuerOf(full) === vendor ? bareOf(full) : full);

interface Entries {
  readonly licenses: License;
  readonly settings: Setting;
  readonly access: LoginRule;
}

/** What a catalog has under a code. */
export interface Found<E> {
  readonly full: string;
  readonly entry: E;
}

/**
 * Return what a catalog has as `code`, or undefined if its issuer is not installed here.
 * @throws Refusal `unknown-code`, a mistake in the program that asks
 */
export function find<K extends keyof Entries>(code: string, kind: K, world: World): Found<Entries[K]> | undefined {
  const full = inFull(code, world.vendor);
  const entry = (world[kind] as ReadonlyMap<string, Entries[K]>).get(full);
  if (entry) return { full, entry };
  return world.issuers.has(issuerOf(full)) || !QUALIFIED_CODE.test(full) ? refuse("unknown-code") : undefined;
}

/** The same of a license, which is one of `kinds` (`wrong-kind`, another mistake). */
export function findLicense(code: string, kinds: readonly License["kind"][], world: World): Found<License> | undefined {
  const found = find(code, "licenses", world);
  return found && !kinds.includes(found.entry.kind) ? refuse("wrong-kind") : found;
}

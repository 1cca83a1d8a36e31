/** Codes: what a program asks about, and how it is found in the catalogs in force. */

import type { Catalog, License } from "../documents.js";
import { CODE } from "../fields.js";
import { refuse } from "../refusal.js";
import type { World } from "./world.js";

/** Return `code` as `issuer.code`; one without an issuer is of `issuer`. */
export const inFull = (code: string, issuer: string): string => (code.includes(".") ? code : `${issuer}.${code}`);

/** Return a full code as applications write it: bare if it is one of the vendor's. */
export const asWritten = (full: string, { vendor }: World): string => (issuerOf(full) === vendor ? bareOf(full) : full);

export const issuerOf = (full: string): string => full.slice(0, full.indexOf("."));
export const bareOf = (full: string): string => full.slice(full.indexOf(".") + 1);

/** Return the license of a full code, if a catalog in force has it. */
export const licenseOf = (full: string, world: World): License | undefined =>
  world.catalogs.get(issuerOf(full))?.licenses.get(bareOf(full));

type Shelf = "licenses" | "settings" | "access";
type Entry<S extends Shelf> = Catalog[S] extends ReadonlyMap<string, infer E> ? E : never;

export interface Found<S extends Shelf> {
  readonly full: string;
  readonly entry: Entry<S>;
}

/**
 * Return what a catalog has as `code`, or undefined if its issuer is not installed here.
 * @throws Refusal `unknown-code`, a mistake in the program that asks
 */
export function find<S extends Shelf>(code: string, shelf: S, world: World): Found<S> | undefined {
  const full = inFull(code, world.vendor);
  const catalog = world.catalogs.get(issuerOf(full));
  const entry = catalog?.[shelf].get(bareOf(full)) as Entry<S> | undefined;
  if (entry !== undefined) return { full, entry };
  const isWritten = CODE.test(issuerOf(full)) && CODE.test(bareOf(full));
  return catalog || !isWritten || issuerOf(full) === world.vendor ? refuse("unknown-code", code) : undefined;
}

/** The same of a license, which is one of `kinds` (`wrong-kind`, another mistake). */
export function findLicense(code: string, kinds: readonly License["kind"][], world: World): Found<"licenses"> | undefined {
  const found = find(code, "licenses", world);
  return found && !kinds.includes(found.entry.kind) ? refuse("wrong-kind", code) : found;
}

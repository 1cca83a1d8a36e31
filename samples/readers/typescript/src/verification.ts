/** Steps 3 to 9: from a token to a document that is believed. */

import type { Believed, Held, Token } from "./believed.js";
import type { AdmittedKey, Bundle, Documents, Scope } from "./documents.js";
import type { Algorithms } from "./signatures.js";
import { refuse } from "./refusal.js";

/** Types whose documents the signing keys of a trust document sign. */
export type SignedType = "revocations" | "catalog" | "bundle" | "reset";

/**
 * Return the document in `token` after steps 3 to 8, at `now` in seconds; with `null`, step 7.1 is left out.
 * @throws Refusal with the code of the first fault
 */
export async function judge<T extends SignedType>(
  _believed: Believed,
  _token: Token,
  _type: T,
  _now: number | null,
  _algorithms: Algorithms,
): Promise<Held<Documents[T]>> {
  return refuse("not-yet-written");
}

/** Return the key under which a document was signed, if the trust document in force still admits it. */
export function signerOf(believed: Believed, held: Held<unknown>): AdmittedKey | undefined {
  return believed.trust?.keys.get(held.signer);
}

/** Return the code with which step 9 refuses a bundle (`revocations-missing`, `bundle-revoked`), or null. */
export function revocationOf(_believed: Believed, _held: Held<Bundle>): string | null {
  return null;
}

/** Return whether a scope admits a bundle: steps 7.3 to 7.8. */
export function admits(_scope: Scope, _bundle: Bundle): boolean {
  return true;
}

/** Steps 3 to 9: from a token to a document that is believed. */

import type { Believed, Held, Token, Type } from "./believed.js";
import { decode } from "./decode.js";
import { type AdmittedKey, type Bundle, documents, type Documents, type Scope } from "./documents.js";
import { digestOf, type Frame, identityOf, readFrame, type Signature } from "./frame.js";
import type { PublicKey } from "./keys.js";
import { Refusal, refuse } from "./refusal.js";
import { isLimited } from "./rules.js";
import type { Kind } from "./shapes.js";
import { type Algorithms, verifySignatures } from "./signatures.js";

/** Types whose documents are signed by the keys that a trust document admits, and of which an application has a use. */
export type SignedType = "revocations" | "catalog" | "bundle";

export const ISSUED_AHEAD_SECONDS = 86400;

/**
 * Return the document in `token` after steps 3 to 8, at `now` in seconds; with `null`, step 7.1 is left out.
 * @throws Refusal with the code of the first fault
 */
export function judge<T extends SignedType>(
  believed: Believed,
  token: Token,
  type: T,
  now: number | null,
  algorithms: Algorithms,
): Promise<Held<Documents[T]>> {
  return judgeAs(believed, token, type, documents[type] as Kind<Documents[T]>, now, algorithms);
}

/** What every document that a signing key signs has. */
interface Issued {
  readonly issuer: string;
  readonly issued: number;
  readonly extensions: ReadonlyMap<string, unknown>;
}

/** Return the document in `token`, which has a type and its table, after steps 3 to 8. */
export async function judgeAs<T extends Issued>(
  believed: Believed,
  token: Token,
  type: SignedType | "reset",
  kind: Kind<T>,
  now: number | null,
  algorithms: Algorithms,
): Promise<Held<T>> {
  const admitted = ({ reference }: Signature): AdmittedKey => admittedKey(believed, type, reference);
  const held = await judgeSigned(token, type, kind, admitted, algorithms);
  const document: Issued & { readonly product?: string } = held.document;
  judgeContent(admittedKey(believed, type, held.signer), document, now);
  // A reset names no product but one installation, which has one.
  if (document.product !== undefined && document.product !== believed.product)
    refuse("wrong-product", document.product);
  return held;
}

/** Return the document in a token with one signature, by the key that `keyOf` finds for it: steps 3 to 6. */
export async function judgeSigned<T extends { readonly extensions: ReadonlyMap<string, unknown> }>(
  token: Token,
  type: Type,
  kind: Kind<T>,
  keyOf: (signature: Signature) => PublicKey,
  algorithms: Algorithms,
): Promise<Held<T>> {
  const frame = readFrameOf(token, type);
  const [signature, another] = frame.signatures;
  if (!signature || another) return refuse("signature-count");
  const { reference } = signature;
  await verifySignatures(frame, [signature], new Map([[reference, keyOf(signature)]]), algorithms);
  const document = decode(kind, frame.payload);
  return { token, identity: identityOf(await digestOf(frame)), document, signer: reference };
}

/** Return the frame of a token, which is to have a type: step 3. */
export function readFrameOf(token: Token, type: Type): Frame {
  if (token.type !== type) refuse("unexpected-type", token.type);
  return readFrame(token);
}

/** Return the identity of the document in a token. */
export async function identityOfToken(token: Token): Promise<string> {
  return identityOf(await digestOf(readFrame(token)));
}

/** Return the key under which a document was signed, if the trust document in force still admits it. */
export function signerOf(believed: Believed, held: Held<unknown>): AdmittedKey | undefined {
  return believed.trust?.keys.get(held.signer);
}

/** Return whether steps 4 and 7, except 7.1, still let a document through. */
export function mayStillSign(believed: Believed, type: SignedType, held: Held<Documents[SignedType]>): boolean {
  try {
    judgeContent(admittedKey(believed, type, held.signer), held.document, null);
    return true;
  } catch (refusal) {
    if (refusal instanceof Refusal) return false;
    throw refusal;
  }
}

/** Return the key that a signature names, if it may sign this type: step 4. */
function admittedKey(believed: Believed, type: SignedType | "reset", reference: string): AdmittedKey {
  const trust = believed.trust ?? refuse("trust-missing");
  const key = trust.keys.get(reference) ?? refuse("key-unknown");
  if (key.state === "revoked") refuse("key-revoked", key.name);
  if (!key.scope.types.includes(type)) refuse("key-out-of-scope", key.name);
  return key;
}

/** Judge the content of a document at its own time of issue: step 7. */
function judgeContent(key: AdmittedKey, document: Issued, now: number | null): void {
  const { issued, issuer } = document;
  if (now !== null && issued > now + ISSUED_AHEAD_SECONDS) refuse("issued-ahead");
  if (issued < key.valid_from || issued >= (key.valid_to ?? Infinity)) refuse("key-out-of-window");
  const inScope = "sequence" in document ? admits(key.scope, document as Bundle) : key.scope.issuers.includes(issuer);
  if (!inScope) refuse("key-out-of-scope", key.name);
}

/** Return whether a scope admits a bundle: steps 7.3 to 7.8. */
export function admits(scope: Scope, bundle: Bundle): boolean {
  const { parts, most, longest_term: term } = scope;
  return (
    scope.issuers.includes(bundle.issuer) &&
    scope.uses.includes(bundle.use) &&
    (parts === null || parts.includes(bundle.part)) &&
    (!isLimited(scope) || !bundle.replaces.length) &&
    (most === null || grantsAtMost(most, bundle)) &&
    (term === null || endsWithin(term, bundle))
  );
}

function grantsAtMost(most: number, { system, sites, users, settings }: Bundle): boolean {
  const counts = [system, sites, users].flatMap((grants) => [...grants.values()]);
  return !settings.size && counts.every((count) => count !== null && count <= most);
}

function endsWithin(term: number, bundle: Bundle): boolean {
  const { issued, expiry, grace, after_grace, offline_hours, borrow_hours } = bundle;
  return (
    expiry !== null &&
    (grace ?? expiry) - Math.floor(issued / 86400) <= term &&
    after_grace === "block" &&
    Math.max(offline_hours, borrow_hours) <= 24 * term
  );
}

/** Return the code with which step 9 refuses a bundle (`revocations-missing`, `bundle-revoked`), or null. */
export function revocationOf(believed: Believed, { identity, document }: Held<Bundle>): string | null {
  const { issuer, serial, part, use, sequence } = document;
  const list = believed.lists.get(issuer)?.document;
  if (!list) return believed.seen.has(`revocations:${issuer}`) ? "revocations-missing" : null;
  const lowest = list.lowest.get(serial)?.get(part)?.[use] ?? 0;
  const revoked = list.identities.includes(identity) || list.serials.includes(serial) || sequence < lowest;
  return revoked ? "bundle-revoked" : null;
}

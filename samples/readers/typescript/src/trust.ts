/** Rules T1 and T2, L1 and L2, C1 and C2: trust documents, revocation lists and catalogs. */

import type { Believed, Held, HeldTrust, Token } from "./believed.js";
import { decode } from "./decode.js";
import { type Catalog, documents, type Documents, type Revocations, type TrustDocument } from "./documents.js";
import { digestOf, identityOf } from "./frame.js";
import { keysByReference } from "./keys.js";
import { compare, isNew, placeOf } from "./order.js";
import { refuse } from "./refusal.js";
import { newestRoot, signaturesBy } from "./roots.js";
import { type Algorithms, verifySignatures } from "./signatures.js";
import { judge, mayStillSign, readFrameOf } from "./verification.js";

/** Return the trust document in a token, which a threshold of the newest root signed: T1. */
export async function believeTrust(
  believed: Believed,
  token: Token,
  algorithms: Algorithms,
): Promise<Held<TrustDocument>> {
  const frame = readFrameOf(token, "trust");
  const { signatures } = frame;
  const newest = newestRoot(believed);
  const known = believed.chain.filter(({ keys }) => signaturesBy(keys, frame).length === signatures.length);
  const signed =
    known.findLast(({ document }) => signatures.length >= document.threshold) ?? known.at(-1) ?? refuse("key-unknown");
  await verifySignatures(frame, signatures, signed.keys, algorithms);
  if (signatures.length < signed.document.threshold) refuse("threshold-not-met");
  if (signed !== newest) refuse("root-not-newest");
  const document = decode(documents.trust, frame.payload);
  if (document.product !== believed.product) refuse("wrong-product", document.product);
  if (document.root_version < newest.document.version) refuse("root-not-newest");
  if (document.root_version > newest.document.version) refuse("root-gap");
  return { token, identity: identityOf(await digestOf(frame)), document, signer: "" };
}

/** Return the state with a trust document that is believed: T2, L2 and C2. */
export async function takeTrust(
  believed: Believed,
  held: Held<TrustDocument>,
  now: number | null,
  algorithms: Algorithms,
): Promise<Believed> {
  if (!isNew(held, believed.trust, believed.seen.get("trust"), now)) return believed;
  const trust: HeldTrust = { ...held, keys: await keysByReference(held.document.keys, algorithms) };
  const next = { ...believed, trust, seen: new Map([...believed.seen, ["trust", placeOf(held)]]) };
  return {
    ...next,
    lists: stillSigned(next, "revocations", believed.lists),
    catalogs: stillSigned(next, "catalog", believed.catalogs),
  };
}

function stillSigned<T extends Revocations | Catalog>(
  believed: Believed,
  type: "revocations" | "catalog",
  inForce: ReadonlyMap<string, Held<T>>,
): ReadonlyMap<string, Held<T>> {
  return new Map([...inForce].filter(([, held]) => mayStillSign(believed, type, held)));
}

/** Types of which each issuer has one in force, and where the state has them. */
export const BY_ISSUER = { revocations: "lists", catalog: "catalogs" } as const;

/** Return the name under which it is kept what was seen of an issuer's lists or catalogs. */
export function nameOf(type: keyof typeof BY_ISSUER, issuer: string): string {
  return `${type}:${issuer}`;
}

/** Return the list or catalog in a token, if it is believed: L1 and C1. */
export async function believeListed<T extends keyof typeof BY_ISSUER>(
  believed: Believed,
  token: Token,
  type: T,
  algorithms: Algorithms,
): Promise<Held<Documents[T]>> {
  const held = await judge(believed, token, type, null, algorithms);
  const { root_version, trust_version } = held.document;
  const newest = [newestRoot(believed).document.version, believed.trust!.document.version];
  if (compare({ version: [root_version, trust_version], identity: "" }, { version: newest, identity: "" }) > 0)
    refuse("document-ahead");
  return held;
}

/** Return the state with a list or catalog that is believed, by O1. */
export function takeListed(
  believed: Believed,
  type: keyof typeof BY_ISSUER,
  held: Held<Revocations | Catalog>,
  now: number | null,
): Believed {
  const { issuer } = held.document;
  const member = BY_ISSUER[type];
  const inForce = believed[member] as ReadonlyMap<string, Held<Revocations | Catalog>>;
  const name = nameOf(type, issuer);
  if (!isNew(held, inForce.get(issuer), believed.seen.get(name), now)) return believed;
  return {
    ...believed,
    [member]: new Map([...inForce, [issuer, held]]),
    seen: new Map([...believed.seen, [name, placeOf(held)]]),
  };
}

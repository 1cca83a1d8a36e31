/** Rules R1 to R3: the pinned root, and the roots that follow it. */

import type { Believed, HeldRoot, Seen, Token } from "./believed.js";
import { decode } from "./decode.js";
import { documents, type Root, type RootKey } from "./documents.js";
import { digestOf, type Frame, identityOf, type Signature } from "./frame.js";
import { keysByReference } from "./keys.js";
import { isFork, placeOf, seenInAll } from "./order.js";
import { refuse } from "./refusal.js";
import { type Algorithms, verifySignatures } from "./signatures.js";
import { readFrameOf } from "./verification.js";

/** Why a root waits for others of its file. */
export type Waiting = "threshold-not-met" | "root-gap";

/** Return the state that begins with the root of this digest, the pinned one, which is among the tokens: R1. */
export async function pinnedRoot(pinned: string, tokens: readonly Token[], algorithms: Algorithms): Promise<Believed> {
  for (const token of tokens) {
    const frame = readFrameOf(token, "root");
    if ((await digestOf(frame)) === pinned) return beginning(await believePinned(pinned, token, frame, algorithms));
  }
  return refuse("root-mismatch");
}

async function believePinned(digest: string, token: Token, frame: Frame, algorithms: Algorithms): Promise<HeldRoot> {
  const document = decode(documents.root, frame.payload);
  const keys = await keysByReference(document.keys, algorithms);
  const own = signaturesBy(keys, frame);
  if (document.version === 1 && own.length < frame.signatures.length) refuse("key-unknown");
  if (own.length < document.threshold) refuse("threshold-not-met");
  await verifySignatures(frame, own, keys, algorithms);
  return { token, identity: identityOf(digest), document, signer: "", keys };
}

function beginning(root: HeldRoot): Believed {
  const { product, issuer } = root.document;
  return { product, issuer, chain: [root], trust: null, lists: new Map(), catalogs: new Map(), seen: seenRoot(root) };
}

/** Return the state with a later root, or why the root waits for another one: R2 and R3. */
export async function takeRoot(believed: Believed, token: Token, algorithms: Algorithms): Promise<Believed | Waiting> {
  const { chain, seen } = believed;
  const frame = readFrameOf(token, "root");
  const identity = identityOf(await digestOf(frame));
  if (chain.some((root) => root.identity === identity)) return believed;
  const voucher = chain.findLast(({ keys, document }) => signaturesBy(keys, frame).length >= document.threshold);
  if (!voucher) return "threshold-not-met";
  await verifySignatures(frame, signaturesBy(voucher.keys, frame), voucher.keys, algorithms);
  const document = decode(documents.root, frame.payload);
  const order = orderOf(believed, document, identity);
  if (order !== "next") return order === "older" ? believed : "root-gap";
  if (voucher !== newestRoot(believed)) refuse("threshold-not-met");
  const keys = await keysByReference(document.keys, algorithms);
  await judgeOwnSignatures(document, keys, voucher, frame, algorithms);
  const root: HeldRoot = { token, identity, document, signer: "", keys };
  return { ...believed, chain: [...chain, root], trust: null, seen: seenInAll(seen, seenRoot(root)) };
}

function seenRoot(root: HeldRoot): Seen {
  return new Map([["root", placeOf(root)]]);
}

/** Judge whether a root that is vouched for is of this chain, and how it follows: R2.5 to R2.8. */
function orderOf({ product, issuer, chain, seen }: Believed, root: Root, identity: string): "older" | "next" | "gap" {
  const { version } = root;
  if (root.product !== product || root.issuer !== issuer) refuse("wrong-product", root.product);
  if (version < chain[0]!.document.version) return "older";
  const place = { version: [version], identity };
  if (isFork(place, seen.get("root")) || chain.some((other) => isFork(place, placeOf(other)))) refuse("fork");
  return version === chain.at(-1)!.document.version + 1 ? "next" : "gap";
}

async function judgeOwnSignatures(
  { threshold }: Root,
  keys: ReadonlyMap<string, RootKey>,
  voucher: HeldRoot,
  frame: Frame,
  algorithms: Algorithms,
): Promise<void> {
  const own = signaturesBy(keys, frame);
  if (frame.signatures.some((signature) => !own.includes(signature) && !voucher.keys.has(signature.reference)))
    refuse("key-unknown");
  if (own.length < threshold) refuse("threshold-not-met");
  await verifySignatures(frame, own, keys, algorithms);
}

/** Return the newest root of the chain. */
export function newestRoot({ chain }: Believed): HeldRoot {
  return chain.at(-1)!;
}

/** Return the signatures on a frame that are by these keys. */
export function signaturesBy(keys: ReadonlyMap<string, unknown>, { signatures }: Frame): Signature[] {
  return signatures.filter(({ reference }) => keys.has(reference));
}

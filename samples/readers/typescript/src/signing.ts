/** Signatures of test keys, for the conformance kit: a reader has no use for them. */

import { concat, fromHex, hex } from "./bytes.js";
import type { Type } from "./believed.js";
import { messageOf } from "./frame.js";
import { keyId } from "./keys.js";

/** What PKCS #8 has in front of the seed of an Ed25519 key. */
const PKCS8 = fromHex("302e020100300506032b657004220420");

/** Return one signature of a frame: scheme, key reference and signature bytes. */
export async function signEd25519(
  type: Type,
  payload: Uint8Array,
  seed: Uint8Array,
  scheme: number,
): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("pkcs8", concat(PKCS8, seed), "Ed25519", true, ["sign"]);
  // The Web Cryptography API tells the public key of a secret one only in this form.
  const { x } = await crypto.subtle.exportKey("jwk", key);
  const publicKey = Uint8Array.from(atob(x!.replaceAll("-", "+").replaceAll("_", "/")), (byte) => byte.charCodeAt(0));
  const reference = scheme === 3 ? publicKey : fromHex(await keyId({ scheme, public: hex(publicKey) }));
  const signature = { scheme, key: reference, reference: "", bytes: new Uint8Array() };
  const message = messageOf({ type, signatures: [], payload }, signature);
  const signed = await crypto.subtle.sign("Ed25519", key, message as BufferSource);
  return concat(Uint8Array.of(scheme), reference, new Uint8Array(signed));
}

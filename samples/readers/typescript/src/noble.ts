/** Ed25519 with the points of `@noble/curves`, for platforms whose Web Cryptography API has none. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { concat, hex } from "./bytes.js";
import type { Verify } from "./signatures.js";

const { Point } = ed25519;
const { ORDER } = Point.Fn;

/**
 * Verifies without the cofactor, as the format asks: R is [S]B - [k]A as bytes. `verify` of the library multiplies by
 * the cofactor, with `zip215: false` as well, and so takes signatures that other readers refuse.
 */
export const nobleEd25519: Verify = async (publicKey, message, signature) => {
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= ORDER) return false;
  const hash = await crypto.subtle.digest("SHA-512", concat(r, publicKey, message));
  const k = littleEndian(new Uint8Array(hash)) % ORDER;
  const a = Point.fromBytes(publicKey);
  return hex(Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes()) === hex(r);
};

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(bytes.toReversed())}`);
}

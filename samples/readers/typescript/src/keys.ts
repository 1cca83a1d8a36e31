/** Public keys: which of them may be used, and the references by which signatures name them. */

import { fromHex, hex, sha256 } from "./bytes.js";
import { refuse } from "./refusal.js";
import type { Algorithms } from "./signatures.js";

/** A public key, in hexadecimal, with its scheme. */
export interface PublicKey {
  readonly scheme: number;
  readonly public: string;
}

/** Of each scheme, the bytes of a public key. */
const LENGTHS: Readonly<Record<number, number>> = { 1: 32, 2: 1984, 3: 32 };

/** The field of Curve25519, and `d` of its twisted Edwards form. */
const P = 2n ** 255n - 19n;
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;

/** One of the two y coordinates of points of order 8; the other is its negative. */
const ORDER_8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;

/** The y coordinates of points of low order: under such a key, anything verifies. */
const LOW_ORDER = [0n, 1n, P - 1n, ORDER_8, P - ORDER_8];

/** Refuse a public key that must not be used (`key-invalid`, `scheme-unavailable`). */
export function checkKey({ scheme, public: key }: PublicKey, algorithms: Algorithms): void {
  if (key.length / 2 !== LENGTHS[scheme]) refuse("key-invalid");
  if (!isSound(fromHex(key.slice(0, 64)))) refuse("key-invalid");
  if (scheme === 2 && !algorithms.mlDsa65) refuse("scheme-unavailable", "this reader has no ML-DSA-65");
}

/** Return the keys of a document by their references, a scheme and a key id each; all may be used. */
export async function keysByReference<K extends PublicKey>(
  keys: readonly K[],
  algorithms: Algorithms,
): Promise<ReadonlyMap<string, K>> {
  for (const key of keys) checkKey(key, algorithms);
  const ids = await Promise.all(keys.map(keyId));
  if (new Set(ids).size < ids.length) refuse("key-id-collision");
  return new Map(keys.map((key, place) => [`0${key.scheme}${ids[place]}`, key]));
}

/** Return the key id of a public key, in hexadecimal. */
export async function keyId({ scheme, public: key }: PublicKey): Promise<string> {
  return (await sha256(Uint8Array.of(scheme), fromHex(key))).slice(0, 16);
}

/** Return whether the bytes are a point of the curve, in its own spelling, and not of low order. */
function isSound(key: Uint8Array): boolean {
  const y = BigInt.asUintN(255, BigInt(`0x${hex(key.toReversed())}`));
  if (y >= P || LOW_ORDER.includes(y)) return false;
  // x² = (y² - 1) / (d y² + 1) has a root if the product of the two is a square (RFC 8032, section 5.1.3).
  const square = y * y;
  return power(((square - 1n) * (D * square + 1n)) % P, (P - 1n) / 2n) === 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, left = exponent; left; square = (square * square) % P, left >>= 1n) {
    if (left & 1n) result = (result * square) % P;
  }
  return result;
}

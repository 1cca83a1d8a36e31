/** Whether a signature verifies: with the Web Cryptography API, or with what is injected. */

import { fromHex } from "./bytes.js";
import { type Frame, messageOf, type Signature, SIGNATURE_LENGTHS } from "./frame.js";
import type { PublicKey } from "./keys.js";
import { refuse } from "./refusal.js";

/**
 * Return whether `signature` over `message` is by the secret key that belongs to `publicKey`.
 *
 * Of Ed25519: S must be below the group order, and the equation is checked without the cofactor. Libraries that
 * follow ZIP 215 take more unless they are set otherwise.
 */
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;

/** The algorithms that a reader has. */
export interface Algorithms {
  readonly ed25519: Verify;
  /** Without it, hybrid keys are refused (`scheme-unavailable`). */
  readonly mlDsa65?: Verify | undefined;
}

/** Ed25519 of the Web Cryptography API, which Node 20 and current browsers have. */
export const webCryptoEd25519: Verify = async (publicKey, message, signature) => {
  const key = await crypto.subtle.importKey("raw", publicKey as BufferSource, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature as BufferSource, message as BufferSource);
};

/** Refuse a frame of which a signature is not by the key that it names (`key-unknown`, `signature-invalid`). */
export async function verifySignatures(
  frame: Frame,
  signatures: readonly Signature[],
  keys: ReadonlyMap<string, PublicKey>,
  algorithms: Algorithms,
): Promise<void> {
  for (const signature of signatures) {
    const key = keys.get(signature.reference) ?? refuse("key-unknown");
    const message = messageOf(frame, signature);
    if (!(await verifies(key, message, signature.bytes, algorithms))) refuse("signature-invalid");
  }
}

/** Return whether a signature verifies; of a hybrid, both halves must. */
export async function verifies(
  { scheme, public: key }: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  { ed25519, mlDsa65 }: Algorithms,
): Promise<boolean> {
  const bytes = fromHex(key);
  if (signature.length !== SIGNATURE_LENGTHS[scheme]) return false;
  if (!(await ed25519(bytes.subarray(0, 32), message, signature.subarray(0, 64)))) return false;
  return scheme !== 2 || !!(await mlDsa65?.(bytes.subarray(32), message, signature.subarray(64)));
}

/** Whether a signature verifies: with the Web Cryptography API, or with what is injected. */

/** Return whether `signature` over `message` is by the secret key that belongs to `publicKey`. */
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;

/** The algorithms that a reader has. */
export interface Algorithms {
  readonly ed25519: Verify;
  /** Without it, hybrid keys are refused (`scheme-unavailable`). */
  readonly mlDsa65?: Verify | undefined;
}

/** Ed25519 of `@noble/curves`, for platforms whose Web Cryptography API has none. */

import { ed25519 } from "@noble/curves/ed25519.js";
import type { Verify } from "./signatures.js";

/** Verifies without the cofactor, as the format asks: by default `@noble/curves` follows ZIP 215 and takes more. */
export const nobleEd25519: Verify = (publicKey, message, signature) =>
  ed25519.verify(signature, message, publicKey, { zip215: false });

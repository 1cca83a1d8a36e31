/** ML-DSA-65 of `@noble/post-quantum`, for hybrid keys. */

import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";
import type { Verify } from "./signatures.js";

export const nobleMlDsa65: Verify = (publicKey, message, signature) => ml_dsa65.verify(signature, message, publicKey);

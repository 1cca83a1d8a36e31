/** This reader in a page, for the conformance kit: `answer(line)` takes a JSON text and returns one. */

import { answer } from "./asks.js";
import { nobleMlDsa65 } from "./ml-dsa.js";
import { webCryptoEd25519 } from "./signatures.js";

const algorithms = { ed25519: webCryptoEd25519, mlDsa65: nobleMlDsa65 };

Object.assign(globalThis, {
  answer: async (line: string) => JSON.stringify(await answer(JSON.parse(line), algorithms)),
});

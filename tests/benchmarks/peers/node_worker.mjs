/**
 * A process of one case in Node: `node node_worker.mjs CASE FOLDER [once]`.
 *
 * Reads lines such as `verify 100`, and prints the seconds of processor time of one call, those of other threads
 * included. With `once`, it verifies one file and prints what the system says of the process.
 */

import { readFile } from "node:fs/promises";

const ISSUER = "superoffice";
const PRODUCT = "superoffice-crm";
const SIGNATURE_BYTES = 64;

/** Return the reader of licensekit with its pack. */
async function opened(folder) {
  const [pin, pack] = (await readFile(`${folder}/public`, "utf8")).split(/\n(.*)/s);
  const { open } = await import("./reader/dist/index.js");
  return open(pin, pack);
}

/** Case to what loads the public half, and returns a call that verifies a file and returns its claims. */
const CASES = {
  async floor(folder) {
    const bytes = await readFile(`${folder}/public`);
    const key = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
    return async (text) => {
      const data = Buffer.from(text, "base64url");
      const [signature, payload] = [data.subarray(0, SIGNATURE_BYTES), data.subarray(SIGNATURE_BYTES)];
      if (!(await crypto.subtle.verify("Ed25519", key, signature, payload))) throw new Error("signature");
      return JSON.parse(payload.toString());
    };
  },
  /** The steps of one document, without the reader's state. They are no part of the package's public names. */
  async verified(folder) {
    const reader = await opened(folder);
    const { readTokens } = await import("./reader/dist/armor.js");
    const { verifyDocuments } = await import("./reader/dist/reader.js");
    const { webCryptoEd25519 } = await import("./reader/dist/signatures.js");
    const algorithms = { ed25519: webCryptoEd25519, mlDsa65: undefined };
    return (text) => verifyDocuments(reader.believed, readTokens(text), Math.floor(Date.now() / 1000), algorithms);
  },
  async taken(folder) {
    const reader = await opened(folder);
    return (text) => reader.take(text);
  },
  async jose(folder) {
    const { importJWK, jwtVerify } = await import("jose");
    const x = (await readFile(`${folder}/public`)).toString("base64url");
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", x }, "EdDSA");
    const requiredClaims = ["iss", "aud", "sub", "iat", "nbf", "exp"];
    const options = { issuer: ISSUER, audience: PRODUCT, algorithms: ["EdDSA"], requiredClaims };
    return async (text) => (await jwtVerify(text, key, options)).payload;
  },
};

const [name, folder, once] = process.argv.slice(2);
const text = await readFile(`${folder}/license`, "utf8");
const verify = await CASES[name](folder);
if (once) {
  await verify(text);
  if (process.platform === "linux") console.log(await readFile("/proc/self/status", "utf8"));
} else {
  const { createInterface } = await import("node:readline");
  for await (const line of createInterface({ input: process.stdin })) {
    const calls = Number(line.split(" ")[1]);
    const began = process.cpuUsage();
    for (let call = 0; call < calls; call++) await verify(text);
    const { user, system } = process.cpuUsage(began);
    console.log((user + system) / 1e6 / calls);
  }
}

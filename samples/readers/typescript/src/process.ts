/** This reader as a process of the conformance kit: one JSON object a line in, one a line out. */

import { answer } from "./asks.js";
import { type Algorithms, webCryptoEd25519 } from "./signatures.js";

const OPTIONS = ["--noble", "--no-ml-dsa"];

/** Return the algorithms that the options name: by default what the platform has, and ML-DSA-65 of noble. */
async function algorithmsOf(options: readonly string[]): Promise<Algorithms> {
  return {
    ed25519: options.includes("--noble") ? (await import("./noble.js")).nobleEd25519 : webCryptoEd25519,
    mlDsa65: options.includes("--no-ml-dsa") ? undefined : (await import("./ml-dsa.js")).nobleMlDsa65,
  };
}

const options = process.argv.slice(2);
const unknown = options.find((option) => !OPTIONS.includes(option));
if (unknown) {
  process.stderr.write(`unknown option: ${unknown}\nusage: node dist/process.js [${OPTIONS.join("] [")}]\n`);
  process.exit(2);
}
const algorithms = await algorithmsOf(options);
let left = "";
for await (const chunk of process.stdin.setEncoding("utf8")) {
  // `readline` would also cut at U+2028, which a JSON text may contain.
  const lines = (left + chunk).split("\n");
  left = lines.pop()!;
  for (const line of lines) process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line), algorithms))}\n`);
}

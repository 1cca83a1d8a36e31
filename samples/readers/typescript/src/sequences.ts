/** Sequences of the conformance kit: a reader that keeps state, over files and restarts. */

import { readTokens } from "./armor.js";
import type { Answer, Given } from "./asks.js";
import { ALL_VERIFIED, bytesOf, openGround, shown, stateOf } from "./asks.js";
import { decode } from "./decode.js";
import { documents } from "./documents.js";
import { takeFile } from "./files.js";
import { readFrame } from "./frame.js";
import type { Kept } from "./kept.js";
import { open, type Reader, verifyDocuments } from "./reader.js";
import { orRefusal, Refusal, refuse } from "./refusal.js";
import type { Algorithms } from "./signatures.js";
import { identityOfToken, judge, revocationOf } from "./verification.js";
import { numberOf } from "./write.js";

/** A reader, which a restart replaces. */
interface Running {
  reader: Reader;
  /** Pin and pack of the program. */
  ground: Given;
  readonly algorithms: Algorithms;
}

/** Return the answers to the steps of a sequence. */
export async function sequence(given: Given, algorithms: Algorithms): Promise<Answer> {
  const running: Running = { reader: await start(given, algorithms), ground: given, algorithms };
  const answers: Answer[] = [];
  for (const step of given["steps"] as Given[]) {
    const answered = await orRefusal(() => STEPS[step["do"]]!(running, step));
    answers.push(answered instanceof Refusal ? { code: answered.code } : answered);
  }
  return { steps: answers };
}

function start(ground: Given, { ed25519, mlDsa65 }: Algorithms, kept?: Kept): Promise<Reader> {
  return open(ground["root"], bytesOf(ground, "pack"), { ed25519, mlDsa65, kept });
}

/** What a reader answers to each kind of step. */
const STEPS: Readonly<Record<string, (running: Running, step: Given) => Promise<Answer>>> = {
  async take({ reader }, step) {
    const documents = await reader.take(bytesOf(step, "file"), numberOf(step["now"], "time"));
    return shown(reader.believed, documents);
  },

  async restart(running, step) {
    const ground = "pack" in step ? { root: running.ground["root"], pack: step["pack"] } : running.ground;
    // A pack that is refused changes nothing, so the reader is replaced after this.
    running.reader = await start(ground, running.algorithms, without(running.reader.kept(), step["lost"] ?? []));
    running.ground = ground;
    if (running.reader.keptRefusal) throw running.reader.keptRefusal;
    return stateOf(running.reader.believed);
  },

  async bundles({ reader, algorithms }, step) {
    const now = numberOf(step["now"], "time");
    const { believed } = reader;
    const tokens = reader
      .kept()
      .documents.flatMap(readTokens)
      .filter(({ type }) => type === "bundle");
    const bundles = [];
    for (const token of tokens) {
      const held = await orRefusal(() => judge(believed, token, "bundle", now, algorithms));
      const code = held instanceof Refusal ? held.code : revocationOf(believed, held);
      bundles.push({ identity: await identityOfToken(token), code });
    }
    return { bundles };
  },

  async verify({ ground, algorithms }, step) {
    const pack = await openGround(ground, algorithms);
    const now = numberOf(step["now"], "time");
    const tokens = readTokens(bytesOf(step, "file"));
    const notBefore = (issued: number): number => Math.max(now, issued);
    const believed = await takeFile(pack, tokens, { now: notBefore(pack.trust!.document.issued), algorithms });
    const then = notBefore(believed.trust!.document.issued);
    return shown(believed, await verifyDocuments(believed, tokens, then, algorithms, ALL_VERIFIED));
  },
};

/** Return what was kept without what was lost of it. */
function without(kept: Kept, lost: readonly string[]): Kept {
  return {
    documents: kept.documents.filter((document) => !lost.includes(nameOf(document))),
    seen: lost.includes("seen") ? {} : kept.seen,
  };
}

/** Return the name by which a sequence loses a document: its type, and its issuer where each has its own. */
function nameOf(document: string): string {
  const token = readTokens(document)[0] ?? refuse("armor-invalid");
  if (token.type !== "revocations" && token.type !== "catalog") return token.type;
  return `${token.type}:${decode(documents[token.type] as typeof documents.catalog, readFrame(token).payload).issuer}`;
}

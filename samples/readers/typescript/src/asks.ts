/** The questions of the conformance kit, and what this reader answers to each. */

import { readTokens, writeToken } from "./armor.js";
import type { Believed, Held, Place, Seen, Type } from "./believed.js";
import { concat, fromHex, hex, sha256 } from "./bytes.js";
import { decode } from "./decode.js";
import { judgeExchange, judgeReset } from "./exchange.js";
import { openPack, takeAlone, takeFile } from "./files.js";
import { evaluate } from "./evaluate-ask.js";
import { digestOf, identityOf, readFrame } from "./frame.js";
import { checkKey, keyId } from "./keys.js";
import { placeOf } from "./order.js";
import { readPin } from "./pin.js";
import { show } from "./plain.js";
import { VERIFIED, type VerifyDocument, verifyDocuments } from "./reader.js";
import { orRefusal, Refusal, refuse } from "./refusal.js";
import { sequence } from "./sequences.js";
import { signEd25519 } from "./signing.js";
import { type Algorithms, verifies } from "./signatures.js";
import { allDocuments, numberOf, write } from "./write.js";

/** The members of a line. */
export type Given = { readonly [name: string]: any };

/** What is answered to a line. */
export type Answer = { readonly [name: string]: unknown };

export type Ask = (given: Given, algorithms: Algorithms) => Answer | Promise<Answer>;

/** How every type is verified: those of an installation and its vendor as well. */
export const ALL_VERIFIED: { readonly [T in Type]?: VerifyDocument<unknown> } = {
  ...VERIFIED,
  reset: judgeReset,
  request: (_, token, __, algorithms) => judgeExchange(token, "request", algorithms),
  receipt: (_, token, __, algorithms) => judgeExchange(token, "receipt", algorithms),
  statement: (_, token, __, algorithms) => judgeExchange(token, "statement", algorithms),
};

/** The function of each question. */
export const asks: Readonly<Record<string, Ask>> = {
  tokens: (given) => ({
    tokens: readTokens(bytesOf(given, "file")).map(({ type, frame }) => ({ type, frame: hex(frame) })),
  }),

  frame({ type, frame }) {
    const { signatures, payload } = readFrame({ type, frame: fromHex(frame) });
    return {
      signatures: signatures.map(({ scheme, key, bytes }) => ({ scheme, key: hex(key), signature: hex(bytes) })),
      payload: hex(payload),
    };
  },

  pin: (given) => ({ digest: readPin(textOf(given, "pin")) }),

  async payload({ type, payload }) {
    const bytes = fromHex(payload);
    const kind = allDocuments[type as Type];
    const document = show(decode(kind as typeof allDocuments.root, bytes), kind);
    return { identity: identityOf(await digestOf({ type, payload: bytes })), document };
  },

  write: ({ type, document }) => ({ payload: hex(write(type, document)) }),

  async public({ scheme, public: key }, algorithms) {
    checkKey({ scheme, public: key }, algorithms);
    return { key_id: await keyId({ scheme, public: key }) };
  },

  async signature({ scheme, public: key, message, signature }, algorithms) {
    if (scheme === "ml-dsa-65") {
      const { mlDsa65 } = algorithms;
      if (!mlDsa65) return { unsupported: "this reader was started without ML-DSA-65" };
      if (key.length / 2 !== 1952) return refuse("key-invalid");
      return { verifies: await mlDsa65(fromHex(key), fromHex(message), fromHex(signature)) };
    }
    checkKey({ scheme, public: key }, algorithms);
    return { verifies: await verifies({ scheme, public: key }, fromHex(message), fromHex(signature), algorithms) };
  },

  async sign({ type, document, seeds, scheme }) {
    if (scheme === 2) return { unsupported: "hybrid signatures are made at random" };
    const payload = write(type, document);
    const signatures = [];
    for (const seed of seeds) signatures.push(await signEd25519(type, payload, fromHex(seed), scheme));
    return { token: writeToken({ type, frame: concat(Uint8Array.of(seeds.length), ...signatures, payload) }) };
  },

  async chain({ entries, hashes }) {
    let head = "00".repeat(32);
    for (const [place, entry] of (entries as string[]).entries()) {
      head = await sha256(fromHex(head), fromHex(entry));
      if (hashes && hashes[place] !== head) return { broken_at: place + 1 };
    }
    return { head };
  },

  async file(given, algorithms) {
    const pack = await openGround(given, algorithms);
    const now = numberOf(given["now"], "time");
    const tokens = readTokens(bytesOf(given, "file"));
    const taking = { now, algorithms };
    const believed = given["alone"]
      ? await takeAlone(pack, tokens[0]!, taking)
      : await takeFile(pack, tokens, taking, given["seen"] ? floorOf(given["seen"]) : undefined);
    return shown(believed, await verifyDocuments(believed, tokens, now, algorithms, ALL_VERIFIED));
  },

  sequence,
  evaluate,
};

/** Return the answer to a line: that of its function, or the code with which it refuses. */
export async function answer(given: Given, algorithms: Algorithms): Promise<Answer> {
  if (given["ask"] === "hello") {
    return {
      reader: "licensekit-reader 0.2.0",
      asks: Object.keys(asks),
      schemes: algorithms.mlDsa65 ? [1, 2, 3] : [1, 3],
    };
  }
  const ask = asks[given["ask"]];
  if (!ask) return { unsupported: "an unknown question" };
  const answered = await orRefusal(() => ask(given, algorithms));
  return answered instanceof Refusal ? { code: answered.code, message: answered.message } : answered;
}

/** Return the state of a pack under its pin. */
export function openGround(given: Given, algorithms: Algorithms): Promise<Believed> {
  const pinned = readPin(textOf(given, "root"));
  return openPack(pinned, readTokens(bytesOf(given, "pack")), algorithms);
}

/** Return a member that is a text, or bytes in hexadecimal if they are not UTF-8. */
export function bytesOf(given: Given, member: string): string | Uint8Array {
  return given[member] ?? fromHex(given[`${member}_hex`]);
}

/** Return the floors that a case names. */
export function floorOf({ root, trust, lists, catalogs }: Given): Seen {
  const each = (type: string, places: Given): [string, Place][] =>
    Object.entries(places).map(([issuer, place]) => [`${type}:${issuer}`, place]);
  const one = (name: string, place: Place | null): [string, Place][] => (place ? [[name, place]] : []);
  return new Map([
    ...one("root", root),
    ...one("trust", trust),
    ...each("revocations", lists),
    ...each("catalog", catalogs),
  ]);
}

function textOf(given: Given, member: string): string {
  const bytes = bytesOf(given, member);
  return typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes);
}

/** Return a state and the documents of a file as the kit compares them. */
export function shown(believed: Believed, documents: readonly (Held<unknown> & { readonly type: Type })[]): Answer {
  return {
    ...stateOf(believed),
    documents: documents.map(({ type, identity, document }) => {
      return { type, identity, document: show(document, allDocuments[type]) };
    }),
  };
}

/** Return a state as the kit compares it: full versions. */
export function stateOf({ chain, trust, seen, catalogs }: Believed): Answer {
  return {
    state: {
      root: placeOf(chain.at(-1)!).version,
      trust: trust && placeOf(trust).version,
      lists: Object.fromEntries(
        [...seen].flatMap(([name, { version }]) => {
          const [type, issuer] = name.split(":");
          return type === "revocations" ? [[issuer, version]] : [];
        }),
      ),
      catalogs: Object.fromEntries([...catalogs].map(([issuer, held]) => [issuer, placeOf(held).version])),
    },
  };
}

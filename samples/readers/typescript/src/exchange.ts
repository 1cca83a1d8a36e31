/** Resets, requests, receipts and statements: what passes between an installation and its vendor. */

import type { Believed, Held, Token } from "./believed.js";
import { hex } from "./bytes.js";
import { FACTS, facts, LICENSES } from "./documents.js";
import { bytes16, bytes32, code, extensions, longText, name, qualifiedCode, seconds, serial } from "./fields.js";
import type { Signature } from "./frame.js";
import { checkKey, type PublicKey } from "./keys.js";
import { refuse } from "./refusal.js";
import { type Decoded, document, type Kind, list, map, number, optional, word } from "./shapes.js";
import type { Algorithms } from "./signatures.js";
import { judgeAs, judgeSigned } from "./verification.js";

const COUNT = 0xffffffff;

const reset = document({
  issuer: code,
  installation: bytes32,
  what: word("clock", "sequence", "restore"),
  nonce: bytes16,
  issued: seconds,
  extensions,
});

const request = document({
  product: code,
  serial: optional(serial),
  nonce: bytes16,
  issued: seconds,
  facts,
  audit_head: bytes32,
  summary: map(name, longText, FACTS),
  extensions,
});

const receipt = document({
  identity: bytes16,
  nonce: optional(bytes16),
  issued: seconds,
  audit_head: bytes32,
  extensions,
});

const usage = document({ in_use: number(0, COUNT), total: optional(number(0, COUNT)) });

const statement = document({
  serial,
  issued: seconds,
  usage: map(qualifiedCode, usage, LICENSES),
  audit_head: bytes32,
  notices: list(longText, 0, 1000),
  extensions,
});

export interface Reset extends Decoded<typeof reset> {}
export interface Request extends Decoded<typeof request> {}
export interface Receipt extends Decoded<typeof receipt> {}
export interface Usage extends Decoded<typeof usage> {}
export interface Statement extends Decoded<typeof statement> {}

/** The types of documents of which an application has no use. */
export interface ExchangeDocuments {
  reset: Reset;
  request: Request;
  receipt: Receipt;
  statement: Statement;
}

/** The table of each of these types. */
export const exchangeDocuments: { readonly [T in keyof ExchangeDocuments]: Kind<ExchangeDocuments[T]> } = {
  reset,
  request,
  receipt,
  statement,
};

/** Return the reset in a token, which a signing key signed: steps 3 to 7. */
export function judgeReset(
  believed: Believed,
  token: Token,
  now: number,
  algorithms: Algorithms,
): Promise<Held<Reset>> {
  return judgeAs(believed, token, "reset", reset, now, algorithms);
}

/** Return the document in a token that an installation signed with its own key. */
export function judgeExchange<T extends "request" | "receipt" | "statement">(
  token: Token,
  type: T,
  algorithms: Algorithms,
): Promise<Held<ExchangeDocuments[T]>> {
  const keyOf = ({ scheme, key }: Signature): PublicKey => {
    if (scheme !== 3) refuse("key-unknown", "not the key of an installation");
    const named = { scheme, public: hex(key) };
    checkKey(named, algorithms);
    return named;
  };
  return judgeSigned(token, type, exchangeDocuments[type], keyOf, algorithms);
}

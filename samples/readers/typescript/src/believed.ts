/** What a reader believes: types that all the rest shares. */

import type { AdmittedKey, Catalog, Revocations, Root, RootKey, TrustDocument } from "./documents.js";

/** The types of tokens, in the order in which a reader takes them. */
export const TYPES = [
  "root",
  "trust",
  "revocations",
  "catalog",
  "bundle",
  "reset",
  "request",
  "receipt",
  "statement",
] as const;

export type Type = (typeof TYPES)[number];

/** A token of a file: the type that it names, and its frame. */
export interface Token {
  readonly type: Type;
  readonly frame: Uint8Array;
}

/** A document whose signature was verified. */
export interface Held<T> {
  /** As it was received; it is what is kept, and verified again when it is loaded. */
  readonly token: Token;
  /** 16 bytes that stand for the document, in hexadecimal. */
  readonly identity: string;
  readonly document: T;
  /** The key that signed, as its scheme and key id in hexadecimal; empty for roots and trust documents. */
  readonly signer: string;
}

/** A root or trust document with its keys by their references, each a scheme and a key id in hexadecimal. */
export interface Keyed<T, K> extends Held<T> {
  readonly keys: ReadonlyMap<string, K>;
}

export type HeldRoot = Keyed<Root, RootKey>;
export type HeldTrust = Keyed<TrustDocument, AdmittedKey>;

/** A document by its full version and its identity. */
export interface Place {
  readonly version: readonly number[];
  readonly identity: string;
}

/**
 * The highest that was ever in force: floors, which are kept when the documents are gone. Their names are `root`,
 * `trust`, and `revocations:demo` and `catalog:demo` of the issuer `demo`.
 */
export type Seen = ReadonlyMap<string, Place>;

/** The state of a reader. It is never altered: each file that is taken makes a new one. */
export interface Believed {
  /** Code of the product, and of the vendor, whom the roots name. */
  readonly product: string;
  readonly issuer: string;
  /** Roots from the pinned one to the newest. */
  readonly chain: readonly HeldRoot[];
  /** The trust document in force. */
  readonly trust: HeldTrust | null;
  /** Revocation lists and catalogs in force, by issuer. */
  readonly lists: ReadonlyMap<string, Held<Revocations>>;
  readonly catalogs: ReadonlyMap<string, Held<Catalog>>;
  readonly seen: Seen;
}

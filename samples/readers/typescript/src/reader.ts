/** A reader: what an application believes, and the files that it takes. */

import { readTokens } from "./armor.js";
import type { Believed, Held, Token, Type } from "./believed.js";
import type { Bundle, Catalog } from "./documents.js";
import { openPack, takeFile } from "./files.js";
import { type Kept, keep, load } from "./kept.js";
import { readPin } from "./pin.js";
import { orRefusal, Refusal, refuse } from "./refusal.js";
import { type Algorithms, type Verify, webCryptoEd25519 } from "./signatures.js";
import { believeListed } from "./trust.js";
import { identityOfToken, judge, revocationOf } from "./verification.js";

/** How a reader is opened. */
export interface Options {
  /** What {@link Reader.kept} returned when it was last stored. Anything of another shape throws a `TypeError`. */
  readonly kept?: Kept | undefined;
  /** By default the Ed25519 of the Web Cryptography API. */
  readonly ed25519?: Verify | undefined;
  /** By default none: hybrid keys are refused. */
  readonly mlDsa65?: Verify | undefined;
}

/** A document of a file, verified, with the type of its token. */
export type Verified = (Held<Bundle> & { readonly type: "bundle" }) | (Held<Catalog> & { readonly type: "catalog" });

/**
 * Return a reader that believes what grows from the pinned root: its pack, and what it kept.
 * @throws Refusal if the pin or the pack is refused
 */
export async function open(pin: string, pack: string | Uint8Array, options: Options = {}): Promise<Reader> {
  const algorithms = { ed25519: options.ed25519 ?? webCryptoEd25519, mlDsa65: options.mlDsa65 };
  const believed = await openPack(readPin(pin), readTokens(pack), algorithms);
  if (!options.kept) return new Reader(algorithms, { believed, bundles: [], judged: [], unread: null });
  const loaded = await load(believed, options.kept, algorithms);
  const unread = loaded.refused && { kept: options.kept, refusal: loaded.refused };
  const judged = await judgedAgain(loaded.believed, loaded.bundles, algorithms);
  return new Reader(algorithms, { ...loaded, judged, unread });
}

/** What a reader has; it is replaced as a whole. */
interface State {
  readonly believed: Believed;
  /** Every bundle that was taken, in the order of activation. */
  readonly bundles: readonly Token[];
  readonly judged: readonly Held<Bundle>[];
  /** What was kept and is not believed. */
  readonly unread: { readonly kept: Kept; readonly refusal: Refusal } | null;
}

/** Believes a pack and the files that it takes. Each file changes all that it is to change, or nothing. */
export class Reader {
  private turn: Promise<unknown> = Promise.resolve();

  /** Use {@link open}. */
  constructor(
    private readonly algorithms: Algorithms,
    private state: State,
  ) {}

  /** What is believed now. */
  get believed(): Believed {
    return this.state.believed;
  }

  /** Bundles in the order of their activation, of those that their keys may still sign (steps 3 to 8). */
  get bundles(): readonly Held<Bundle>[] {
    return this.state.judged;
  }

  /**
   * Why what was kept is not believed, if it is not: the reader then has its pack, and the floors still hold. A bundle
   * that is altered where it is kept is left out without a refusal.
   */
  get keptRefusal(): Refusal | null {
    return this.state.unread?.refusal ?? null;
  }

  /** Return what is to be stored after each file that was taken, so that the next reader can be opened with it. */
  kept(): Kept {
    const { believed, bundles, unread } = this.state;
    return unread?.kept ?? keep(believed, bundles);
  }

  /**
   * Take a file, and return its bundles and catalogs. Of a pack, these are catalogs alone.
   * @param file its text, or its bytes; of an `ArrayBuffer`, pass `new Uint8Array(buffer)`
   * @param now seconds since 1970, not milliseconds; by default the clock of the machine
   * @throws Refusal if anything in the file is refused: then nothing has changed
   */
  take(file: string | Uint8Array, now = Math.floor(Date.now() / 1000)): Promise<readonly Verified[]> {
    // One after the other: two files that are taken at the same time must not begin with one state.
    const taken = this.turn.then(() => this.takeInTurn(file, now));
    this.turn = taken.catch(() => undefined);
    return taken;
  }

  private async takeInTurn(file: string | Uint8Array, now: number): Promise<readonly Verified[]> {
    const { algorithms } = this;
    const tokens = readTokens(file);
    const believed = await takeFile(this.believed, tokens, { now, algorithms });
    const documents = (await verifyDocuments(believed, tokens, now, algorithms)) as Verified[];
    let { bundles } = this.state;
    for (const document of documents) if (document.type === "bundle") bundles = await activate(bundles, document);
    this.state = { believed, bundles, judged: await judgedAgain(believed, bundles, algorithms), unread: null };
    return documents;
  }
}

/** How the documents of a type are verified: steps 3 to 9. */
export type VerifyDocument<T> = (
  believed: Believed,
  token: Token,
  now: number,
  algorithms: Algorithms,
) => Promise<Held<T>>;

/** The types that this reader takes beside those that the trust is made of. */
export const VERIFIED: { readonly bundle: VerifyDocument<Bundle>; readonly catalog: VerifyDocument<Catalog> } = {
  async bundle(believed, token, now, algorithms) {
    const held = await judge(believed, token, "bundle", now, algorithms);
    const code = revocationOf(believed, held);
    return code ? refuse(code) : held;
  },
  catalog: (believed, token, _, algorithms) => believeListed(believed, token, "catalog", algorithms),
};

const OF_TRUST: readonly Type[] = ["root", "trust", "revocations"];

/** Return the documents of a file except roots, trust documents and lists, each verified by the steps of its type. */
export async function verifyDocuments(
  believed: Believed,
  tokens: readonly Token[],
  now: number,
  algorithms: Algorithms,
  verified: { readonly [T in Type]?: VerifyDocument<unknown> } = VERIFIED,
): Promise<readonly (Held<unknown> & { readonly type: Type })[]> {
  const documents = [];
  for (const token of tokens) {
    const { type } = token;
    if (OF_TRUST.includes(type)) continue;
    const verify = verified[type] ?? refuse("unexpected-type", type);
    documents.push({ type, ...(await verify(believed, token, now, algorithms)) });
  }
  return documents;
}

/** Return bundles with one that was activated; of the same document, the new token takes the place of the old one. */
async function activate(bundles: readonly Token[], { token, identity }: Held<Bundle>): Promise<readonly Token[]> {
  const identities = await Promise.all(bundles.map(identityOfToken));
  return identities.includes(identity) ? bundles.with(identities.indexOf(identity), token) : [...bundles, token];
}

/** Return those of the bundles that pass steps 3 to 8, whatever a clock shows. */
async function judgedAgain(
  believed: Believed,
  bundles: readonly Token[],
  algorithms: Algorithms,
): Promise<readonly Held<Bundle>[]> {
  const held: Held<Bundle>[] = [];
  for (const token of bundles) {
    const bundle = await orRefusal(() => judge(believed, token, "bundle", null, algorithms));
    if (!(bundle instanceof Refusal)) held.push(bundle);
  }
  return held;
}

/** A reader: what an application believes, and the files that it takes. */

import { readTokens } from "./armor.js";
import type { Believed, Held, Token } from "./believed.js";
import type { Bundle, Documents, Type } from "./documents.js";
import { openPack, takeFile } from "./files.js";
import { type Kept, keep, load } from "./kept.js";
import { readPin } from "./pin.js";
import { orRefusal, Refusal, refuse } from "./refusal.js";
import { type Algorithms, type Verify, webCryptoEd25519 } from "./signatures.js";
import { believeListed } from "./trust.js";
import { identityOfToken, judge, judgeExchange, revocationOf } from "./verification.js";

/** How a reader is opened. */
export interface Options {
  /** What {@link Reader.kept} returned when it was last stored. */
  readonly kept?: Kept | undefined;
  /** By default the Ed25519 of the Web Cryptography API. */
  readonly ed25519?: Verify | undefined;
  /** By default none: hybrid keys are refused. */
  readonly mlDsa65?: Verify | undefined;
}

/** A document of a file, verified, with the type of its token. */
export type Verified = {
  readonly [T in Exclude<Type, "root" | "trust" | "revocations">]: Held<Documents[T]> & { readonly type: T };
}[Exclude<Type, "root" | "trust" | "revocations">];

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

  /** Why what was kept is not believed, if it is not: the reader then has its pack, and the floors still hold. */
  get keptRefusal(): Refusal | null {
    return this.state.unread?.refusal ?? null;
  }

  /** Return what is to be stored after each file that was taken, so that the next reader can be opened with it. */
  kept(): Kept {
    const { believed, bundles, unread } = this.state;
    return unread?.kept ?? keep(believed, bundles);
  }

  /**
   * Take a file, and return its documents other than roots, trust documents and lists.
   * @param now seconds since 1970; by default the clock of the machine
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
    const documents = await verifyDocuments(believed, tokens, now, algorithms);
    let { bundles } = this.state;
    for (const document of documents) if (document.type === "bundle") bundles = await activate(bundles, document);
    this.state = { believed, bundles, judged: await judgedAgain(believed, bundles, algorithms), unread: null };
    return documents;
  }
}

/** Return the documents of a file other than roots, trust documents and lists, each verified by the steps of its type. */
export async function verifyDocuments(
  believed: Believed,
  tokens: readonly Token[],
  now: number,
  algorithms: Algorithms,
): Promise<readonly Verified[]> {
  const documents: Verified[] = [];
  for (const token of tokens) {
    const { type } = token;
    if (type === "root" || type === "trust" || type === "revocations") continue;
    documents.push({ type, ...(await verify(believed, token, type, now, algorithms)) } as Verified);
  }
  return documents;
}

async function verify(
  believed: Believed,
  token: Token,
  type: Verified["type"],
  now: number,
  algorithms: Algorithms,
): Promise<Held<Documents[Verified["type"]]>> {
  switch (type) {
    case "bundle": {
      const held = await judge(believed, token, type, now, algorithms);
      const code = revocationOf(believed, held);
      return code ? refuse(code) : held;
    }
    case "catalog":
      return believeListed(believed, token, type, algorithms);
    case "reset":
      return judge(believed, token, type, now, algorithms);
    default:
      return judgeExchange(token, type, algorithms);
  }
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

/** Rules F1 and S1: the documents of trust of a file are taken together, or none of them. */

import type { Believed, Held, Place, Seen, Token, Type } from "./believed.js";
import type { Catalog, Revocations, TrustDocument } from "./documents.js";
import { compare, isBelow, isFork, placeOf, seenInAll } from "./order.js";
import { orRefusal, Refusal, refuse } from "./refusal.js";
import { newestRoot, pinnedRoot, takeRoot, type Waiting } from "./roots.js";
import type { Algorithms } from "./signatures.js";
import { believeListed, believeTrust, BY_ISSUER, nameOf, takeListed, takeTrust } from "./trust.js";

/** How a file is taken. */
export interface Taking {
  /** The one now at which the file is judged, in seconds; null for packs and for what was taken before. */
  readonly now: number | null;
  readonly algorithms: Algorithms;
}

/** Return the state of a pack under its pin, whose digest is `pinned`. */
export async function openPack(pinned: string, tokens: readonly Token[], algorithms: Algorithms): Promise<Believed> {
  const foreign = tokens.find(({ type }) => !["root", "trust", ...Object.keys(BY_ISSUER)].includes(type));
  if (foreign) refuse("unexpected-type", foreign.type);
  const believed = await pinnedRoot(pinned, of("root", tokens), algorithms);
  return takeFile(believed, tokens, { now: null, algorithms });
}

/** Return the state with the roots, trust documents, lists and catalogs of a file: F1. */
export async function takeFile(
  believed: Believed,
  tokens: readonly Token[],
  taking: Taking,
  seen: Seen = believed.seen,
): Promise<Believed> {
  const floor = seenInAll(seen, believed.seen);
  const rooted = await takeRoots({ ...believed, seen: floor }, of("root", tokens), taking);
  let state = await takeTrusts(rooted.believed, of("trust", tokens), rooted.passed, taking);
  for (const type of ["revocations", "catalog"] as const) state = await takeOfIssuers(state, type, tokens, taking);
  return aboveFloor(state, floor, seen.get("root"));
}

function of(type: Type, tokens: readonly Token[]): Token[] {
  return tokens.filter((token) => token.type === type);
}

interface Rooted {
  readonly believed: Believed;
  /** The code for which a root was passed over. */
  readonly passed: string | null;
}

/** Take roots until none more is taken, in whatever order they come: F1.1. */
async function takeRoots(believed: Believed, tokens: readonly Token[], { algorithms }: Taking): Promise<Rooted> {
  let state = believed;
  for (let left = tokens; ;) {
    const before = state;
    const waiting: Token[] = [];
    const reasons = new Set<Waiting>();
    for (const token of left) {
      const taken = await takeRoot(state, token, algorithms);
      if (typeof taken !== "string") state = taken;
      else {
        waiting.push(token);
        reasons.add(taken);
      }
    }
    left = waiting;
    if (state !== before) continue;
    if (reasons.has("root-gap")) refuse("root-gap");
    // Where the pinned root is a later one, a root that none vouches for is older than the pin, or worth nothing.
    if (left.length && isPinnedFromTheStart(state)) refuse("threshold-not-met");
    return { believed: state, passed: left.length ? "threshold-not-met" : null };
  }
}

function isPinnedFromTheStart({ chain }: Believed): boolean {
  return chain[0]!.document.version === 1;
}

/** Take the newest of the trust documents: F1.2 to F1.4. */
async function takeTrusts(
  believed: Believed,
  tokens: readonly Token[],
  passed: string | null,
  { now, algorithms }: Taking,
): Promise<Believed> {
  const unsigned = isPinnedFromTheStart(believed) ? [] : ["key-unknown", "threshold-not-met"];
  let firstPassed = passed;
  const held: Held<TrustDocument>[] = [];
  for (const token of tokens) {
    const judged = await passingOver(["root-not-newest", ...unsigned], () => believeTrust(believed, token, algorithms));
    if (typeof judged !== "string") held.push(judged);
    else if (judged !== "root-not-newest") firstPassed ??= judged;
  }
  let state = believed;
  for (const newest of newestOf(held, believed.seen.get("trust")))
    state = await takeTrust(state, newest, now, algorithms);
  return state.trust ? state : refuse(firstPassed ?? "trust-missing");
}

/** Return what `judge` returns, or the code with which it refuses if that is one of `codes`. */
async function passingOver<T>(codes: readonly string[], judge: () => Promise<T>): Promise<T | string> {
  const judged = await orRefusal(judge);
  if (!(judged instanceof Refusal)) return judged;
  if (!codes.includes(judged.code)) throw judged;
  return judged.code;
}

/** Return those that are not below another one, or below what was seen: F1.3. */
function newestOf<T extends Held<TrustDocument | Revocations | Catalog>>(
  held: readonly T[],
  seen: Place | undefined,
): T[] {
  const places = [...held.map(placeOf), ...(seen ? [seen] : [])];
  return held.filter((one) => places.every((place) => compare(placeOf(one), place) >= 0));
}

/** Take the lists or the catalogs of a file, of each issuer the newest: F1.5 and F1.6. */
async function takeOfIssuers(
  believed: Believed,
  type: keyof typeof BY_ISSUER,
  tokens: readonly Token[],
  { now, algorithms }: Taking,
): Promise<Believed> {
  const held: Held<Revocations | Catalog>[] = [];
  for (const token of of(type, tokens)) {
    const judged = await passingOver(["key-revoked"], () => believeListed(believed, token, type, algorithms));
    if (typeof judged !== "string") held.push(judged);
  }
  let state = believed;
  for (const one of held) {
    const { issuer } = one.document;
    const rivals = held.filter(({ document }) => document.issuer === issuer);
    const newest = newestOf(rivals, believed.seen.get(nameOf(type, issuer)));
    if (newest.includes(one)) state = takeListed(state, type, one, now);
  }
  return state;
}

/**
 * Refuse a state that is below what was seen, and return it without the lists and catalogs that are: S1.
 * `root` was seen before all of it.
 */
function aboveFloor(believed: Believed, floor: Seen, root: Place | undefined): Believed {
  const forked = (held: Held<object>, name: string): boolean => isFork(placeOf(held), floor.get(name));
  const below = (held: Held<object>, name: string): boolean => isBelow(placeOf(held), floor.get(name));
  const trust = believed.trust!;
  if (believed.chain.some((known) => isFork(placeOf(known), root))) refuse("fork");
  if (below(newestRoot(believed), "root") || below(trust, "trust")) refuse("rollback");
  const fork =
    forked(trust, "trust") ||
    [...believed.lists].some(([issuer, list]) => forked(list, nameOf("revocations", issuer))) ||
    [...believed.catalogs].some(([issuer, catalog]) => forked(catalog, nameOf("catalog", issuer)));
  if (fork) refuse("fork");
  return withoutBelow(believed, floor);
}

/** Return a state without the lists and catalogs that are below what was seen. */
export function withoutBelow(believed: Believed, floor: Seen): Believed {
  const above = <T extends Revocations | Catalog>(
    type: keyof typeof BY_ISSUER,
    inForce: ReadonlyMap<string, Held<T>>,
  ) => new Map([...inForce].filter(([issuer, held]) => !isBelow(placeOf(held), floor.get(nameOf(type, issuer)))));
  return { ...believed, lists: above("revocations", believed.lists), catalogs: above("catalog", believed.catalogs) };
}

/** Return the state with one root, trust document or list, by the rules of its type alone, without F1. */
export async function takeAlone(believed: Believed, token: Token, { now, algorithms }: Taking): Promise<Believed> {
  switch (token.type) {
    case "root": {
      const taken = await takeRoot(believed, token, algorithms);
      return typeof taken === "string" ? refuse(taken) : taken;
    }
    case "trust":
      return takeTrust(believed, await believeTrust(believed, token, algorithms), now, algorithms);
    case "revocations":
      return takeListed(believed, token.type, await believeListed(believed, token, token.type, algorithms), now);
    default:
      return refuse("unexpected-type", token.type);
  }
}

/** What a reader keeps between two runs of its program. */

import { readTokens, writeToken } from "./armor.js";
import type { Believed, Place, Seen, Token } from "./believed.js";
import { takeFile, withoutBelow } from "./files.js";
import { readFrame } from "./frame.js";
import { seenInAll } from "./order.js";
import { orRefusal, Refusal } from "./refusal.js";
import type { Algorithms } from "./signatures.js";

/**
 * Tokens as they were received, and floors. It is plain JSON, to be stored as one whole: floors without the documents
 * that made them would refuse the state.
 */
export interface Kept {
  readonly documents: readonly string[];
  /** Floors by their names, see {@link Seen}. */
  readonly seen: Readonly<Record<string, Place>>;
}

/** Return what is to be kept of a state, with bundles in the order of their activation. */
export function keep({ chain, trust, lists, catalogs, seen }: Believed, bundles: readonly Token[]): Kept {
  const held = [...chain, ...(trust ? [trust] : []), ...lists.values(), ...catalogs.values()];
  return {
    documents: [...held.map(({ token }) => token), ...bundles].map(writeToken),
    seen: Object.fromEntries(seen),
  };
}

/** What came of what was kept. */
export interface Loaded {
  readonly believed: Believed;
  readonly bundles: readonly Token[];
  /** Why it is not believed, or null. */
  readonly refused: Refusal | null;
}

/**
 * Return the state of a pack with what was kept, all of it verified again. If that is refused as a whole, the state is
 * that of the pack, and the floors still hold.
 */
export async function load(pack: Believed, kept: Kept, algorithms: Algorithms): Promise<Loaded> {
  const floor = new Map(Object.entries(kept.seen));
  const tokens: Token[] = [];
  for (const document of kept.documents) {
    const read = await orRefusal(() => readTokens(document).filter((token) => readFrame(token)));
    if (!(read instanceof Refusal)) tokens.push(...read);
  }
  const bundles = tokens.filter(({ type }) => type === "bundle");
  const ofTrust = tokens.filter(({ type }) => type !== "bundle");
  const taken = await orRefusal(() => takeKept(pack, ofTrust, floor, algorithms));
  if (!(taken instanceof Refusal)) return { believed: taken, bundles, refused: null };
  const believed = withoutBelow({ ...pack, seen: seenInAll(floor, pack.seen) }, floor);
  return { believed, bundles, refused: taken };
}

async function takeKept(
  pack: Believed,
  tokens: readonly Token[],
  floor: Seen,
  algorithms: Algorithms,
): Promise<Believed> {
  const taking = { now: null, algorithms };
  const together = await orRefusal(() => takeFile(pack, tokens, taking, floor));
  if (!(together instanceof Refusal)) return together;
  // One that a newer pack no longer lets through must not take the others with it.
  let waiting: Token[] = [];
  let good: Token[] = [];
  for (const token of tokens) {
    const taken = await orRefusal(() => takeFile(pack, [...waiting, token], taking));
    // A root waits for its trust document, which comes after it.
    if (taken instanceof Refusal && taken.code !== "trust-missing") continue;
    waiting = [...waiting, token];
    if (!(taken instanceof Refusal)) good = waiting;
  }
  return takeFile(pack, good, taking, floor);
}

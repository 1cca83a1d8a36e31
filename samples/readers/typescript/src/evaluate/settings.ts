/** Settings: what bundles sell of them, merged as the catalog says. */

import { fits } from "../rules.js";
import type { Value } from "../shapes.js";
import { bareOf, type Found, issuerOf } from "./codes.js";
import type { Governing } from "./moment.js";
import { sortBy } from "./order.js";
import { works } from "./states.js";

/** Return the value of a setting: of what bundles that work sell and that fits, else its default, or null. */
export function settingOf({ full, entry }: Found<"settings">, governing: readonly Governing[]): Value | null {
  const sellers = governing
    .filter(({ document, state }) => document.issuer === issuerOf(full) && works(state))
    .map(({ document, bundle }) => ({ value: document.settings.get(bareOf(full)), order: [document.issued, bundle.identity] }))
    .filter(({ value }) => value !== undefined && fits(entry, value));
  if (!sellers.length) return entry.default;
  const numbers = sellers.map(({ value }) => value as number);
  if (entry.combine === "sum") return numbers.reduce((a, b) => a + b);
  if (entry.combine === "most") return Math.max(...numbers);
  return sortBy(sellers, ({ order }) => order).at(-1)!.value!;
}

/** Settings: what bundles sell of them, merged as the catalog says. */

import type { Setting } from "../documents.js";
import { fits } from "../rules.js";
import type { Value } from "../shapes.js";
import { bareOf, type Found, issuerOf } from "./codes.js";
import { sortBy } from "./collections.js";
import type { Governing } from "./moment.js";
import { works } from "./states.js";

/** Return the value of a setting: of what bundles that work sell and that fits, else its default, or null. */
export function settingOf({ full, entry }: Found<Setting>, governing: readonly Governing[]): Value | null {
  const sellers = governing.filter(({ issuer, state }) => issuer === issuerOf(full) && works(state));
  const fitting = sortBy(sellers, ({ issued, identity }) => [issued, identity])
    .map(({ settings }) => settings.get(bareOf(full)))
    .filter((value) => value !== undefined && fits(entry, value)) as number[];
  if (!fitting.length) return entry.default;
  if (entry.combine === "sum") return fitting.reduce((a, b) => a + b);
  return entry.combine === "most" ? Math.max(...fitting) : fitting.at(-1)!;
}

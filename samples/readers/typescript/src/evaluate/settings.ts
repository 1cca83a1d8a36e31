// Settings: what bundles sell of them, merged as the catalog says.

import type { Setting } from "../documents.js";
import { fits } from "../rules.js";
import type { Value } from "../shapes.js";
import { bareOf, find, issuerOf } from "./codes.js";
import { compare } from "./login.js";
import type { Governing, Moment } from "./moment.js";
import { works } from "./states.js";
import type { World } from "./world.js";

/** Return the value of a setting, or null where there is none. */
export function settingOf(code: string, moment: Moment, world: World): Value | null {
  const found = find(code, "settings", world);
  if (!found) return null;
  const name = bareOf(found.full);
  const sellers = [...moment.governing.values()].filter(({ document, state }) => {
    const value = document.settings.get(name);
    return document.issuer === issuerOf(found.full) && works(state) && value !== undefined && fits(found.entry, value);
  });
  if (!sellers.length) return found.entry.default;
  return merge(sellers, name, found.entry.combine);
}

function merge(sellers: readonly Governing[], name: string, combine: Setting["combine"]): Value {
  const value = ({ document }: Governing): Value => document.settings.get(name)!;
  const numbers = (): number[] => sellers.map((seller) => value(seller) as number);
  if (combine === "sum") return numbers().reduce((a, b) => a + b);
  if (combine === "most") return Math.max(...numbers());
  const isLater = (a: Governing, b: Governing): boolean =>
    (a.document.issued - b.document.issued || compare(a.bundle.identity, b.bundle.identity)) > 0;
  return value(sellers.reduce((a, b) => (isLater(b, a) ? b : a)));
}

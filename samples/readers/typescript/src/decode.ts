/** Step 6: from a payload to a document. */

import { hex } from "./bytes.js";
import { isLongText } from "./fields.js";
import { type Item, Items } from "./msgpack.js";
import { invalid, refuse } from "./refusal.js";
import type { Kind, Shape } from "./shapes.js";

/** Return the document in a payload, if it is one, in its only spelling, and asks for nothing unknown. */
export function decode<T extends { readonly extensions: ReadonlyMap<string, unknown> }>(
  kind: Kind<T>,
  payload: Uint8Array,
): T {
  const items = new Items(payload);
  const document = read(items.next(), kind, items) as T;
  if (!items.ended) invalid();
  if (!items.canonical) refuse("not-canonical");
  for (const name of document.extensions.keys()) {
    if (name.startsWith("!")) refuse("newer-reader-needed", name);
  }
  return document;
}

/** Return the value of an item that must have a shape, with the items after it that belong to it. */
function read(item: Item, shape: Shape, items: Items): unknown {
  return (READ[shape.is] as Read)(item, shape as never, items);
}

type Read = (item: Item, shape: never, items: Items) => unknown;
type Of<I extends Shape["is"]> = Extract<Shape, { is: I }>;

/** How each kind of value is read. */
const READ: { readonly [I in Shape["is"]]: (item: Item, shape: Of<I>, items: Items) => unknown } = {
  text(item, { fits }) {
    const text = of(item, "text") as string;
    return fits(text) ? text : invalid();
  },
  number(item, { least, most }) {
    const number = of(item, "number") as number;
    return number >= least && number <= most ? number : invalid();
  },
  word(item, { words }) {
    return words[of(item, "number") as number] ?? invalid();
  },
  bytes(item, { least, most }) {
    const bytes = of(item, "bytes") as Uint8Array;
    return bytes.length >= least && bytes.length <= most ? hex(bytes) : invalid();
  },
  boolean(item) {
    return of(item, "boolean");
  },
  value(item) {
    const { is, value } = item;
    const taken = is === "boolean" || is === "number" || (is === "text" && isLongText(value as string));
    return taken ? value : invalid();
  },
  optional(item, { of: shape }, items) {
    return item.is === "nil" ? null : read(item, shape, items);
  },
  list(item, { of: shape, least, most, ascending }, items) {
    const values = entries(of(item, "list"), least, most, () => read(items.next(), shape, items));
    if (ascending && !ascend(shape.is === "word" ? values.map((word) => shape.words.indexOf(word as string)) : values))
      invalid();
    return values;
  },
  map(item, { key, of: shape, least, most }, items) {
    const pairs = entries(of(item, "map"), least, most, () => {
      const name = read(items.next(), key, items) as string;
      return [name, read(items.next(), shape, items)] as const;
    });
    items.canonical &&= ascend(pairs.map(([name]) => name));
    return new Map(pairs);
  },
  document(item, { fields, holds }, items) {
    const named = Object.entries(fields);
    if (of(item, "list") !== named.length) invalid();
    const document = Object.fromEntries(named.map(([name, shape]) => [name, read(items.next(), shape, items)]));
    return holds(document as never) ? document : invalid();
  },
};

function of<I extends Item["is"]>(item: Item, is: I): Extract<Item, { is: I }>["value"] {
  // The kind before the value: 1 is not true, and bytes are not a text.
  return item.is === is ? (item.value as never) : invalid();
}

function entries<T>(count: number, least: number, most: number, next: () => T): T[] {
  // Judged before room is made: four billion entries are claimed in five bytes.
  return count >= least && count <= most ? Array.from({ length: count }, next) : invalid();
}

function ascend(values: readonly unknown[]): boolean {
  return values.every((value, place) => place === 0 || isBelow(values[place - 1], value));
}

/** Return whether a number, or a text by its UTF-8, is below another: `<` of texts compares UTF-16. */
function isBelow(one: unknown, other: unknown): boolean {
  if (typeof one !== "string" || typeof other !== "string") return (one as number) < (other as number);
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return (one.codePointAt(at) ?? -1) < (other.codePointAt(at) ?? -1);
}

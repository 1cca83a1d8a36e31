/** The writer's direction: from plain data to the one payload that spells it. */

import type { Type } from "./believed.js";
import { concat, fromHex, utf8 } from "./bytes.js";
import { decode } from "./decode.js";
import { documents } from "./documents.js";
import { exchangeDocuments } from "./exchange.js";
import { type Plain, plainDate, plainTime } from "./plain.js";
import { invalid } from "./refusal.js";
import type { Shape } from "./shapes.js";

/** The table of every type. */
export const allDocuments = { ...documents, ...exchangeDocuments };

/** Return the payload of a document that is given as plain data, and that a reader takes. */
export function write(type: Type, document: Plain): Uint8Array {
  const payload = spell(document, allDocuments[type]);
  decode(allDocuments[type] as typeof documents.root, payload);
  return payload;
}

type Of<I extends Shape["is"]> = Extract<Shape, { is: I }>;

/** How each kind of value is spelled. What has no form at all is refused here, the rest when it is read back. */
const SPELL: { readonly [I in Shape["is"]]: (value: Plain, shape: Of<I>) => Uint8Array } = {
  text: (value) => spellText(value),
  number: (value, { shown }) => spellNumber(shown ? numberOf(value, shown) : value),
  word: (value, { words }) => spellNumber(words.indexOf(value as string)),
  bytes: (value) =>
    typeof value === "string" && /^([0-9a-f]{2})*$/.test(value) ? spellBytes(fromHex(value)) : invalid(),
  boolean: (value) => (typeof value === "boolean" ? Uint8Array.of(value ? 0xc3 : 0xc2) : invalid()),
  value: (value) => (SPELL[typeof value as "text" | "number" | "boolean"] ?? spellText)(value, {} as never),
  optional: (value, { of }) => (value === null ? Uint8Array.of(0xc0) : spell(value, of)),
  list: (value, { of }) =>
    Array.isArray(value)
      ? concat(head(value.length, 0x90, 16, [, 0xdc, 0xdd]), ...value.map((entry) => spell(entry, of)))
      : invalid(),
  map(value, { key, of }) {
    const pairs = [...membersOf(value)].map(([name, entry]) => concat(spell(name, key), spell(entry, of)));
    return concat(head(pairs.length, 0x80, 16, [, 0xde, 0xdf]), ...pairs);
  },
  document(value, { fields }) {
    const members = membersOf(value);
    const named = Object.entries(fields);
    if (members.size !== named.length) invalid();
    const spelled = named.map(([name, shape]) =>
      spell(members.get(name) ?? (members.has(name) ? null : invalid()), shape),
    );
    return concat(head(named.length, 0x90, 16, [, 0xdc, 0xdd]), ...spelled);
  },
};

function spell(value: Plain, shape: Shape): Uint8Array {
  return (SPELL[shape.is] as (value: Plain, shape: Shape) => Uint8Array)(value, shape);
}

/** Return the members of an object, by the order of their UTF-8. */
function membersOf(value: Plain): Map<string, Plain> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return invalid();
  const points = ([name]: [string, Plain]): number[] => [...name].map((character) => character.codePointAt(0)!);
  const compare = (one: number[], other: number[]): number => {
    const at = one.findIndex((point, place) => point !== other[place]);
    return at < 0 ? one.length - other.length : one[at]! - (other[at] ?? -1);
  };
  return new Map(Object.entries(value).sort((one, other) => compare(points(one), points(other))));
}

/** Return the number that a date or time stands for. */
export function numberOf(value: Plain, shown: "date" | "time"): number {
  const number = Date.parse(value as string) / (shown === "date" ? 86400000 : 1000);
  // `Date` takes other spellings, and 2027-02-30 for a day in March.
  const same = Number.isInteger(number) && (shown === "date" ? plainDate : plainTime)(number) === value;
  return same ? number : invalid();
}

function spellText(value: Plain): Uint8Array {
  // A surrogate without its other half has no UTF-8.
  if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) return invalid();
  const bytes = utf8(value);
  return concat(head(bytes.length, 0xa0, 32, [0xd9, 0xda, 0xdb]), bytes);
}

function spellBytes(bytes: Uint8Array): Uint8Array {
  return concat(head(bytes.length, 0, 0, [0xc4, 0xc5, 0xc6]), bytes);
}

/** Return the shortest header of something that is `length` long; forms are those of 1, 2 and 4 bytes. */
function head(length: number, fixed: number, below: number, forms: readonly (number | undefined)[]): Uint8Array {
  if (length < below) return Uint8Array.of(fixed + length);
  const widths = [1, 2, 4];
  const form = forms.findIndex((first, place) => first !== undefined && length < 2 ** (8 * widths[place]!));
  return concat(Uint8Array.of(forms[form]!), bigEndian(BigInt(length), widths[form]!));
}

function spellNumber(value: Plain): Uint8Array {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return invalid();
  if (value >= -32 && value < 128) return Uint8Array.of(value & 0xff);
  const place = [1, 2, 4, 8].findIndex((width) =>
    value < 0 ? value >= -(2 ** (8 * width - 1)) : value < 2 ** (8 * width),
  );
  return concat(Uint8Array.of((value < 0 ? 0xd0 : 0xcc) + place), bigEndian(BigInt(value), 2 ** place));
}

function bigEndian(value: bigint, width: number): Uint8Array {
  return fromHex(
    BigInt.asUintN(8 * width, value)
      .toString(16)
      .padStart(2 * width, "0"),
  );
}

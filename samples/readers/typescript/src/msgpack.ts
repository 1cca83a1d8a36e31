/** The part of MessagePack in which payloads are written. */

import { hex } from "./bytes.js";
import { invalid } from "./refusal.js";

/** One item: a value, or the header of a list or map with the count that it claims. */
export type Item =
  | { readonly is: "nil" | "boolean" | "number" | "text" | "bytes"; readonly value: unknown }
  | { readonly is: "list" | "map"; readonly value: number };

type Is = Item["is"];

/** Forms of one byte, with the number or length in it: the first byte, and what it is. */
const SHORT_FORMS: readonly (readonly [number, Is])[] = [
  [0, "number"],
  [0x80, "map"],
  [0x90, "list"],
  [0xa0, "text"],
];

/**
 * Longer forms: the first byte of the shortest, what it is, in how many bytes each has its length or number, and where
 * the forms of one byte end.
 */
const FORMS: readonly (readonly [number, Is, readonly number[], number])[] = [
  [0xc4, "bytes", [1, 2, 4], 0],
  [0xcc, "number", [1, 2, 4, 8], 0x80],
  [0xd0, "number", [1, 2, 4, 8], -0x20],
  [0xd9, "text", [1, 2, 4], 0x20],
  [0xdc, "list", [2, 4], 0x10],
  [0xde, "map", [2, 4], 0x10],
];
const NEGATIVE = 0xd0;

// Without these options, bad bytes are replaced and a byte order mark is dropped.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads items from a payload, and knows whether each was in its shortest form. */
export class Items {
  /** Whether everything so far was spelled in the only way. */
  canonical = true;
  private at = 0;

  constructor(private readonly payload: Uint8Array) {}

  /** Whether nothing is left. */
  get ended(): boolean {
    return this.at === this.payload.length;
  }

  /** Return the next item. */
  next(): Item {
    const first = this.take(1)[0]!;
    if (first < 0xc0) {
      const [from, is] = SHORT_FORMS.findLast(([from]) => first >= from)!;
      return this.item(is, first - from);
    }
    if (first >= 0xe0) return this.item("number", first - 0x100);
    if (first === 0xc0) return { is: "nil", value: null };
    if (first === 0xc2 || first === 0xc3) return { is: "boolean", value: first === 0xc3 };
    const [from, is, widths, shortest] = FORMS.findLast(([from]) => first >= from) ?? invalid();
    const place = first - from;
    const signed = from === NEGATIVE;
    const number = this.number(widths[place] ?? invalid(), signed);
    // What a shorter form can hold is not canonical in this one.
    const bits = 8 * (widths[place - 1] ?? 0);
    this.canonical &&= signed
      ? number < (bits ? -(2 ** (bits - 1)) : shortest)
      : number >= (bits ? 2 ** bits : shortest);
    return this.item(is, number);
  }

  private item(is: Is, length: number): Item {
    if (is === "bytes") return { is, value: this.take(length) };
    if (is !== "text") return { is, value: length } as Item;
    try {
      return { is, value: decoder.decode(this.take(length)) };
    } catch {
      return invalid();
    }
  }

  private number(width: number, signed: boolean): number {
    const digits = BigInt(`0x${hex(this.take(width))}`);
    // No bound is beyond what a double holds exactly, so what is beyond that is refused here.
    const number = Number(signed ? BigInt.asIntN(8 * width, digits) : digits);
    return Number.isSafeInteger(number) ? number : invalid();
  }

  private take(length: number): Uint8Array {
    if (length > this.payload.length - this.at) invalid();
    return this.payload.subarray(this.at, (this.at += length));
  }
}

/** The part of MessagePack in which payloads are written. */

import { hex } from "./bytes.js";
import { invalid } from "./refusal.js";

/** One item: a value, or the header of a list or map with the count that it claims. */
export type Item =
  | { readonly is: "nil" | "boolean" | "number" | "text" | "bytes"; readonly value: unknown }
  | { readonly is: "list" | "map"; readonly value: number };

type Is = Item["is"];

/** Longer forms by their first byte: kind, bytes of the length or number, and the lowest that needs this form. */
const FORMS: Readonly<Record<number, readonly [Is, number, number]>> = {
  0xc4: ["bytes", 1, 0],
  0xc5: ["bytes", 2, 0x100],
  0xc6: ["bytes", 4, 0x10000],
  0xcc: ["number", 1, 0x80],
  0xcd: ["number", 2, 0x100],
  0xce: ["number", 4, 0x10000],
  0xcf: ["number", 8, 0x100000000],
  0xd9: ["text", 1, 0x20],
  0xda: ["text", 2, 0x100],
  0xdb: ["text", 4, 0x10000],
  0xdc: ["list", 2, 0x10],
  0xdd: ["list", 4, 0x10000],
  0xde: ["map", 2, 0x10],
  0xdf: ["map", 4, 0x10000],
};

/** Forms of negative numbers by their first byte: bytes of the number, and the lowest that a shorter form has. */
const NEGATIVE_FORMS: Readonly<Record<number, readonly [number, number]>> = {
  0xd0: [1, -0x20],
  0xd1: [2, -0x80],
  0xd2: [4, -0x8000],
  0xd3: [8, -0x80000000],
};

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
    if (first < 0x80) return { is: "number", value: first };
    if (first < 0x90) return { is: "map", value: first & 0x0f };
    if (first < 0xa0) return { is: "list", value: first & 0x0f };
    if (first < 0xc0) return this.item("text", first & 0x1f);
    if (first === 0xc0) return { is: "nil", value: null };
    if (first === 0xc2 || first === 0xc3) return { is: "boolean", value: first === 0xc3 };
    if (first >= 0xe0) return { is: "number", value: first - 0x100 };
    const negative = NEGATIVE_FORMS[first];
    if (negative) {
      const value = this.number(negative[0], true);
      this.canonical &&= value < negative[1];
      return { is: "number", value };
    }
    const [is, width, lowest] = FORMS[first] ?? invalid();
    const length = this.number(width, false);
    this.canonical &&= length >= lowest;
    return this.item(is, length);
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

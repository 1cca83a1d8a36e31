/** Bytes: as hexadecimal, as text, and their SHA-256. */

const encoder = new TextEncoder();

/** Return lower-case hexadecimal, the form that bytes have in documents. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the bytes that `text` spells in hexadecimal. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, place) => parseInt(text.slice(2 * place, 2 * place + 2), 16));
}

/** Return the UTF-8 of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Return the parts one behind the other; a text is its UTF-8. */
export function concat(...parts: (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  const pieces = parts.map((part) => (typeof part === "string" ? utf8(part) : part));
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Return SHA-256 of the parts one behind the other, in hexadecimal. */
export async function sha256(...parts: (Uint8Array | string)[]): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts))));
}

/** Frames: from the bytes of a token to signatures and a payload (step 3). */

import type { Token, Type } from "./believed.js";
import { concat, hex, sha256 } from "./bytes.js";
import { refuse } from "./refusal.js";

const FRAME_BYTES = 1048576;
const SIGNATURES = 16;

/** Of each scheme, the bytes of a signature. */
export const SIGNATURE_LENGTHS: Readonly<Record<number, number>> = { 1: 64, 2: 3373, 3: 64 };

/** A signature on a frame. */
export interface Signature {
  readonly scheme: number;
  /** A key id, or with scheme 3 the public key itself. */
  readonly key: Uint8Array;
  /** Scheme and key in hexadecimal: what keys are looked up by. */
  readonly reference: string;
  readonly bytes: Uint8Array;
}

/** A divided frame. */
export interface Frame {
  readonly type: Type;
  readonly signatures: readonly Signature[];
  readonly payload: Uint8Array;
}

/** Return signatures and payload of a token. */
export function readFrame({ type, frame }: Token): Frame {
  if (frame.length > FRAME_BYTES) refuse("too-large");
  const count = frame[0] || refuse("frame-invalid");
  if (count > SIGNATURES) refuse("too-large");
  let at = 1;
  const take = (length: number): Uint8Array => {
    // A byte of payload must be left.
    if (at + length >= frame.length) refuse("frame-invalid");
    return frame.subarray(at, (at += length));
  };
  const signatures = Array.from({ length: count }, () => {
    const scheme = take(1)[0]!;
    const length = SIGNATURE_LENGTHS[scheme] ?? refuse("frame-invalid");
    // Scheme 3 has the public key itself here, the others a key id.
    const key = take(scheme === 3 ? 32 : 8);
    return { scheme, key, reference: `0${scheme}${hex(key)}`, bytes: take(length) };
  });
  if (new Set(signatures.map(({ reference }) => reference.slice(2))).size < count) refuse("signature-count");
  return { type, signatures, payload: frame.subarray(at) };
}

/** Return the digest of a document in hexadecimal. */
export function digestOf({ type, payload }: { readonly type: Type; readonly payload: Uint8Array }): Promise<string> {
  return sha256(type, "\0", payload);
}

/** Return the identity that belongs to a digest. */
export function identityOf(digest: string): string {
  return digest.slice(0, 32);
}

/** Return what a signature on a frame signs. */
export function messageOf({ type, payload }: Frame, { scheme, key }: Signature): Uint8Array {
  return concat(`licensekit/lk1\0${type}\0`, Uint8Array.of(scheme), key, payload);
}

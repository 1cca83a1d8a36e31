/** What is thrown for a file that is refused. */

/** A file, pack or pin was refused. The code is one of the codes of `docs/errors.md`; nothing has changed. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly code: string,
    detail?: string,
  ) {
    super(detail ? `${code}: ${detail}` : code);
  }
}

/** Throw a {@link Refusal}. */
export function refuse(code: string, detail?: string): never {
  throw new Refusal(code, detail);
}

/** Refuse a payload that is not a document of its type. */
export function invalid(): never {
  return refuse("payload-invalid");
}

/** Return what `judge` returns, or the refusal that it throws. */
export async function orRefusal<T>(judge: () => T | Promise<T>): Promise<T | Refusal> {
  try {
    return await judge();
  } catch (refusal) {
    if (refusal instanceof Refusal) return refusal;
    throw refusal;
  }
}

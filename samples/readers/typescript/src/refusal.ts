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

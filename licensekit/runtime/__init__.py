"""Every question that an application asks: with state (`Licensing`), without (`Verifier`)."""

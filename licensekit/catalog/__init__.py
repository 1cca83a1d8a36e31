"""The rules that an issuer's catalog must follow before it is signed: pure functions of a `Catalog`."""

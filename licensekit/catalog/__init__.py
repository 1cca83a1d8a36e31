"""What the licenses of a catalog mean, checked before it is signed: pure rules over `Catalog`, for issuers alone."""

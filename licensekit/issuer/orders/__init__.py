"""Orders: reading, checking, issuing, renewing, amending and signing again."""

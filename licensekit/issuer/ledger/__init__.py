"""The ledger: every document that an issuer signs or receives, in a hash chain that shows tampering.

Its table `entries` is append-only. The other tables are derived from it to make queries fast, and `ledger verify`
compares them with it.
"""

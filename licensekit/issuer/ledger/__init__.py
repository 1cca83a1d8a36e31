"""The ledger: every document that a vendor signs or receives, in a chain that shows tampering.

Its table `entries` is the record: only ever appended to, each entry chained to the one before. The other tables are
drawn from it so that questions cost what their answers cost, and `ledger verify` compares them with it.
"""

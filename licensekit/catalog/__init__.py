"""What the licenses of a catalog mean, checked before it is signed: pure rules over `Catalog`.

Only an issuer needs them. What an application asks of a catalog, the document itself answers.
"""

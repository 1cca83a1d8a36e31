"""PostgreSQL, through psycopg (the extra `postgres`): many hosts, one database.

Only this package imports psycopg, and only a program that connects to a server imports this. Writers queue at an
advisory lock that ends with the transaction; every commit that changed something counts up `licensekit_schema.changes`.
"""

"""PostgreSQL, through psycopg (the extra `postgres`): many hosts, one database.

Only this package imports psycopg, and only a program that connects to a server imports it. Writers queue at an advisory
lock that ends with the transaction, and every commit that changed something increments `licensekit_schema.changes`.
"""

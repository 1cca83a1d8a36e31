"""SQLite, from the standard library: one file, write-ahead log, durable before acknowledged.

Only this package imports sqlite3. Nothing in it opens the database file other than through SQLite: to close any
descriptor of the file would drop the locks that this process holds (POSIX locks belong to the process, not to the
descriptor), and two writers could meet.
"""

"""A second reader of `lk1`, written from `docs/format.md` alone.

It shares no code with the package: what both make of the vectors is what the text says. Fields,
bounds and words are read from the tables of the text itself, so that whatever they lack shows.
"""

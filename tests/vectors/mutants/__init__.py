"""Readers that break one rule each: the second reader with one thing changed, and whether the kit's cases show it.

A case that no mutant fails is not wrong, but a mutant that passes every case is a rule that the kit does not hold
readers to. `python -m tests.vectors.mutants` prints the report.
"""

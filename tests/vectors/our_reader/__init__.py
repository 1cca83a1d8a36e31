"""Our reader, asked as the conformance kit asks any reader: `python -m tests.vectors.our_reader`.

It calls what the package has, and adds no rule of its own.
"""

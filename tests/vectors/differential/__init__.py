"""Readers that share no code, asked the same generated questions: where they part, one of them or the text is wrong.

`python -m tests.vectors.differential 50000 --seed 7` asks 50,000. Each question depends on the seed and its number
alone.
"""

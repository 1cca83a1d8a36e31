"""What verified documents grant at a moment, written from `docs/evaluation.md` alone.

Each module holds one section of that text, and each function one of its rules: all are functions of one `World`.
"""

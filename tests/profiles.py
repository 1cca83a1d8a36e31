"""How many examples a test tries under the profile of Hypothesis that is loaded."""

from typing import Final

from hypothesis import settings

THOROUGH_EXAMPLES: Final = 100
"""How many examples a test tries that names no number, under the profile `thorough`."""


def examples(thorough: int) -> int:
    """Return the share of `thorough` that the loaded profile tries: all under `thorough`.

    It is to be called where tests are defined, after pytest has loaded the profile.
    """
    return max(1, thorough * settings().max_examples // THOROUGH_EXAMPLES)

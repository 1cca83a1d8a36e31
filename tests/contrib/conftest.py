"""Frameworks are a tier of their own: where one is missing, as in the quick tier, their tests are left alone."""

from importlib.util import find_spec
from typing import Final

FRAMEWORKS: Final = ("celery", "django", "fastapi", "flask", "openfeature", "prometheus_client")
"""What the extra `test-all` brings; `test_adapters.py` fails where it was chosen and one is missing."""

collect_ignore_glob = [] if all(map(find_spec, FRAMEWORKS)) else ["frameworks/test_*.py"]

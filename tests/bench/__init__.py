"""Benchmarks: ratios measured in one run, never timed assertions. Run with ``python3 dev.py bench``.

They run without pytest: conftest sets Django up, before any of them asks for a model.
"""

from tests import conftest  # noqa: F401

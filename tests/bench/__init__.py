"""Benchmarks: ratios measured in one run, never timed assertions. Run with ``python3 dev.py bench``."""

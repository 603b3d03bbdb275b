"""Benchmarks: this service beside the least that could do the same work, in one run, as ratios."""

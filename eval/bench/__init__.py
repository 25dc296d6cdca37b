"""Benchmarks of speed and memory: `python -m eval.bench.NAME` prints a table and writes runs/bench-NAME.json."""

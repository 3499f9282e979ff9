"""Benchmarks of whole commands, with the peers they are held against (Scripts/bench)."""

"""Benchmarks: ratios of contenders that run side by side on one server, never times on their own."""

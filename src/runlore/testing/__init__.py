"""Suites that every implementation of a part runs, ours and others'."""

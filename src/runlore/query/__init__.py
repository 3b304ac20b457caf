"""Filters and orders over runs: text → tree → which runs, in what order."""

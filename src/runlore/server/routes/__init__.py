"""Routes, a file for each family: each parses, calls one action and shapes its answer."""

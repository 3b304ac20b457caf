"""Filters and orders over runs: text → tree → which runs, in what order.

`parse` reads a filter, `evaluate` and `answer` ask columns, `format_query` writes it again;
`describe` and `complete` are for who types one. docs/reference/filters.md is the grammar.
"""

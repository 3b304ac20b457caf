"""Measure what Runlore costs, beside what the machine can do and what other trackers cost."""

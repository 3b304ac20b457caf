"""One file a group of bars; each has `measure(plan)`, which runs it and returns what it found."""

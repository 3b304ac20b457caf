"""Real models on real data, tracked: what `runlore demo` trains."""

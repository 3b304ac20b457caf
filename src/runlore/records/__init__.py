"""What can happen to a run, as it is written down."""

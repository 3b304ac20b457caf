"""One file a tracker, each driving it the way its own documentation shows."""

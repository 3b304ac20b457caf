"""The run as one reads it: get, list, series, artifacts."""

"""Sealed journals: immutable columns per run."""

"""Runlore: an experiment tracker that costs the training loop nothing and loses nothing."""

__version__ = "0.1.0"

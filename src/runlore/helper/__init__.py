"""The process beside the training: capture, load, seal, ship."""

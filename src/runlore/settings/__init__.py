"""What can be set, where it is written, and what holds (docs/formats/settings.md).

On the import budget of the client, which reads two small files when a run starts.
"""

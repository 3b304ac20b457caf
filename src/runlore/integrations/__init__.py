"""Other people's trackers and frameworks beside Runlore, one file or a few each."""

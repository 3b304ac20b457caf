"""Every use case as one typed function that returns a report; the skins only show it."""

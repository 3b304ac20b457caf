"""The command line: options, one call to an action, and how its report is shown."""

"""`python -m runlore` is `runlore`."""

from __future__ import annotations

from runlore.cli.main import main

if __name__ == "__main__":
    main()

"""Run the few tests that have just failed once more, alone, and name those that pass then.

Tests of races, of processes that are killed and of pages in a browser have deadlines that a
machine shared with others can miss. A fault that is really there fails again; what passes at the
second try is printed as unstable, to be mended. More than a few failures are never tried again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FAILED = os.path.join(ROOT, ".pytest_cache", "v", "cache", "lastfailed")
MOST = 3


def failed_tests(path: str = FAILED) -> list[str]:
    """Name the tests that failed last; none if none did, or if tests weren't reached."""
    try:
        with open(path, encoding="utf-8") as file:
            return sorted(json.load(file))
    except FileNotFoundError:
        return []


def main() -> int:
    """Return 0 if there were few failures and all of them pass now."""
    failed = failed_tests()
    if not 1 <= len(failed) <= MOST:
        return 1
    print(f"once more, alone: {', '.join(failed)}", flush=True)
    again = subprocess.run([sys.executable, "-m", "pytest", *failed], cwd=ROOT, check=False)
    if again.returncode == 0:
        print(f"UNSTABLE, passed at the second try: {', '.join(failed)}")
    return again.returncode


if __name__ == "__main__":
    sys.exit(main())

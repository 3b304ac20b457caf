"""The versions of an index in PostgreSQL, by Alembic: each is a file in `versions/`.

`HEAD` is the newest one, `FINGERPRINT` that of the tables as it leaves them (schema.fingerprint).
Everything in an index can be rebuilt, so that a migration may drop all and begin anew.
"""

from __future__ import annotations

import os

HEAD = "0002"
FINGERPRINT = 654887501
FOLDERS = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "versions")]

"""Serve the page of a store on any free port, and print the port.

Arguments: the store.
"""

from __future__ import annotations

import sys

from runlore.server.app import create_app
from runlore.server.serving import listen, run

app = create_app(sys.argv[1])
with listen(0) as listener:
    print(listener.getsockname()[1], flush=True)
    run(app, listener)

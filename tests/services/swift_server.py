"""OpenStack Swift with its S3 interface in one process: a program of its own.

    python swift_server.py FOLDER PID

Makes what it needs in FOLDER, writes the port to FOLDER/port once it answers, and ends when
the process PID does. The four servers that Swift is made of share this process.
"""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

import eventlet

eventlet.monkey_patch()

import eventlet.wsgi  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.utils import get_logger  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

HOST = "127.0.0.1"
BACKENDS = ("account", "container", "object")
USER, KEY = "test:tester", "testing"

SETTINGS = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
user = {user}
log_level = ERROR
log_address = {folder}/nowhere
disable_fallocate = true
fallocate_reserve = 0
"""
BACKEND = """
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY = """
[pipeline:main]
pipeline = catch_errors cache s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
"""


def make_rings(folder: Path, ports: dict[str, int]) -> None:
    """Say that everything lies on one device, once."""
    for kind in BACKENDS:
        builder = RingBuilder(4, 1, 0)
        place = {"ip": HOST, "port": ports[kind], "device": "device"}
        more = {"replication_ip": HOST, "replication_port": ports[kind], "meta": ""}
        builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1.0, **place, **more})
        builder.rebalance(seed=1)
        builder.get_ring().save(str(folder / f"{kind}.ring.gz"))


def serve(folder: Path) -> int:
    """Start the four servers and return the port of the one that speaks S3."""
    (folder / "devices" / "device").mkdir(parents=True, exist_ok=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n"
        "[storage-policy:0]\nname = one\ndefault = yes\n"
    )
    sockets = {kind: eventlet.listen((HOST, 0)) for kind in (*BACKENDS, "proxy")}
    make_rings(folder, {kind: sockets[kind].getsockname()[1] for kind in BACKENDS})
    head = SETTINGS.format(folder=folder, user=pwd.getpwuid(os.getuid()).pw_name)
    for kind, listener in sockets.items():
        path = folder / f"{kind}.conf"
        path.write_text(head + (PROXY if kind == "proxy" else BACKEND.format(kind=kind)))
        application = loadapp(str(path))
        logger = get_logger({"log_address": f"{folder}/nowhere"}, log_route=kind)
        eventlet.spawn(
            eventlet.wsgi.server, listener, application, logger, log_output=False, debug=False
        )
    return int(sockets["proxy"].getsockname()[1])


def is_alive(pid: int) -> bool:
    """Tell whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> None:
    """Serve until whoever asked for it has ended."""
    folder, pid = Path(sys.argv[1]).resolve(), int(sys.argv[2])
    # Swift reads its hash settings while it is imported from here, not from /etc.
    from swift.common import utils

    utils.SWIFT_CONF_FILE = str(folder / "swift.conf")
    port = serve(folder)
    ready = folder / "port.tmp"
    ready.write_text(str(port))
    ready.rename(folder / "port")
    while is_alive(pid):
        eventlet.sleep(0.5)


if __name__ == "__main__":
    main()

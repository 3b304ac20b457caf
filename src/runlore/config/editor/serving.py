"""An editor served to the browsers of this machine alone."""

from __future__ import annotations

import importlib
import importlib.util
import os
import socket
import sys
from typing import TYPE_CHECKING, Any

import panel as pn

from runlore.config.editor.application import create_app
from runlore.config.editor.twin import tracked
from runlore.config.fields import nearest_hint
from runlore.config.files import loaded
from runlore.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from runlore.config.tracked import TrackedConfig


class ServedEditor:
    """A server on the loopback address with the editor of one configuration.

    All tabs edit the same configuration, so that reloading the page keeps its history.
    """

    def __init__(
        self, config: TrackedConfig, *, file: str | None, port: int, store: str | None
    ) -> None:
        self.config = config
        run_options = {} if store is None else {"store": store}

        def page() -> Any:
            return create_app(config, file=file, run_options=run_options)

        _refuse_taken(port)
        self._server = pn.serve(
            {"/": page}, address="127.0.0.1", port=port, start=False, show=False, verbose=False
        )
        self.address = f"http://localhost:{self._server.port}/"

    def run(self, *, shows: bool) -> None:
        """Serve until the process is interrupted; `shows` opens a browser first."""
        if shows:
            self._server.io_loop.add_callback(self._server.show, "/")
        self._server.run_until_shutdown()


def _refuse_taken(port: int) -> None:
    """Refuse a port that something else uses; the server itself would leave a socket open."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InvalidValue(
                f"port {port} can't be used: {error.strerror or error}",
                hint="--port 0 takes one that is free",
            ) from error


def configuration_at(target: str, file: str | None = None) -> TrackedConfig:
    """Return a configuration of the class that `target` names, with the values of `file`.

    `target` is "module:Class" or "path/to/file.py:Class"; it may name an object too. A file
    that doesn't exist yet gives the defaults: it is made when the configuration is saved.

    Raises:
        InvalidValue, NotFound, InvalidType: for a target that is no configuration.
        InvalidConfig: for a file that the class doesn't take.
    """
    module_name, separator, name = target.rpartition(":")
    if not (separator and module_name and name):
        raise InvalidValue(
            f"{target!r} doesn't say which class of which module",
            hint="module:Class, for example train:Training, or train.py:Training",
        )
    module = _module(module_name)
    if not hasattr(module, name):
        classes = [one for one, value in vars(module).items() if isinstance(value, type)]
        raise NotFound(f"{module_name} has no {name!r}", hint=nearest_hint(name, classes))
    found = getattr(module, name)
    config = tracked(found)
    if file is not None and os.path.exists(file):
        config.update(loaded(type(config), file).get_config(), who=os.path.basename(file))
    return config


def _module(name: str) -> Any:
    if name.endswith(".py"):
        return _module_of_file(name)
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise  # something that the module itself needs
        raise NotFound(
            f"there is no module {name!r}", hint="it is looked for from the current folder on"
        ) from error


def _module_of_file(path: str) -> Any:
    if not os.path.isfile(path):
        raise NotFound(f"there is no file {path!r}")
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise NotFound(f"{path!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec.loader.exec_module(module)
    return module

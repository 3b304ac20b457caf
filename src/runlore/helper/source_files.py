"""Tell by their names which files are code, and which hold secrets."""

from __future__ import annotations

import os
import re
import stat

_SOURCE_EXTENSIONS = frozenset(
    {
        ".bash", ".c", ".cc", ".cfg", ".cmake", ".conf", ".cpp", ".cu", ".cuh", ".cxx", ".fish",
        ".gin", ".go", ".h", ".hpp", ".hs", ".ini", ".ipynb", ".j2", ".java", ".jl", ".js",
        ".json", ".json5", ".jsonnet", ".kt", ".libsonnet", ".lock", ".lua", ".m", ".mk", ".ml",
        ".mojo", ".pbs", ".proto", ".pxd", ".pxi", ".py", ".pyi", ".pyx", ".r", ".rb", ".rs",
        ".sbatch", ".scala", ".sh", ".slurm", ".sql", ".stan", ".swift", ".tf", ".toml", ".ts",
        ".yaml", ".yml", ".zsh",
    }
)  # fmt: skip
_SOURCE_NAMES = re.compile(
    r"(?:Make|Docker|Container|Snake|Just|Pip|Proc|Task)file.*|.*\.dockerfile"
    r"|(?:requirements|constraints|environment).*\.txt|CMakeLists\.txt|MLproject",
    re.IGNORECASE | re.DOTALL,
)
_SECRET_NAMES = re.compile(
    r"\.env(?!\.(?:example|sample|template|dist)\Z).*|.+\.env"
    r"|.*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg|ovpn|tfstate|tfvars|secret|secrets)"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)(?:\.(?!pub\Z).*|_.*)?"
    r"|\.?(?:netrc|pgpass|npmrc|pypirc|htpasswd|git-credentials|dockercfg|boto|s3cfg|my\.cnf)"
    r"|_netrc|kaggle\.json|kubeconfig.*|.*\.kubeconfig"
    r"|(?:.*[-_.])?(?:credential|secret|passwd|password)s?(?:[-_.].*)?"
    r"\.(?:json|ya?ml|toml|ini|cfg|conf|txt|env)"
    r"|credentials|secrets|service[-_]?account.*\.json|client[-_]secret.*\.json"
    r"|application[-_]default[-_]credentials\.json|.*-[0-9a-f]{12}\.json",
    re.IGNORECASE | re.DOTALL,
)
_SECRET_FOLDERS = frozenset({".aws", ".azure", ".gnupg", ".kube", ".secrets", ".ssh", "secrets"})
_LARGE_NOTEBOOK_BYTES = 5_000_000
_LARGE_BYTES = 1_000_000
_LARGE_DATA_BYTES = 200_000  # a .json of this size is data
_PEEK_BYTES = 8192


def is_source(path: str) -> bool:
    """Say whether a file is code or configuration, by its name."""
    name = os.path.basename(path)
    extension = os.path.splitext(name)[1].lower()
    return extension in _SOURCE_EXTENSIONS or _SOURCE_NAMES.fullmatch(name) is not None


def is_secret_file(path: str) -> bool:
    """Say whether a file is of a kind that holds secrets, by its name and folders."""
    *folders, name = path.replace(os.sep, "/").split("/")
    if _SECRET_NAMES.fullmatch(name):
        return True
    return not _SECRET_FOLDERS.isdisjoint(folders) and not name.endswith((".py", ".ipynb"))


def most_bytes(path: str) -> int:
    """Return how large a source file may be to be kept."""
    extension = os.path.splitext(path)[1].lower()
    if extension == ".ipynb":
        return _LARGE_NOTEBOOK_BYTES
    return _LARGE_DATA_BYTES if extension in (".json", ".sql") else _LARGE_BYTES


def read_source(path: str) -> tuple[bytes | None, str]:
    """Return the content of a source file and "", or None and why it is left out.

    Links are not followed: their targets may lie anywhere. Nothing is waited for.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        return None, "a link" if os.path.islink(path) else (error.strerror or "unreadable")
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None, "not a file"
        most = most_bytes(path)
        if status.st_size > most:
            return None, f"larger than {most:,} bytes"
        with os.fdopen(os.dup(descriptor), "rb") as file:
            content = file.read(most)
    except OSError as error:
        return None, error.strerror or "unreadable"
    finally:
        os.close(descriptor)
    return (None, "not a text") if b"\0" in content[:_PEEK_BYTES] else (content, "")

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runlore.helper.source_files import is_secret_file, is_source, most_bytes, read_source

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "path",
    [
        "train.py", "a/b/MODEL.PY", "note.ipynb", "conf/config.yaml", "pyproject.toml", "run.sh",
        "job.sbatch", "kernel.cu", "Makefile", "Dockerfile.gpu", "requirements-dev.txt", "uv.lock",
        "lib.rs", "Snakefile", "data/settings.json",
    ],
)  # fmt: skip
def test_code_and_settings_are_sources(path: str) -> None:
    assert is_source(path)
    assert not is_secret_file(path)


@pytest.mark.parametrize(
    "path",
    [
        "model.pt",
        "data.csv",
        "notes.txt",
        "image.png",
        "README.md",
        "events.out.tfevents.1",
        "a.npz",
    ],
)
def test_data_is_none(path: str) -> None:
    assert not is_source(path)


@pytest.mark.parametrize(
    "path",
    [
        ".env", ".env.local", "prod.env", ".ENV", "a/.netrc", "_netrc", ".pgpass", ".npmrc",
        ".pypirc", "server.pem", "server.key", "id_rsa", "id_ed25519", "id_rsa.bak", "store.p12",
        "x.kdbx", "credentials.json", "aws-credentials.yaml", "credentials", "secrets.yaml",
        "my_secrets.json", "db-password.txt", "client_secret_123.apps.json", "service-account.json",
        "service_account_prod.json", "my-project-0123456789ab.json", "kubeconfig", "dev.kubeconfig",
        "kaggle.json", ".git-credentials", "terraform.tfvars", "terraform.tfstate", ".ssh/config",
        ".aws/config", "secrets/anything.yaml", "secret.toml", "odd\nname.pem", ".htpasswd",
    ],
)  # fmt: skip
def test_files_of_secrets_are_known_by_their_names(path: str) -> None:
    assert is_secret_file(path)


@pytest.mark.parametrize(
    "path",
    [
        ".env.example", ".env.template", "environment.yml", "env.py", "keys.py", "secret_santa.py",
        "id_rsa.pub", "tokenizer.json", "password_reset.py", "credentials.py", "secrets/loader.py",
        "monkey.txt", "public_key.py", "pem.py", "config.json", "checkpoint-000000000010.yaml",
    ],
)  # fmt: skip
def test_others_are_not(path: str) -> None:
    assert not is_secret_file(path)


def test_a_source_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_bytes("größer\n".encode("latin-1"))
    assert read_source(str(path)) == (b"gr\xf6\xdfer\n", "")


def test_what_is_no_readable_text_is_left_out_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_bytes(b"x" * (most_bytes("large.py") + 1))
    (tmp_path / "binary.py").write_bytes(b"x\0")
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    (tmp_path / "folder.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    reasons = {
        name: read_source(str(tmp_path / name))
        for name in ("large.py", "binary.py", "link.py", "folder.py", "pipe.py", "missing.py")
    }
    assert reasons == {
        "large.py": (None, "larger than 1,000,000 bytes"),
        "binary.py": (None, "not a text"),
        "link.py": (None, "a link"),
        "folder.py": (None, "not a file"),
        "pipe.py": (None, "not a file"),
        "missing.py": (None, "No such file or directory"),
    }


def test_notebooks_may_be_larger_and_json_has_to_be_smaller() -> None:
    assert most_bytes("a.json") < most_bytes("a.py") < most_bytes("a.ipynb")

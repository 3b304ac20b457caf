"""Put the context of a run into words."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING, Any

from runlore.cli.wording import count, size

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHORT_COMMIT = 12
_MOST_NAMED = 3

Pairs = list[tuple[str, str]]


def context_pairs(context: Mapping[str, Any], seeds: Mapping[str, Any]) -> Pairs:
    """Pick from what was captured what a person asks for first, as titles and texts."""
    python, packages = _dict(context.get("python")), context.get("packages")
    listed = f", {count(len(packages), 'package')}" if isinstance(packages, dict | list) else ""
    argv = context.get("argv")
    command = shlex.join(map(str, argv)) if isinstance(argv, list) else ""
    pairs = [
        ("commit", _commit(_dict(context.get("git")))),
        ("changes", _changes(_dict(context.get("diff")))),
        ("untracked", _untracked(_dict(context.get("untracked")))),
        ("command", command),
        ("script", _text(context.get("script"))),
        ("folder", _text(context.get("cwd"))),
        ("python", f"{python.get('version') or '?'}{listed}" if python or listed else ""),
        ("host", _text(context.get("host"))),
        ("user", _text(context.get("user"))),
        ("system", _system(_dict(context.get("os")))),
        ("processor", _processor(_dict(context.get("cpu")))),
        ("memory", _size(context.get("memory_bytes"))),
        ("GPUs", _gpus(context.get("gpus"), _dict(context.get("cuda")))),
        ("container", _container(_dict(context.get("container")))),
        ("cloud", _words(_dict(context.get("cloud")))),
        ("job", _job(_dict(context.get("scheduler")))),
        ("launcher", _launcher(_dict(context.get("launcher")))),
        ("ranks", _ranks(context)),
        ("seeds", ", ".join(f"{key}={value}" for key, value in seeds.items())),
        ("not found out", _notes(_dict(context.get("notes")))),
    ]
    return [pair for pair in pairs if pair[1]]


def detail_pairs(context: Mapping[str, Any]) -> dict[str, Pairs]:
    """Return what else was captured, one by one, under headings."""
    untracked, diff = _dict(context.get("untracked")), _dict(context.get("diff"))
    origins = _dict(context.get("package_origins"))
    left_out = [*_pairs(diff.get("left_out")), *_pairs(untracked.get("left_out"))]
    sections = {
        "Untracked files": [(str(name), _size(of)) for name, of in _pairs(untracked.get("files"))],
        "Left out": [(str(path), str(reason)) for path, reason in left_out],
        "Environment": [(name, str(value)) for name, value in _dict(context.get("env")).items()],
        "Packages": [
            (name, " ".join((str(version), _origin(_dict(origins.get(name))))).strip())
            for name, version in _dict(context.get("packages")).items()
        ],
    }  # fmt: skip
    return {title: pairs for title, pairs in sections.items() if pairs}


def _commit(git: dict[str, Any]) -> str:
    if not git.get("commit"):
        return ""
    branch = f" on {git['branch']}" if git.get("branch") else ""
    state = ", with uncommitted changes" if git.get("is_dirty") else ""
    return f"{str(git['commit'])[:_SHORT_COMMIT]}{branch}{state}"


def _changes(diff: dict[str, Any]) -> str:
    if not diff.get("files") and not diff.get("left_out"):
        return ""
    files, added, removed = (_number(diff.get(key)) for key in ("files", "insertions", "deletions"))
    told = f"{count(files, 'file')}, +{added} −{removed}"
    return told + _left_out(diff) + _masked(diff)


def _untracked(untracked: dict[str, Any]) -> str:
    names = [str(name) for name, _ in _pairs(untracked.get("files"))]
    if not names and not untracked.get("left_out"):
        return ""
    told = ", ".join(names[:_MOST_NAMED]) or "no file"
    if len(names) > _MOST_NAMED:
        told += f" and {len(names) - _MOST_NAMED} more"
    return told + _left_out(untracked) + _masked(untracked)


def _left_out(fact: dict[str, Any]) -> str:
    left_out = _number(fact.get("left_out_count")) or len(_list(fact.get("left_out")))
    return f"; {left_out} left out" if left_out else ""


def _masked(fact: dict[str, Any]) -> str:
    masked = len(_list(fact.get("masked")))
    return f"; {count(masked, 'secret')} masked" if masked else ""


def _system(system: dict[str, Any]) -> str:
    kernel = f"{system.get('system') or ''} {system.get('release') or ''}".strip()
    return ", ".join(part for part in (_text(system.get("distribution")), kernel) if part)


def _processor(cpu: dict[str, Any]) -> str:
    cores, usable = _number(cpu.get("logical")), _number(cpu.get("usable"))
    told = [_text(cpu.get("model") or cpu.get("architecture"))]
    if cores:
        physical = f" on {cpu['physical']} cores" if cpu.get("physical") else ""
        told.append(f"{count(cores, 'thread')}{physical}")
    if usable and usable != cores:
        told.append(f"{usable} usable")
    return ", ".join(filter(None, told))


def _gpus(gpus: Any, cuda: dict[str, Any]) -> str:
    names = [_text(_dict(gpu).get("name")) or "?" for gpu in _list(gpus)]
    if not names:
        return ""
    told = ", ".join(
        f"{names.count(name)} × {name}" if names.count(name) > 1 else name
        for name in dict.fromkeys(names)
    )
    driver = f", driver {cuda['driver']}" if cuda.get("driver") else ""
    version = f", CUDA {cuda['driver_cuda']}" if cuda.get("driver_cuda") else ""
    return told + driver + version


def _container(container: dict[str, Any]) -> str:
    told = [_text(container.get("kind"))]
    if _number(container.get("memory_limit_bytes")):
        told.append(f"at most {_size(container['memory_limit_bytes'])}")
    if _number(container.get("cpu_limit")):
        told.append(f"at most {container['cpu_limit']:g} cores")
    return ", ".join(filter(None, told))


def _job(scheduler: dict[str, Any]) -> str:
    if not scheduler:
        return ""
    told = f"{scheduler.get('kind')} {scheduler.get('job_id') or ''}".strip()
    named = [_text(scheduler.get(key)) for key in ("job_name", "partition", "node_list")]
    return ", ".join([told, *filter(None, named)])


def _launcher(launcher: dict[str, Any]) -> str:
    if not launcher:
        return ""
    return f"{launcher.get('kind')}, world size {launcher.get('world_size') or '?'}"


def _ranks(context: Mapping[str, Any]) -> str:
    ranks = [facts for key, facts in context.items() if key[:5] == "rank "]
    hosts = [_text(facts.get("host")) for facts in ranks if isinstance(facts, dict)]
    if not hosts:
        return ""
    hosts.append(_text(context.get("host")))
    return f"{len(hosts)} on {count(len(set(hosts)), 'host')}"


def _origin(origin: dict[str, Any]) -> str:
    if not origin:
        return ""
    commit = f" at {str(origin['commit'])[:_SHORT_COMMIT]}" if origin.get("commit") else ""
    return f"({origin.get('kind')} {_text(origin.get('url'))}".rstrip() + f"{commit})"


def _notes(notes: dict[str, Any]) -> str:
    return "; ".join(dict.fromkeys(f"{text}" for text in notes.values()))


def _words(facts: dict[str, Any]) -> str:
    return ", ".join(_text(value) for value in facts.values() if value)


def _size(value: Any) -> str:
    return size(value) if _number(value) else ""


def _number(value: Any) -> Any:
    """Return a finite number as it is, and 0 for anything else."""
    is_number = isinstance(value, int | float) and math.isfinite(value)
    return value if is_number else 0


def _pairs(value: Any) -> list[list[Any]]:
    return [one for one in _list(value) if isinstance(one, list) and len(one) == 2]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

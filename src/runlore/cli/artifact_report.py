"""Show versions of artifacts, as tables and as JSON (docs/reference/json.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from runlore.cli.table import Cell, Column, Table
from runlore.cli.text import visible
from runlore.cli.wording import ago, count, moment, size
from runlore.records.ids import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.artifacts import Verification
    from runlore.cli.output import Output
    from runlore.reading.artifacts import ArtifactVersion

_PENDING = "pending"


def version_report(version: ArtifactVersion) -> dict[str, Any]:
    """Return what `--json` says of a version."""
    return {
        "spec": version.spec,
        "name": version.name,
        "project": version.project,
        "version": version.version,
        "is_pending": version.is_pending,
        "aliases": version.aliases,
        "type": version.type,
        "is_folder": version.is_folder,
        "size_bytes": version.size_bytes,
        "files": version.files,
        "digest": version.digest,
        "description": version.description,
        "metadata": version.metadata,
        "run": version.run_id,
        "created": version.created,
    }


def verification_report(report: Verification) -> dict[str, Any]:
    """Return what `--json` says of a verification."""
    return {
        "is_sound": not report.damaged,
        "versions": len(report.sound) + len(report.damaged),
        "files": report.files,
        "size_bytes": report.size_bytes,
        "damaged": [
            {
                "spec": damage.version.spec,
                "project": damage.version.project,
                "run": damage.version.run_id,
                "message": damage.message,
            }
            for damage in report.damaged
        ],
        "pending": [version.spec for version in report.pending],
    }


def show_names(versions: Sequence[ArtifactVersion], output: Output) -> None:
    """Print a line for each name: its latest version, and how many there are."""
    groups: dict[tuple[str | None, str], list[ArtifactVersion]] = {}
    for version in versions:
        groups.setdefault((version.project, version.name), []).append(version)
    has_projects = len({project for project, _ in groups}) > 1
    columns = [
        Column("name", least=16),
        Column("type", rank=2),
        Column("latest"),
        Column("versions", is_right=True, rank=4),
        Column("size", is_right=True),
        Column("logged", is_right=output.is_terminal, style="dim", rank=3),
        Column("run", style="id", rank=1),
    ]
    if has_projects:
        columns.append(Column("project", least=10, rank=1, style="dim"))
    table = Table(columns)
    for (project, name), group in groups.items():
        latest = next((one for one in group if "latest" in one.aliases), group[-1])
        row: list[Cell | str] = [
            name,
            latest.type or "",
            latest.version or _PENDING,
            f"{len(group):,}",
            size(latest.size_bytes),
            _when(latest, output),
            short(latest.run_id),
        ]
        table.add(*row, *([project or ""] if has_projects else []))
    output.table(table)


def show_versions(versions: Sequence[ArtifactVersion], output: Output) -> None:
    """Print a line for each version."""
    has_projects = len({version.project for version in versions}) > 1
    columns = [
        Column("version"),
        Column("aliases", least=8),
        Column("size", is_right=True),
        Column("logged", is_right=output.is_terminal, style="dim", rank=3),
        Column("run", style="id", rank=2),
        Column("sha-256", style="dim", rank=5),
        Column("description", least=12, rank=4, is_wrapped=True),
    ]
    if has_projects:
        columns.append(Column("project", least=10, rank=1, style="dim"))
    table = Table(columns)
    for version in versions:
        row: list[Cell | str] = [
            version.version or _PENDING,
            ", ".join(version.aliases),
            size(version.size_bytes),
            _when(version, output),
            short(version.run_id),
            (version.digest or "not hashed yet")[: 12 if version.digest else None],
            version.description or "",
        ]
        table.add(*row, *([version.project or ""] if has_projects else []))
    output.table(table)


def show_verification(report: Verification, output: Output) -> None:
    """Print what is damaged, and how much was read."""
    for damage in report.damaged:
        output.line(
            Cell("damaged", "damage"),
            f"  {visible(damage.version.spec)}  run {short(damage.version.run_id)}",
        )
        output.line("  ", visible(damage.message))
        if damage.hint:
            output.line("  ", Cell(visible(damage.hint), "dim"))
    for version in report.pending:
        output.line(Cell(_PENDING, "problem"), f"  {visible(version.spec)} is not hashed yet")
    checked = len(report.sound) + len(report.damaged)
    read = f"{count(checked, 'version')}, {size(report.size_bytes)}"
    if report.damaged:
        output.line(f"{read}: {count(len(report.damaged), 'version')} damaged")
    else:
        output.line(Cell("sound", "good"), f": {read}")


def _when(version: ArtifactVersion, output: Output) -> str:
    if output.is_terminal:
        return ago(version.created, datetime.now(UTC))
    return moment(version.created)

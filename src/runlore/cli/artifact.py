"""`runlore artifact`."""

from __future__ import annotations

import sys
from typing import Any

import click

from runlore.cli.options import chosen_store, store_and_json

_PROJECT = click.option("--project", metavar="NAME", help="The project, where several have it.")


@click.group("artifact")
def command() -> None:
    """Keep files and folders in versions.

    In all of them SPEC is the name of an artifact, which stands for what was logged last, or
    NAME:v3, NAME:ALIAS, or NAME@ with the first digits of the digest.
    """


@command.command("put")
@click.argument("path")
@click.option("--name", metavar="NAME", help="What to call it (else: the name of the file).")
@click.option("--type", "kind", metavar="WORD", help="What it is: model, dataset, …")
@click.option("--run", metavar="RUN", help="The run that it belongs to (else: a new one).")
@click.option("--project", metavar="NAME", help="The project of the new run.")
@click.option("--description", metavar="TEXT", help="What to know about it.")
@click.option("--alias", "aliases", multiple=True, metavar="WORD", help="What else to call it.")
@store_and_json
def put_command(
    *,
    path: str,
    name: str | None,
    kind: str | None,
    run: str | None,
    project: str | None,
    description: str | None,
    aliases: tuple[str, ...],
    as_json: bool,
) -> None:
    """Keep a file or a whole folder, and print what names this version."""
    from runlore.actions.artifacts import Words, put_artifact

    if run is not None and project is not None:
        raise click.UsageError("--project goes with a new run; this one has its own")
    words = Words(kind, description, aliases)
    version = put_artifact(path, name, words=words, run=run, project=project, store=chosen_store())
    if as_json:
        from runlore.cli.artifact_report import version_report

        _print_json(version_report(version))
        return
    sys.stdout.write(f"{_shown(version.spec)}\n")


@command.command("get")
@click.argument("spec")
@click.option("-o", "--output", "folder", default=".", metavar="FOLDER", help="Where to put it.")
@click.option("--force", is_flag=True, help="Overwrite files that differ.")
@click.option("--used-by", metavar="RUN", help="Record that this run uses it.")
@_PROJECT
@store_and_json
def get_command(
    *,
    spec: str,
    folder: str,
    force: bool,
    used_by: str | None,
    project: str | None,
    as_json: bool,
) -> None:
    """Write a version to a folder, verified, and print the path.

    What is there already with the same content is left alone; a file with another content is
    refused. Other files of a folder stay.
    """
    from runlore.actions.artifacts import fetch_artifact
    from runlore.cli.progress import byte_bar

    with byte_bar(spec) as on_progress:
        version, path = fetch_artifact(
            spec,
            folder,
            project=project,
            overwrite=force,
            used_by=used_by,
            store=chosen_store(),
            on_progress=on_progress,
        )
    if as_json:
        from runlore.cli.artifact_report import version_report

        _print_json(version_report(version) | {"path": path})
        return
    sys.stdout.write(f"{_shown(path)}\n")


@command.command("ls")
@click.argument("name", required=False)
@click.option("--type", "kind", metavar="WORD", help="Only of this type.")
@_PROJECT
@store_and_json
def list_command(*, name: str | None, kind: str | None, project: str | None, as_json: bool) -> None:
    """List all artifacts, or the versions of one, the oldest first."""
    from runlore.actions.artifacts import list_versions

    listing = list_versions(name, project=project, kind=kind, store=chosen_store())
    if as_json:
        from runlore.cli.artifact_report import version_report
        from runlore.cli.freshness import freshness_report

        versions = [version_report(version) for version in listing.versions]
        _print_json({"versions": versions, "freshness": freshness_report(listing.freshness)})
        return
    from runlore.cli.artifact_report import show_names, show_versions
    from runlore.cli.freshness import tell_freshness
    from runlore.cli.output import Output, talk

    if not listing.versions:
        talk("no artifacts; to keep one: runlore artifact put PATH")
    elif name is None:
        show_names(listing.versions, Output())
    else:
        show_versions(listing.versions, Output())
    tell_freshness(listing.freshness)


@command.command("verify")
@click.argument("specs", nargs=-1, metavar="[SPEC]...")
@_PROJECT
@store_and_json
def verify_command(*, specs: tuple[str, ...], project: str | None, as_json: bool) -> int:
    """Read versions again, or all, and hold them against their digests.

    The exit status is 1 if something is damaged.
    """
    from runlore.actions.artifacts import verify_artifacts
    from runlore.cli.progress import byte_bar

    with byte_bar("verifying") as on_progress:
        report = verify_artifacts(
            specs, project=project, store=chosen_store(), on_progress=on_progress
        )
    if as_json:
        from runlore.cli.artifact_report import verification_report

        _print_json(verification_report(report))
    else:
        from runlore.cli.artifact_report import show_verification
        from runlore.cli.output import Output

        show_verification(report, Output())
    return 1 if report.damaged else 0


@command.command("alias")
@click.argument("spec")
@click.argument("alias")
@click.option("--remove", is_flag=True, help="Take it away instead.")
@_PROJECT
@store_and_json
def alias_command(
    *, spec: str, alias: str, remove: bool, project: str | None, as_json: bool
) -> None:
    """Let ALIAS stand for a version: `runlore artifact alias model.pt:v3 best`.

    An alias that stands for another version of the same name is moved.
    """
    from runlore.actions.artifacts import set_alias

    version = set_alias(spec, alias, is_removed=remove, project=project, store=chosen_store())
    if as_json:
        from runlore.cli.artifact_report import version_report

        _print_json(version_report(version))
        return
    from runlore.cli.output import talk

    verb = "no longer stands" if remove else "stands"
    talk(f"{version.name}:{alias} {verb} for {version.spec}")


@command.command("describe")
@click.argument("spec")
@click.argument("text")
@_PROJECT
@store_and_json
def describe_command(*, spec: str, text: str, project: str | None, as_json: bool) -> None:
    """Say what to know about a version; an empty TEXT takes that away."""
    from runlore.actions.artifacts import describe_artifact

    version = describe_artifact(spec, text or None, project=project, store=chosen_store())
    if as_json:
        from runlore.cli.artifact_report import version_report

        _print_json(version_report(version))
        return
    from runlore.cli.output import talk

    talk(f"described {version.spec}")


def _print_json(report: dict[str, Any]) -> None:
    from runlore.cli.jsonable import print_json

    print_json(report)


def _shown(text: str) -> str:
    from runlore.cli.text import visible

    return visible(text)

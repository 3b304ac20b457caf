"""Versions of artifacts, found, read, written to folders and used, with real runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.blobs.store import BlobStore
from runlore.editing.editor import Editor
from runlore.errors import Ambiguous, ArtifactNotFound, BlobDamaged, InvalidValue, RunNotFound
from runlore.index.artifacts import versions_of_run
from runlore.reading.store import open_reader
from tests.client.scripts import run_script
from tests.reading.recording import close_journal, seal, settle
from tests.reading.test_files import store_files

if TYPE_CHECKING:
    from pathlib import Path


def log(store: Path, *contents: object, name: str = "m.json", project: str = "p") -> None:
    """Log an artifact once in a run of its own for each content, and hash it."""
    for content in contents:
        with runlore.start_run(f"run {content}", store=store, project=project) as run:
            run.save_artifact(name, content)
            store_files(store, run, runlore.get_run(run.id, store=store))


def damage(store: Path, digest: str | None) -> None:
    path = store / "blobs" / str(digest)[:2] / str(digest)[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


class TestFinding:
    def test_a_version_is_found_by_number_digest_alias_or_as_the_latest(self, store: Path) -> None:
        log(store, 1, 2, 3)
        second = runlore.get_artifact("m.json:v1", store=store)
        assert (second.version, second.number, second.read()) == ("v1", 1, 2)
        assert runlore.get_artifact("m.json", store=store).read() == 3
        assert runlore.get_artifact("m.json:latest", store=store).aliases == ["latest"]
        assert runlore.get_artifact(f"m.json@{str(second.digest)[:9]}", store=store) == second
        second.add_alias("best")
        assert runlore.get_artifact("m.json:best", store=store) == second
        close_journal(store)
        seal(store, grace_seconds=0)
        assert runlore.get_artifact("m.json:best", store=store) == second

    def test_an_alias_moves_and_can_be_taken_away(self, store: Path) -> None:
        log(store, 1, 2)
        first, second = runlore.list_artifacts("m.json", store=store)
        first.add_alias("best")
        second.add_alias("best")
        assert runlore.get_artifact("m.json:best", store=store) == second
        second.remove_alias("best")
        with pytest.raises(ArtifactNotFound, match="has no version 'best'\nhint: it has v0, v1, l"):
            runlore.get_artifact("m.json:best", store=store)
        with pytest.raises(ArtifactNotFound, match=r"m\.json:v1 has no alias 'best'"):
            second.remove_alias("best")
        with pytest.raises(InvalidValue, match="'v7' can't be an alias"):
            second.add_alias("v7")

    def test_a_name_may_hold_the_signs_that_end_one(self, store: Path) -> None:
        log(store, "a", name="odd:name")
        log(store, "b", name="mail@cafe")
        assert runlore.get_artifact("odd:name", store=store).read() == b"a"
        assert runlore.get_artifact("odd:name:v0", store=store).read() == b"a"
        assert runlore.get_artifact("mail@cafe", store=store).read() == b"b"

    def test_what_is_not_there_is_answered_with_what_comes_nearest(
        self, store: Path, tmp_path: Path
    ) -> None:
        log(store, 1, 2)
        with runlore.start_run(store=store, project="p") as run:
            (tmp_path / "data").mkdir()
            (tmp_path / "data" / "a.csv").write_text("a")
            run.log_artifact(tmp_path / "data")
        for spec, message in {
            "m.jsn": "there is no artifact 'm.jsn' in .*\nhint: did you mean 'm.json'",
            "m.json:v9": "the artifact 'm.json' has no version 'v9'\nhint: it has v0, v1, latest",
            "m.json:bets": "has no version 'bets'\nhint: it has v0, v1, latest",
            "m.json@ffffffff": "has no version a digest that begins with ffffffff",
            "data/a.csv": "no artifact 'data/a.csv' .*\nhint: it may be a file of 'data'",
        }.items():
            with pytest.raises(ArtifactNotFound, match=message):
                runlore.get_artifact(spec, store=store)

    def test_each_project_counts_its_own(self, store: Path) -> None:
        log(store, 1, 2)
        log(store, 2, 3, project="q")
        assert runlore.get_artifact("m.json:v0", project="q", store=store).read() == 2
        with pytest.raises(
            Ambiguous, match=r"2 projects have an artifact 'm\.json': 'p', 'q'\nhint"
        ):
            runlore.get_artifact("m.json", store=store)
        with pytest.raises(ArtifactNotFound, match=r"the project 'r' has no artifact 'm\.json'"):
            runlore.get_artifact("m.json", project="r", store=store)
        listed = runlore.list_artifacts(store=store)
        assert [(one.project, one.spec) for one in listed] == [
            ("p", "m.json:v0"), ("p", "m.json:v1"), ("q", "m.json:v0"), ("q", "m.json:v1"),
        ]  # fmt: skip

    def test_a_half_logged_folder_is_no_version(self, store: Path) -> None:
        with runlore.start_run("half", store=store, project="p") as run:
            folder = {"id": "a" * 32, "name": "data", "files": 2}
            run.record(
                "artifact.logged", id="b" * 32, direction="output", name="data/a", type="file",
                media_type=None, size_bytes=1, staged="x", details={}, folder=folder,
            )  # fmt: skip
        assert runlore.list_artifacts(store=store) == []
        with pytest.raises(ArtifactNotFound):
            runlore.get_artifact("data", store=store)


class TestDeletion:
    def test_numbers_outlast_the_runs_that_are_purged(self, store: Path) -> None:
        log(store, 1, 2, 3)
        first = runlore.get_artifact("m.json:v0", store=store)
        settle(store)
        with open_reader(store) as reader:
            kept = versions_of_run(reader.index, first.run_id)
        with Editor(str(store)) as editor:
            editor.purge(first.run_id, kept)
        listed = runlore.list_artifacts("m.json", store=store)
        assert [(one.version, one.read()) for one in listed] == [("v1", 2), ("v2", 3)]
        gone = runlore.get_artifact("m.json:v0", store=store)
        assert (gone.is_gone, gone.digest, gone.files) == (True, first.digest, [])
        with pytest.raises(ArtifactNotFound, match="went with its run"):
            gone.download()
        with pytest.raises(RunNotFound, match="was purged or moved away"):
            _ = gone.run

    def test_what_is_in_the_trash_keeps_its_number_and_is_not_the_latest(self, store: Path) -> None:
        log(store, 1, 2)
        last = runlore.get_artifact("m.json", store=store)
        with Editor(str(store)) as editor:
            editor.delete(last.run_id)
        assert runlore.get_artifact("m.json", store=store).version == "v0"
        assert [one.version for one in runlore.list_artifacts(store=store)] == ["v0"]
        assert runlore.get_artifact("m.json:v1", store=store).read() == 2
        log(store, 3)
        assert runlore.get_artifact("m.json", store=store).version == "v2"


class TestUsing:
    def test_a_run_that_uses_a_version_says_so(self, store: Path) -> None:
        log(store, 1, 2)
        with runlore.start_run("reader", store=store, project="p") as run:
            used = run.use_artifact("m.json:v0")
            run.use_artifact("m.json:v0")
            assert used.read() == 1
        (found,) = runlore.get_run("reader", store=store).inputs
        assert (found.spec, found.digest, found.type) == ("m.json:v0", used.digest, "json")
        assert found.run_id == runlore.get_run("run 1", store=store).id == used.run_id
        assert found.artifact == used
        assert runlore.get_run("reader", store=store).artifacts == []
        assert [each.label for each in used.used_by] == ["reader"]
        assert [each.label for each in used.runs] == ["run 1"]
        assert used.run.label == "run 1"
        assert runlore.get_artifact("m.json:v1", store=store).used_by == []
        (output,) = runlore.get_run("run 2", store=store).outputs
        assert output.spec == "m.json:v1"

    def test_a_run_takes_the_artifact_of_its_own_project_first(self, store: Path) -> None:
        log(store, 1)
        log(store, 2, project="q")
        with runlore.start_run(store=store, project="q") as run:
            assert run.use_artifact("m.json").read() == 2
            assert run.use_artifact("m.json", project="p").read() == 1
        with runlore.start_run(store=store, project="r") as run, pytest.raises(Ambiguous):
            run.use_artifact("m.json")

    def test_what_is_not_hashed_yet_can_be_used_and_the_record_learns_its_digest(
        self, store: Path, tmp_path: Path
    ) -> None:
        with runlore.start_run("both", store=store, project="p") as run:
            run.save_artifact("m.json", {"a": 1})
            used = run.use_artifact("m.json")
            assert (used.version, used.is_pending, used.digest) == (None, True, None)
            assert used.spec == "m.json:latest"
            path = used.download(tmp_path / "out")
            assert path == str(tmp_path / "out" / "m.json")
            assert used.download(tmp_path / "out") == path
            store_files(store, run, runlore.get_run(run.id, store=store))
        (found,) = runlore.get_run("both", store=store).inputs
        version = runlore.get_artifact("m.json", store=store)
        assert (version.version, found.digest) == ("v0", version.digest)
        assert found.artifact == version
        assert used.read() == {"a": 1}  # the object finds it where it is now

    def test_the_digest_of_a_folder_that_was_used_early_is_known_once_it_is_hashed(
        self, store: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "a").write_text("a")
        with runlore.start_run("both", store=store, project="p") as run:
            run.log_artifact(tmp_path / "data")
            used = run.use_artifact("data")
            (found,) = runlore.get_run("both", store=store).inputs
            assert (found.digest, found.spec) == (None, "data")
            store_files(store, run, runlore.get_run(run.id, store=store))
        (found,) = runlore.get_run("both", store=store).inputs
        version = runlore.get_artifact("data:v0", store=store)
        assert found.digest == version.digest is not None
        assert found.artifact == version
        assert used.run_id == version.run_id
        assert [each.label for each in version.used_by] == ["both"]

    def test_files_that_dead_processes_left_are_hashed_by_whoever_comes_next(
        self, store: Path
    ) -> None:
        code = f"""
        run = runlore.start_run("killed", store={str(store)!r}, project="p")
        run.save_artifact("m.json", {{"a": 1}})
        os.kill(os.getpid(), signal.SIGKILL)
        """
        run_script(code, RUNLORE_HELPER="off")
        log(store, 2)
        pending = runlore.list_artifacts(store=store)
        assert [one.version for one in pending] == [None, None]
        found = runlore.get_artifact("m.json:v0", store=store)
        assert (found.read(), found.run.label) == ({"a": 1}, "killed")
        assert [one.version for one in runlore.list_artifacts(store=store)] == ["v0", "v1"]
        assert list(store.glob("incoming/*/*-*")) == []

    def test_a_folder_of_which_a_killed_process_logged_a_part_is_no_version(
        self, store: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "data"
        folder.mkdir()
        for number in range(20):
            (folder / f"{number:02}").write_text(str(number))
        code = f"""
        run = runlore.start_run("killed", store={str(store)!r}, project="p")
        run.log_artifact({str(folder)!r})
        count, record = 0, run.record
        def die_at_last(kind, /, **fields):
            global count
            count += 1
            if count == 11:
                os.kill(os.getpid(), signal.SIGKILL)
            record(kind, **fields)
        run.record = die_at_last
        run.log_artifact({str(folder)!r}, "half")
        """
        run_script(code, RUNLORE_HELPER="off")
        assert [one.name for one in runlore.list_artifacts(store=store)] == ["data"]
        found = runlore.get_artifact("data", store=store)
        assert (found.version, len(found.files)) == ("v0", 20)


class TestContent:
    @pytest.fixture
    def folder(self, store: Path, tmp_path: Path) -> Path:
        """Log a folder `data` of three files, hashed."""
        folder = tmp_path / "data"
        (folder / "deep").mkdir(parents=True)
        (folder / "a.txt").write_text("a" * 1000)
        (folder / "deep" / "ü b.txt").write_text("bb")
        (folder / "deep" / "empty").touch()
        with runlore.start_run("it", store=store, project="p") as run:
            run.log_artifact(folder, description="letters", metadata={"rows": 2}, aliases=["good"])
            store_files(store, run, runlore.get_run("it", store=store))
        return folder

    def test_a_folder_comes_back_as_it_was(self, store: Path, folder: Path, tmp_path: Path) -> None:
        found = runlore.get_artifact("data:good", store=store)
        assert (found.type, found.is_folder, found.size_bytes) == ("folder", True, 1002)
        assert (found.description, found.metadata) == ("letters", {"rows": 2})
        assert found.aliases == ["latest", "good"]
        done: list[int] = []
        path = found.download(tmp_path / "out", progress=done.append)
        assert path == str(tmp_path / "out" / "data")
        assert subprocess.run(["diff", "-r", folder, path], check=False).returncode == 0
        assert done == sorted(done)
        assert done[-1] == 1002
        assert os.access(path + "/a.txt", os.W_OK)
        assert found.open("deep/ü b.txt").read() == b"bb"
        assert found.read("deep/ü b.txt") == "bb"

    @pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum")
    def test_its_digest_is_what_sha256sum_makes_of_it(self, store: Path, folder: Path) -> None:
        command = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum"
        done = subprocess.run(
            ["bash", "-c", f"{command} | sha256sum"], cwd=folder, capture_output=True, check=True
        )
        digest = runlore.get_artifact("data", store=store).digest
        assert done.stdout.decode().split()[0] == digest

    def test_what_is_there_already_is_left_alone_and_what_differs_refused(
        self, store: Path, folder: Path, tmp_path: Path
    ) -> None:
        found = runlore.get_artifact("data", store=store)
        path = tmp_path / "out" / "data"
        found.download(tmp_path / "out")
        before = (path / "a.txt").stat()
        (path / "deep" / "empty").unlink()
        (path / "deep" / "ü b.txt").write_text("xx")
        with pytest.raises(InvalidValue, match=r"ü b\.txt is there, and not what is to be written"):
            found.download(tmp_path / "out")
        assert not (path / "deep" / "empty").exists()
        found.download(tmp_path / "out", overwrite=True)
        assert subprocess.run(["diff", "-r", folder, path], check=False).returncode == 0
        after = (path / "a.txt").stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)

    def test_damage_is_named_and_never_handed_out(
        self, store: Path, folder: Path, tmp_path: Path
    ) -> None:
        found = runlore.get_artifact("data", store=store)
        single = runlore.get_run("it", store=store).artifact("data/a.txt")
        damage(store, single.digest)
        message = f"the file 'data/a.txt' of the artifact 'data', logged by run {found.run_id[-8:]}"
        with pytest.raises(BlobDamaged, match=message):
            found.verify()
        with pytest.raises(BlobDamaged, match=message):
            found.read("a.txt")
        with pytest.raises(BlobDamaged, match=message):
            found.download(tmp_path / "out")
        with pytest.raises(BlobDamaged, match=message):
            found.open("a.txt").read()
        assert not [path for path in (tmp_path / "out").rglob("*") if path.name == "a.txt"]
        assert not list((tmp_path / "out").rglob("*.part"))
        # The same content, logged again, puts it right.
        with runlore.start_run("again", store=store, project="p") as run:
            run.log_artifact(folder / "a.txt")
            (staged,) = (store / "incoming").glob(f"*/{run.id}-*")
            BlobStore(store).put_file(staged, link=True)
        found.verify()

    @pytest.mark.usefixtures("folder")
    def test_a_file_that_is_gone_from_the_store_is_said_to_be(
        self, store: Path, tmp_path: Path
    ) -> None:
        found = runlore.get_artifact("data", store=store)
        single = runlore.get_run("it", store=store).artifact("data/a.txt")
        os.unlink(single.path())
        with pytest.raises(ArtifactNotFound, match=r"'data/a\.txt' of the artifact 'data', logged"):
            found.download(tmp_path / "out")

    @pytest.mark.usefixtures("folder")
    def test_a_folder_wants_to_know_which_file(self, store: Path) -> None:
        found = runlore.get_artifact("data", store=store)
        with pytest.raises(InvalidValue, match="data:v0 is a folder of 3 files\nhint: name one"):
            found.open()
        with pytest.raises(
            ArtifactNotFound, match=r"has no file 'b\.txt'\nhint: did you mean 'dee"
        ):
            found.path("b.txt")

    @pytest.mark.usefixtures("folder")
    def test_a_folder_that_cannot_be_written_is_said_to_be(
        self, store: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(InvalidValue, match=r"can't be written: .*\nhint: name another folder"):
            runlore.get_artifact("data", store=store).download(tmp_path / "file")


@pytest.mark.parametrize("name", ["../escaped", "/absolute", "a/../../b", "a\\b", "c:/d"])
def test_a_record_can_have_no_file_written_outside_of_the_folder(
    store: Path, tmp_path: Path, name: str
) -> None:
    log(store, "content", name="innocent")
    digest = runlore.get_artifact("innocent", store=store).digest
    with runlore.start_run("evil", store=store, project="p") as run:
        run.record(
            "artifact.logged", id="e" * 32, direction="output", name=name, type="file",
            media_type=None, size_bytes=7, digest=digest, details={},
        )  # fmt: skip
    before = set(tmp_path.rglob("*"))
    found = runlore.get_artifact(f"{name}:v0", store=store)
    with pytest.raises(InvalidValue, match="can't be an artifact's name"):
        found.download(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert set(tmp_path.rglob("*")) - before <= set(store.rglob("*"))

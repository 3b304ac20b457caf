from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlore.client.console import BEGUN, STDOUT
from runlore.editing.editor import Editor, Target
from runlore.helper.printed import Printed
from runlore.journal.folder import create_store
from runlore.journal.frames import EVENT
from runlore.journal.reader import Gap, Reader
from runlore.records import events
from runlore.records.params import flatten
from runlore.records.text import encode_json

if TYPE_CHECKING:
    import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "records.md"
ACTOR = "0192f0c1a2b30123456789abcdef0011"
TIME = 1_700_000_000_000_000
RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9ba"
NOTE, ARTIFACT, STORE, VIEW = (
    f"0192f0c1a2b500000000000000000{digits:03}" for digits in range(1, 5)
)
DIGEST = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def documented() -> list[str]:
    (block,) = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    lines: list[str] = block.splitlines()
    return lines


def composed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    monkeypatch.setattr(events, "now", lambda: TIME)
    clock = events.Clock()
    error = {"type": "ValueError", "message": "loss is nan", "traceback": "…"}
    ids = [f"0192f0c1a2b40000000000000000000{digit}" for digit in "ab"]
    return [
        events.event("params", TIME, values=flatten({"lr": "1e-3", "opt": {"name": "adam"}})),
        events.edit("tag.added", ACTOR, clock, id=ids[0], tag="baseline", value=None),
        events.edit(
            "status.set", ACTOR, clock, id=ids[1],
            status="failed", error=error, reason=None, rank=0,
        ),
    ]  # fmt: skip


def edited(path: str) -> list[dict[str, Any]]:
    """Write each kind of edit, as the commands do, and read it from the journal."""
    store = create_store(path)
    target = Target(RUN, ATTEMPT)
    with Editor(store.path) as editor:
        editor.remove_note(target, NOTE)
        editor.describe_artifact(target, ARTIFACT, "best of the week")
        editor.alias("digits", "model.pt", "best", RUN, ARTIFACT)
        editor.archive(target)
        editor.move(RUN, STORE, [(ARTIFACT, "digits", "model.pt", TIME, DIGEST)])
        editor.delete(RUN)
        editor.purge(RUN, [])
        editor.set_colour(target, "#1F77B4")
        editor.describe_metric("digits", "val_acc", {"alias": "accuracy", "unit": None})
        editor.pin_baseline("digits", RUN)
        editor.save_view(VIEW, "late ones", "runs", None, "filter=params.lr%3C0.1")
        editor.remove_view(VIEW)
        journal = store.journal(editor.actor, 1)
    frames = [one for one in Reader(Path(journal).read_bytes()) if not isinstance(one, Gap)]
    records = [json.loads(frame.body) for frame in frames if frame.kind == EVENT]
    return [record for record in records if "clock" in record]


def printed() -> dict[str, Any]:
    """Make a record of what a run prints, as its helper does."""
    making = Printed(lambda text: text)
    file = 1 << 40  # the first
    begun = f"{RUN} {ATTEMPT} 0".encode()
    text = b"epoch 1\nepoch 2\n"
    frames = [(BEGUN, file + 5, begun), (STDOUT, file + 77, text)]
    ((_, body),) = [*making.feed(frames), *making.take(everything=True)]
    record: dict[str, Any] = json.loads(body)
    return record


def test_what_is_written_has_the_documented_fields(tmp_path: Path) -> None:
    written = [*edited(str(tmp_path / "store")), printed()]
    examples = [json.loads(line) for line in documented()[3:]]
    assert [record["kind"] for record in written] == [record["kind"] for record in examples]
    own = {"time", "id", "clock", "actor"}
    for record, example in zip(written, examples, strict=True):
        assert list(record) == list(example)
        assert {key: value for key, value in record.items() if key not in own} == {
            key: value for key, value in example.items() if key not in own
        }


def test_composing_gives_the_documented_records(monkeypatch: pytest.MonkeyPatch) -> None:
    params, tag, status = (line.encode() for line in documented()[:3])
    assert composed(monkeypatch)[1:] == [tag, status]
    # The example gives the number itself; a param given as text stays text.
    given_as_text: dict[str, Any] = json.loads(composed(monkeypatch)[0])
    example: dict[str, Any] = json.loads(params)
    assert given_as_text["values"]["opt.name"] == example["values"]["opt.name"]
    assert given_as_text["values"]["lr"][1:] == example["values"]["lr"][1:]
    assert encode_json(example) == params


def test_the_documented_records_are_read_by_any_json_reader() -> None:
    assert [json.loads(line)["kind"] for line in documented()[:3]] == [
        "params",
        "tag.added",
        "status.set",
    ]

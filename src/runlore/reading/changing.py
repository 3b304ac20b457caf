"""Change a run that is stored: name, tags, notes, archive, trash."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from runlore.client.increments import mark_changed
from runlore.editing import presentation
from runlore.errors import InvalidValue, NotFound
from runlore.records import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    from runlore.editing.editor import Editor, Target
    from runlore.reading.facts import Attempt, Note


class Changeable(ABC):
    """What can be changed about a stored run; each change is a record, and looked at again.

    The run may be one that a process is writing this moment.

    Raises, each of them:
        StoreError: if the store can't be written.
    """

    @property
    @abstractmethod
    def id(self) -> str:
        """The identifier."""

    @property
    @abstractmethod
    def store(self) -> str:
        """The folder of the store."""

    @property
    @abstractmethod
    def attempts(self) -> list[Attempt]:
        """Its attempts, in the order they began."""

    @property
    @abstractmethod
    def notes(self) -> list[Note]:
        """The notes, oldest first."""

    @property
    @abstractmethod
    def context(self) -> dict[str, Any]:
        """Code, environment and machine, as captured."""

    @abstractmethod
    def refresh(self) -> Self:
        """Look at the run again."""

    def rename(self, name: str) -> None:
        """Name the run; earlier names are kept in the records."""
        checked = limits.name(name, "the run's name")
        self._edit(lambda editor, target: editor.rename(target, checked))

    def add_tag(self, tag: str, value: str | None = None) -> None:
        """Add a tag, with a value if it is given one."""
        checked = limits.name(tag, "a tag")
        text = None if value is None else limits.text(value, "a tag's value")
        self._edit(lambda editor, target: editor.add_tag(target, checked, text))

    def remove_tag(self, tag: str) -> None:
        """Remove a tag; nothing happens if the run hasn't got it."""
        checked = limits.name(tag, "a tag")
        self._edit(lambda editor, target: editor.remove_tag(target, checked))

    def add_note(self, text: str) -> None:
        """Add a note."""
        checked = limits.text(text, "a note")
        self._edit(lambda editor, target: editor.add_note(target, checked))

    def remove_note(self, note: Note | str) -> None:
        """Take a note away: one of `notes`, or its id.

        Raises:
            NotFound: if the run has no such note.
        """
        wanted = note if isinstance(note, str) else note.id
        found = find_note(self.notes, wanted, self.id)
        self._edit(lambda editor, target: editor.remove_note(target, found.id))

    def set_colour(self, colour: str | None) -> None:
        """Choose the run's colour on the page, as `#rrggbb`; None leaves that to the page again.

        Raises:
            InvalidValue: if it is no such colour.
        """
        checked = presentation.colour(colour)
        self._edit(lambda editor, target: editor.set_colour(target, checked))

    def archive(self) -> None:
        """Hide the run from lists; it stays as it is, and can be named as before."""
        self._edit(lambda editor, target: editor.archive(target))

    def unarchive(self) -> None:
        """Show the run in lists again."""
        self._edit(lambda editor, target: editor.unarchive(target))

    def delete(self) -> None:
        """Move the run to the trash, from where `restore` brings it back until it is purged."""
        self._edit(lambda editor, target: editor.delete(target.run))

    def restore(self) -> None:
        """Take the run out of the trash."""
        self._edit(lambda editor, target: editor.restore(target.run))

    def _edit(self, write: Callable[[Editor, Target], object]) -> None:
        from runlore.editing.editor import Editor, Target

        attempts = self.attempts
        target = Target(self.id, attempts[-1].attempt if attempts else None)
        with Editor(self.store) as editor:
            write(editor, target)
        mark_changed(self.context.get("increment"), self.id, self.store)
        self.refresh()


def find_note(notes: Sequence[Note], wanted: str, run: str) -> Note:
    """Find a note by its id, or the beginning or the end of it.

    Raises:
        NotFound: if there is none, or several.
    """
    if not wanted:
        raise InvalidValue("no note is named", hint="give its id, as `runlore note list` shows it")
    found = [note for note in notes if note.id.startswith(wanted) or note.id.endswith(wanted)]
    if len(found) != 1:
        raise NotFound(
            f"{len(found)} notes of the run {run} answer to {wanted!r}"
            if found
            else f"no note of the run {run} answers to {wanted!r}",
            hint="their ids: runlore note list",
        )
    return found[0]

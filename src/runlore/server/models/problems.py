"""What every error of every route looks like."""

from __future__ import annotations

from runlore.server.models.base import Answer


class ProblemDetails(Answer):
    """What happened, and what to do next.

    `span` is where in the text of a filter, in UTF-16 units; `suggestion` may replace it.
    """

    code: str
    message: str
    hint: str | None = None
    span: tuple[int, int] | None = None
    suggestion: str | None = None


class Problem(Answer):
    """An error."""

    error: ProblemDetails

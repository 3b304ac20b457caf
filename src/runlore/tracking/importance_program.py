"""A process that estimates the importance of params, so that its caller needn't load scikit-learn.

It reads `{"combinations", "scores"}` from its standard input and writes what came of it.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from runlore.errors import RunloreError
from runlore.tracking.importance import importances_of


def main() -> None:
    """Answer one question."""
    question = json.load(sys.stdin)
    answer: dict[str, Any]
    try:
        found = importances_of(question["combinations"], question["scores"])
    except RunloreError as error:
        answer = {"refusal": error.message, "hint": error.hint}
    else:
        answer = {
            "params": [list(one) for one in found.params],
            "explained": found.explained,
            "n": found.n,
            "notes": list(found.notes),
        }
    json.dump(answer, sys.stdout)

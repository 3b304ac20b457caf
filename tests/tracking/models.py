"""Models for the tests of searches: in a module, so that workers can import them."""

from __future__ import annotations

import os
import time
from typing import Any

from sklearn.base import BaseEstimator, ClassifierMixin


class Counting(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Scores what its param says, takes its time, and leaves a line for each fit."""

    def __init__(self, value: float = 0.5, pause_seconds: float = 0.0, log: str = "") -> None:
        self.value = value
        self.pause_seconds = pause_seconds
        self.log = log

    def fit(self, X: Any, y: Any) -> Counting:  # noqa: N803
        if self.log:
            with open(self.log, "a", encoding="utf-8") as file:
                file.write(f"{self.value} {os.getpid()}\n")
        time.sleep(self.pause_seconds)
        if self.value < 0:
            raise ArithmeticError(f"{self.value} is below zero")
        self.classes_ = sorted(set(y))
        self.fitted_ = len(X)
        return self

    def predict(self, X: Any) -> Any:  # noqa: N803
        return [self.classes_[0]] * len(X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: ARG002, N803
        return self.value

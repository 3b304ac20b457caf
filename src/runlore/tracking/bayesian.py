"""Search that learns from what it has tried: Optuna proposes, the scores are told to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, InvalidValue
from runlore.media.libraries import require
from runlore.tracking.search_spaces import is_distribution, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlore.tracking.search_spaces import Params, Space


class Proposals:
    """Proposes combinations by Optuna's sampler; a choice from a list is drawn by its place."""

    def __init__(self, spaces: Sequence[Space], *, seed: int, sampler: Any = None) -> None:
        """Begin a study that has seen nothing.

        Raises:
            InvalidValue: for several grids at once.
            InvalidType: for a distribution that Optuna hasn't got.
            MissingExtra: if Optuna isn't installed.
        """
        self._optuna = require_optuna("search='bayesian'")
        if len(spaces) != 1:
            raise InvalidValue(
                f"search='bayesian' takes one space, not {len(spaces)}",
                hint="give one dict, or use search='grid' or 'random'",
            )
        self._space = spaces[0]
        self.distributions = {
            name: _distribution(self._optuna, name, values) for name, values in spaces[0].items()
        }
        sampler = sampler or self._optuna.samplers.TPESampler(seed=seed)
        self._study = quiet_study(self._optuna, sampler)

    def ask(self) -> tuple[Any, Params]:
        """Propose a combination; the first of the pair is for `tell`."""
        trial = self._study.ask(self.distributions)
        return trial, {name: self._value(name, drawn) for name, drawn in trial.params.items()}

    def tell(self, trial: Any, score: float | None) -> None:
        """Say what a proposal came to; None: it failed."""
        is_number = score is not None and score == score  # noqa: PLR0124 - not NaN
        state = self._optuna.trial.TrialState
        if is_number:
            self._study.tell(trial, score)
        else:
            self._study.tell(trial, state=state.FAIL)

    def add(self, texts: Mapping[str, str], score: float) -> Params | None:
        """Teach it a combination that was tried before, given as the texts of its params.

        Returns the combination; None if it doesn't lie in the space.
        """
        drawn: dict[str, Any] = {}
        for name, values in self._space.items():
            if is_distribution(values):
                try:
                    drawn[name] = _number(texts[name])
                except (KeyError, ValueError):
                    return None
            else:
                places = [
                    place for place, value in enumerate(values)
                    if key_of({name: value}) == _key_within(texts, name)
                ]  # fmt: skip
                if not places:
                    return None
                drawn[name] = places[0]
        try:
            self._study.add_trial(
                self._optuna.trial.create_trial(
                    params=drawn, distributions=self.distributions, value=score
                )
            )
        except ValueError:  # it lies outside of what is searched now
            return None
        return {name: self._value(name, value) for name, value in drawn.items()}

    def _value(self, name: str, drawn: Any) -> Any:
        values = self._space[name]
        return drawn if is_distribution(values) else values[drawn]


def require_optuna(purpose: str) -> Any:
    """Import Optuna, or raise `MissingExtra`."""
    return require("optuna", package="optuna", extra="sweeps", purpose=purpose)


def quiet_study(optuna: Any, sampler: Any = None) -> Any:
    """Make a study that maximizes and says nothing about it."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        return optuna.create_study(direction="maximize", sampler=sampler)
    finally:
        optuna.logging.set_verbosity(level)


def _distribution(optuna: Any, name: str, values: Any) -> Any:
    """Make Optuna's distribution of SciPy's, or of the places in a list."""
    distributions = optuna.distributions
    if hasattr(values, "to_internal_repr"):
        return values
    if not is_distribution(values):
        return distributions.CategoricalDistribution(tuple(range(len(values))))
    kind = getattr(getattr(values, "dist", None), "name", "")
    if kind in ("uniform", "loguniform", "reciprocal"):
        low, high = map(float, values.support())
        return distributions.FloatDistribution(low, high, log=kind != "uniform")
    if kind == "randint":
        low, high = values.support()
        return distributions.IntDistribution(int(low), int(high))
    raise InvalidType(
        f"param {name!r} is drawn from {kind or type(values).__name__!r}, which Optuna hasn't got",
        hint="use scipy.stats.uniform, loguniform or randint, or one of optuna.distributions",
    )


def _key_within(texts: Mapping[str, str], name: str) -> str:
    inner = {key: text for key, text in texts.items() if key == name or key.startswith(f"{name}.")}
    return "\n".join(f"{key}={inner[key]}" for key in sorted(inner))


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() and "." not in text else number

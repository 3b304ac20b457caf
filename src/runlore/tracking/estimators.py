"""How a model is made for each combination of params: from a class, an instance or a function."""

from __future__ import annotations

import importlib
import inspect
import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.media.libraries import require
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True)
class ModelMaker:
    """Makes an unfitted model from params; workers get it pickled."""

    model: Any
    is_instance: bool

    def __call__(self, params: Mapping[str, Any]) -> Any:
        """Make a model: a clone of the instance, or what the class or function returns."""
        from sklearn.base import clone

        own = {name: clone(value, safe=False) for name, value in params.items()}
        if not self.is_instance:
            return self.model(**own)
        made = clone(self.model)
        return made.set_params(**own) if own else made

    @property
    def label(self) -> str:
        """What the model is called: its class, or the function that makes it."""
        named = type(self.model) if self.is_instance else self.model
        return str(getattr(named, "__name__", None) or type(self.model).__name__)

    @property
    def place(self) -> str:
        """Where the class or the function is defined, to tell one sweep from another."""
        named = type(self.model) if self.is_instance else self.model
        return f"{getattr(named, '__module__', '')}.{getattr(named, '__qualname__', self.label)}"

    def own_params(self) -> dict[str, Any]:
        """Return the params of an instance, which all combinations share."""
        return dict(self.model.get_params(deep=False)) if self.is_instance else {}


def require_sklearn(purpose: str, module: str = "sklearn.model_selection") -> Any:
    """Import a part of scikit-learn, or raise `MissingExtra`."""
    return require(module, package="scikit-learn", extra="sweeps", purpose=purpose)


def maker_of(model: Any) -> ModelMaker:
    """Say how models are made.

    Raises:
        InvalidType: if it is no model, or one that can't be cloned.
    """
    if isinstance(model, type):
        if not hasattr(model, "fit"):
            raise InvalidType(
                f"{model.__qualname__} is not a class of models: it has no fit",
                hint="give a class like RandomForestClassifier, or an instance of one",
            )
        return ModelMaker(model, is_instance=False)
    if not hasattr(model, "fit"):
        if callable(model):
            return ModelMaker(model, is_instance=False)
        raise InvalidType(
            f"{a_kind(model)} is not a model",
            hint="give a class with fit and predict, an instance, or a function that makes one",
        )
    clone = require_sklearn("cloning a model", "sklearn.base").clone
    try:
        clone(model)
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidType(
            f"the {type(model).__qualname__} can't be cloned: {reason}",
            hint="give its class, or a function that takes the params and makes one",
        ) from error
    return ModelMaker(model, is_instance=True)


def check_names(maker: ModelMaker, names: Iterable[str]) -> None:
    """Raise `InvalidValue` for a param that the model hasn't got."""
    known = _known_names(maker)
    if known is None:
        return
    for name in names:
        # A step that is varied itself brings params that the instance doesn't show yet.
        first = name.partition("__")[0]
        if name not in known and (first == name or first not in known):
            raise InvalidValue(
                f"{maker.label} has no param {name!r}",
                hint=nearest(name, sorted(known), nothing="it takes none"),
            )


def _known_names(maker: ModelMaker) -> set[str] | None:
    """Name the params that a model takes; None if it takes any."""
    if maker.is_instance:
        from sklearn.base import BaseEstimator

        # Others, like XGBoost's, take what they don't know.
        is_strict = getattr(type(maker.model), "set_params", None) is BaseEstimator.set_params
        return set(maker.model.get_params(deep=True)) if is_strict else None
    parameters = _parameters(maker.model)
    if parameters is None or any(one.kind is one.VAR_KEYWORD for one in parameters):
        return None
    return {one.name for one in parameters if one.kind is not one.POSITIONAL_ONLY}


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter] | None:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None  # one of C, which doesn't say


def example_of(maker: ModelMaker, combinations: Iterable[Mapping[str, Any]]) -> Any:
    """Make one model to look at; None if the first combination can't make one."""
    for params in combinations:
        try:
            return maker(params)
        except Exception:  # noqa: BLE001 - the combination will fail where it is recorded
            return None
    return None


def check_picklable(value: Any, what: str, *, hint: str, by_value: bool = False) -> None:
    """Raise `InvalidType` if something can't be pickled; `by_value`: as workers get it."""
    dumps = _dumps_by_value() if by_value else pickle.dumps
    try:
        dumps(value)
    except Exception as error:
        raise InvalidType(f"{what} can't be pickled: {error}", hint=hint) from error


def _dumps_by_value() -> Callable[[Any], bytes]:
    """Give the pickler of joblib's workers, which older releases of joblib carry along."""
    try:
        found = importlib.import_module("cloudpickle")
    except ModuleNotFoundError:
        found = importlib.import_module("joblib.externals.cloudpickle")
    dumps: Callable[[Any], bytes] = found.dumps
    return dumps

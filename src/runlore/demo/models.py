"""Train one model of the demo and log what happens, as a user's script would.

Every function takes the split data, the params and an open run. Where the model learns step
by step, each step is logged; the test figures are logged at the end without a step.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.linear_model import Ridge, SGDClassifier
from sklearn.metrics import accuracy_score, f1_score, log_loss, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.client.run import Run

LOADERS = {
    "digits": load_digits,
    "breast-cancer": load_breast_cancer,
    "diabetes": load_diabetes,
}


HOPELESS_RMSE = 1e8  # the targets lie between 25 and 346


class Data(NamedTuple):
    """A data set split 80 to 20, the inputs scaled by the training part; rows are samples."""

    train_inputs: Any
    test_inputs: Any
    train_targets: Any
    test_targets: Any


def load(experiment: str) -> Data:
    """Load the data set of an experiment; the split is the same for all runs."""
    inputs, targets = LOADERS[experiment](return_X_y=True)
    is_classification = experiment != "diabetes"
    parts = train_test_split(
        inputs,
        targets,
        test_size=0.2,
        random_state=0,
        stratify=targets if is_classification else None,
    )
    scaler = StandardScaler().fit(parts[0])
    return Data(scaler.transform(parts[0]), scaler.transform(parts[1]), parts[2], parts[3])


def described(experiment: str, data: Data) -> dict[str, Any]:
    """Return the params that say which data a run has seen."""
    return {"data": {"name": experiment, "train_rows": len(data.train_inputs), "split_seed": 0}}


def linear(data: Data, params: dict[str, Any], run: Run) -> Any:
    """Fit a logistic regression by stochastic gradient descent, epoch by epoch."""
    model = SGDClassifier(loss="log_loss", alpha=params["alpha"], random_state=params["seed"])
    classes = np.unique(data.train_targets)
    return _by_epoch(model, data, params["epochs"], classes, run)


def network(data: Data, params: dict[str, Any], run: Run) -> Any:
    """Fit a network of one hidden layer, epoch by epoch."""
    model = MLPClassifier(
        hidden_layer_sizes=(params["hidden"],),
        learning_rate_init=params["lr"],
        random_state=params["seed"],
    )
    classes = np.unique(data.train_targets)
    return _by_epoch(model, data, params["epochs"], classes, run)


def _by_epoch(model: Any, data: Data, epochs: int, classes: Any, run: Run) -> Any:
    order = np.random.default_rng(0)
    for epoch in range(epochs):
        shuffled = order.permutation(len(data.train_inputs))
        model.partial_fit(
            data.train_inputs[shuffled], data.train_targets[shuffled], classes=classes
        )
        for context, inputs, targets in (
            ("train", data.train_inputs, data.train_targets),
            ("test", data.test_inputs, data.test_targets),
        ):
            chances = model.predict_proba(inputs)
            run.log(
                {
                    "loss": log_loss(targets, chances, labels=classes),
                    "accuracy": accuracy_score(targets, classes[chances.argmax(axis=1)]),
                },
                step=epoch,
                context=context,
            )
    return model


def forest(data: Data, params: dict[str, Any], run: Run) -> Any:
    """Fit a random forest, logging the test accuracy as trees are added."""
    model = RandomForestClassifier(
        max_depth=params["max_depth"], random_state=params["seed"], warm_start=True
    )
    for trees in range(20, params["trees"] + 1, 20):
        model.set_params(n_estimators=trees).fit(data.train_inputs, data.train_targets)
        accuracy = model.score(data.test_inputs, data.test_targets)
        run.log({"accuracy": accuracy}, step=trees, context="test")
    return model


def boosting(data: Data, params: dict[str, Any], run: Run) -> Any:
    """Fit boosted trees, then log the losses of every round."""
    model = GradientBoostingClassifier(
        learning_rate=params["lr"],
        n_estimators=params["rounds"],
        max_depth=params["max_depth"],
        subsample=0.8,
        random_state=params["seed"],
    ).fit(data.train_inputs, data.train_targets)
    for step, chances in enumerate(model.staged_predict_proba(data.test_inputs)):
        run.log({"loss": model.train_score_[step]}, step=step, context="train")
        loss = log_loss(data.test_targets, chances)
        accuracy = accuracy_score(data.test_targets, chances.argmax(axis=1))
        run.log({"loss": loss, "accuracy": accuracy}, step=step, context="test")
    return model


def ridge(data: Data, params: dict[str, Any], run: Run) -> Any:
    """Fit a ridge regression, which has no steps."""
    del run
    return Ridge(alpha=params["alpha"]).fit(data.train_inputs, data.train_targets)


def boosted_trees(data: Data, params: dict[str, Any], run: Run) -> Any:
    """Fit boosted regression trees, then log the error of every round."""
    model = GradientBoostingRegressor(
        learning_rate=params["lr"],
        n_estimators=params["rounds"],
        max_depth=params["max_depth"],
        random_state=params["seed"],
    ).fit(data.train_inputs, data.train_targets)
    for step, predicted in enumerate(model.staged_predict(data.test_inputs)):
        run.log({"rmse": mean_squared_error(data.test_targets, predicted) ** 0.5}, step=step)
    return model


def deep_regression(data: Data, params: dict[str, Any], run: Run) -> Any:
    """Fit a network by gradient descent, giving up when it has clearly diverged."""
    model = MLPRegressor(
        hidden_layer_sizes=(params["hidden"],) * 2,
        solver="sgd",
        learning_rate_init=params["lr"],
        random_state=params["seed"],
    )
    for epoch in range(params["epochs"]):
        with np.errstate(over="ignore", invalid="ignore"):
            model.partial_fit(data.train_inputs, data.train_targets)
            rmse = mean_squared_error(data.test_targets, model.predict(data.test_inputs)) ** 0.5
        run.log({"rmse": rmse}, step=epoch)
        if not rmse < HOPELESS_RMSE:
            raise ValueError(f"the loss diverged: rmse is {rmse:.3g} after epoch {epoch}")
    return model


TRAINERS: dict[str, Callable[[Data, dict[str, Any], Run], Any]] = {
    "linear": linear,
    "network": network,
    "forest": forest,
    "boosting": boosting,
    "ridge": ridge,
    "boosted-trees": boosted_trees,
    "deep-regression": deep_regression,
}


def train_and_evaluate(experiment: str, model: str, params: dict[str, Any], run: Run) -> None:
    """Train, then log the test figures, the model, its predictions and a figure."""
    data = load(experiment)
    run.log_params(described(experiment, data))
    began = time.perf_counter()
    fitted = TRAINERS[model](data, params, run)
    run.log_metric("train_seconds", time.perf_counter() - began)
    predicted = fitted.predict(data.test_inputs)
    if experiment == "diabetes":
        run.log(
            {
                "test_rmse": mean_squared_error(data.test_targets, predicted) ** 0.5,
                "test_r2": r2_score(data.test_targets, predicted),
            }
        )
    else:
        run.log(
            {
                "test_accuracy": accuracy_score(data.test_targets, predicted),
                "test_f1": f1_score(data.test_targets, predicted, average="macro"),
            }
        )
    _keep(run, fitted, data, predicted, is_classification=experiment != "diabetes")


def _keep(run: Run, fitted: Any, data: Data, predicted: Any, *, is_classification: bool) -> None:
    from runlore.demo.figures import confusion_figure, residual_figure

    rows = [
        {"row": row, "target": target.item(), "predicted": guess.item()}
        for row, (target, guess) in enumerate(zip(data.test_targets, predicted, strict=True))
    ]
    run.save_model(fitted)
    run.save_artifact("predictions.csv", rows)
    if is_classification:
        run.save_artifact("confusion_matrix.png", confusion_figure(data.test_targets, predicted))
    else:
        run.save_artifact("residuals.png", residual_figure(data.test_targets, predicted))

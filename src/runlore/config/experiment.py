"""The configuration of a training: the one that examples and guides use."""

from __future__ import annotations

import param

from runlore.config.conditions import Integer
from runlore.config.powers import PowerOfTwo
from runlore.config.tracked import TrackedConfig


class MLExperiment(TrackedConfig):
    """The settings of a training run, checked and with their history.

    `patience` has to be positive only while `early_stopping` is true; it is always an integer.

    >>> experiment = MLExperiment(model_name="ResNet50", learning_rate=0.001)
    >>> experiment.batch_size = 64
    >>> experiment.get_config()["batch_size"]
    64
    """

    model_name = param.String(
        default="ResNet50", doc="Name of the model's architecture, such as ResNet50 or BERT."
    )
    learning_rate = param.Number(
        default=0.001, bounds=(0.0001, 1.0), step=0.0001, doc="Learning rate of the optimizer."
    )
    batch_size = PowerOfTwo(
        default=32, max=1024, doc="Examples in a batch: a power of two up to 1024."
    )
    epochs = param.Integer(
        default=10, bounds=(1, None), softbounds=(1, 100), doc="How often all data is seen."
    )
    early_stopping = param.Boolean(
        default=False, doc="Whether training ends when the model stops getting better."
    )
    patience = Integer(
        default=5,
        bounds=(1, None),
        softbounds=(1, 50),
        validated_when="early_stopping",
        doc="Epochs without improvement before training ends early.",
    )

"""The registry of models of an increment; as `mlflow_plugin`, loaded by MLflow by entry point."""

from __future__ import annotations

from runlore.integrations import mlflow_plugin

build_registry_store = mlflow_plugin.build_registry_store

mlflow_plugin.put_before(
    "mlflow.tracking._model_registry.utils",
    "_model_registry_store_registry",
    build_registry_store,
)

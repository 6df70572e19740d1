"""A model on the server, with the methods that scikit-learn's estimators have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Tuple

from ._lanes import FAST
from ._rows import numpy
from .client import Client
from .errors import InvalidArgument, MissingOutput
from .results import Prediction

if TYPE_CHECKING:
    from ._rows import FloatArray, RowsLike


class RemoteModel:
    """Stands where a fitted estimator stood: the same methods, answered by `hearthd` with the version in production.

        model = RemoteModel("isolation_forest.stok_seviye")
        model.predict(X), model.decision_function(X), model.model_version_

    Safe to share between threads; `model_version_` is then that of whichever call ended last.
    """

    model_version_: str
    """The model_id that answered the last call. Not there before the first one."""

    def __init__(
        self,
        name: str,
        client: Optional[Client] = None,
        *,
        timeout: Optional[float] = None,
        transport: Optional[str] = None,
    ) -> None:
        """
        Args:
            name: the registered model, e.g. `isolation_forest.stok_seviye`.
            client: the process's client; a client with the default socket unless given.
            timeout: seconds for each call; the client's own unless given.
            transport: "fast" or "grpc", when no client is given: see `Client`.
        """
        if client is not None and transport not in (None, client.transport):
            raise InvalidArgument(
                f"transport={transport!r} was asked of a client that uses {client.transport!r}; "
                "choose it where the client is made"
            )
        self.name = name
        self.timeout = timeout
        self._client = client if client is not None else Client(transport=transport or FAST)
        self._details: Tuple[str, Tuple[str, ...]] = ("", ())
        # Several names for a model of several targets.
        self._probabilities: Tuple[str, ...] = ("predict_proba",)

    def predict(self, X: RowsLike) -> Any:
        """Classes, values, or 1 for an inlier and -1 for an outlier: whole numbers where scikit-learn gives them, and
        text labels where the classes are text. For several targets a row has a class or value of each."""
        answer = self._ask(("predict",), X)
        texts = answer.labels.get("predict")
        values = answer.outputs["predict"]
        if texts is not None:
            if numpy is not None:
                return numpy.array(texts).reshape(values.shape)
            width = len(texts) // max(1, answer.row_count)
            return texts if width <= 1 else [texts[i : i + width] for i in range(0, len(texts), width)]
        names = self._output_names(answer.model_version)
        if numpy is not None and any(name == "score_samples" or name.startswith("predict_proba") for name in names):
            whole = values.astype(numpy.int64)
            return whole if (whole == values).all() else values
        return values

    def decision_function(self, X: RowsLike) -> FloatArray:
        """For anomaly models: below 0 is an outlier. For classifiers: the confidence per class."""
        return self._ask(("decision_function",), X).outputs["decision_function"]

    def score_samples(self, X: RowsLike) -> FloatArray:
        """The anomaly score as scikit-learn has it: lower is worse."""
        return self._ask(("score_samples",), X).outputs["score_samples"]

    def predict_proba(self, X: RowsLike) -> Any:
        """The probability of each class; for several targets a list of such arrays, one per target."""
        try:
            answer = self._ask(self._probabilities, X)
        except MissingOutput:
            names = self._client.get(self.name, timeout=self.timeout).outputs
            targets = tuple(name for name in names if name.startswith("predict_proba"))
            if targets in ((), self._probabilities):
                raise
            self._probabilities = targets
            answer = self._ask(targets, X)
        if self._probabilities == ("predict_proba",):
            return answer.outputs["predict_proba"]
        return [answer.outputs[name] for name in self._probabilities]

    def transform(self, X: RowsLike) -> FloatArray:
        """What a transformer makes of rows: one row each, dense."""
        values = self._ask(("transform",), X).outputs["transform"]
        # One column has one dimension in a message, two from a transformer.
        return values.reshape(-1, 1) if numpy is not None and values.ndim == 1 else values

    def __repr__(self) -> str:
        return f"RemoteModel({self.name!r})"

    def _ask(self, outputs: Tuple[str, ...], X: RowsLike) -> Prediction:
        try:
            answer = self._client.predict(self.name, X, outputs=outputs, timeout=self.timeout)
        except InvalidArgument as error:
            names = self._client.get(self.name, timeout=self.timeout).outputs
            missing = [output for output in outputs if output not in names]
            if names and missing:
                raise MissingOutput(
                    f"model '{self.name}' has no {missing[0]}; it has {', '.join(names)}", origin=error.origin
                ) from None
            raise
        self.model_version_ = answer.model_version
        return answer

    def _output_names(self, version: str) -> Tuple[str, ...]:
        # Asked once per version: what a model has never changes.
        known, names = self._details
        if known != version:
            names = self._client.get(self.name, version, timeout=self.timeout).outputs
            self._details = (version, names)
        return names

"""Calls `hearthd`, the model server of this machine.

`Client` blocks, `AsyncClient` is for asyncio, `RemoteModel` stands where a scikit-learn estimator stood.
"""

from ._version import __version__
from .aio import AsyncClient
from .client import Client, Watch
from .errors import (
    Aborted,
    AlreadyExists,
    Cancelled,
    DataLoss,
    DeadlineExceeded,
    FailedPrecondition,
    HearthError,
    Internal,
    InvalidArgument,
    MissingOutput,
    NotFound,
    Origin,
    PermissionDenied,
    ResourceExhausted,
    StatusCode,
    Unauthenticated,
    Unavailable,
    Unimplemented,
)
from .remote_model import RemoteModel
from .results import (
    Counter,
    Detection,
    ModelDetails,
    ModelEvent,
    ModelList,
    ModelVersion,
    PointerChange,
    Prediction,
    ReloadResult,
    ServedModel,
    ServerStats,
    Source,
)

__all__ = [
    "Aborted",
    "AlreadyExists",
    "AsyncClient",
    "Cancelled",
    "Client",
    "Counter",
    "DataLoss",
    "DeadlineExceeded",
    "Detection",
    "FailedPrecondition",
    "HearthError",
    "Internal",
    "InvalidArgument",
    "MissingOutput",
    "ModelDetails",
    "ModelEvent",
    "ModelList",
    "ModelVersion",
    "NotFound",
    "Origin",
    "PermissionDenied",
    "PointerChange",
    "Prediction",
    "ReloadResult",
    "RemoteModel",
    "ResourceExhausted",
    "ServedModel",
    "ServerStats",
    "Source",
    "StatusCode",
    "Unauthenticated",
    "Unavailable",
    "Unimplemented",
    "Watch",
    "__version__",
]

"""Protobuf's own runtime, with the messages of Protos/ as they are there: what the hand-written ones are held against."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, Optional

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_SCALARS = {
    "string": 9, "bytes": 12, "bool": 8, "double": 1, "int32": 5, "int64": 3, "uint32": 13, "uint64": 4,
}  # fmt: skip


def protos_folder() -> Optional[Path]:
    """The repository's Protos; None outside of it."""
    folder = Path(__file__).resolve().parents[3] / "Protos"
    return folder if folder.is_dir() else None


def messages() -> Dict[str, Any]:
    """The message classes of Protos by full name."""
    folder = protos_folder()
    assert folder is not None
    pool = descriptor_pool.DescriptorPool()
    names = []
    for path in ("ttrpc.proto", "hearth/v1/inference.proto", "hearth/v1/models.proto"):
        file = _parse(path, (folder / path).read_text())
        pool.AddSerializedFile(file.SerializeToString())
        names += [f"{file.package}.{message.name}" for message in file.message_type]
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in names}


def _parse(path: str, text: str) -> descriptor_pb2.FileDescriptorProto:
    """Reads the few forms that our files use."""
    text = re.sub(r"//[^\n]*", "", text)
    file = descriptor_pb2.FileDescriptorProto(name=path, syntax="proto3")
    file.package = re.search(r"package ([\w.]+);", text).group(1)
    enums = re.findall(r"enum (\w+) \{([^}]*)\}", text)
    for name, body in enums:
        enum = file.enum_type.add(name=name)
        for value, number in re.findall(r"(\w+) = (\d+);", body):
            enum.value.add(name=value, number=int(number))
    enum_names = {name for name, _ in enums}
    for name, body in re.findall(r"message (\w+) \{([^}]*)\}", text):
        message = file.message_type.add(name=name)
        for repeated, kind, field, number in re.findall(r"(repeated )?(\w+) (\w+) = (\d+);", body):
            added = message.field.add(name=field, number=int(number), label=3 if repeated else 1)
            if kind in _SCALARS:
                added.type = _SCALARS[kind]
            else:
                added.type = 14 if kind in enum_names else 11
                added.type_name = f".{file.package}.{kind}"
    return file

"""Server reflection with grpcio-reflection's client, and by hand under the name that it had before."""

from __future__ import annotations

from typing import Iterator

import grpc
import pytest
from google.protobuf import descriptor_pb2, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from server import FOREST, ROW, Hearth

SERVICES = {
    "hearth.v1.Inference", "hearth.v1.Models", "grpc.health.v1.Health", "inference.GRPCInferenceService",
    "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
}  # fmt: skip
METHODS = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]


@pytest.fixture
def channel(hearth: Hearth) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(hearth.target) as channel:
        yield channel


def ask(channel: grpc.Channel, service: str, *requests: reflection_pb2.ServerReflectionRequest):  # type: ignore[no-untyped-def]
    # v1 and v1alpha have the same messages.
    call = channel.stream_stream(
        f"/{service}/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    return list(call(iter(requests), timeout=10))


def test_a_public_client_learns_all_it_needs_for_a_call(channel: grpc.Channel) -> None:
    database = ProtoReflectionDescriptorDatabase(channel)
    assert set(database.get_services()) == SERVICES
    pool = DescriptorPool(database)
    for service in SERVICES:
        found = pool.FindServiceByName(service)
        assert found.methods, service
    method = pool.FindMethodByName("hearth.v1.Inference.Predict")
    request = message_factory.GetMessageClass(method.input_type)(model_name=FOREST, values=ROW)
    reply = channel.unary_unary("/hearth.v1.Inference/Predict")(request.SerializeToString(), timeout=10)
    answer = message_factory.GetMessageClass(method.output_type).FromString(reply)
    assert answer.row_count == 1 and {output.name for output in answer.outputs} >= {"score_samples"}
    tensor = pool.FindMessageTypeByName("inference.ModelInferRequest.InferInputTensor")
    assert tensor.fields_by_name["shape"].number == 3


@pytest.mark.parametrize("service", METHODS)
def test_several_questions_on_one_stream_are_answered_in_order(channel: grpc.Channel, service: str) -> None:
    asked = reflection_pb2.ServerReflectionRequest
    replies = ask(
        channel, service, asked(host="h", list_services=""), asked(file_containing_symbol="hearth.v1.Models.Watch"),
        asked(file_by_filename="hearth/v1/models.proto"), asked(file_containing_symbol="none.Such"),
        asked(file_by_filename="none.proto"), asked(file_containing_symbol="hearth.v1.PredictRequest"),
    )  # fmt: skip
    assert len(replies) == 6
    assert {found.name for found in replies[0].list_services_response.service} == SERVICES
    assert replies[0].original_request.host == "h"
    for index, name in ((1, "models"), (2, "models"), (5, "inference")):
        files = [
            descriptor_pb2.FileDescriptorProto.FromString(data)
            for data in replies[index].file_descriptor_response.file_descriptor_proto
        ]
        assert f"hearth/v1/{name}.proto" in {file.name for file in files}
    for index in (3, 4):
        assert replies[index].error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
        assert "none" in replies[index].error_response.error_message


@pytest.mark.parametrize("service", METHODS)
def test_questions_about_extensions_are_answered(channel: grpc.Channel, service: str) -> None:
    asked = reflection_pb2.ServerReflectionRequest
    number = asked(all_extension_numbers_of_type="hearth.v1.PredictRequest")
    extension = asked()
    extension.file_containing_extension.containing_type = "hearth.v1.PredictRequest"
    extension.file_containing_extension.extension_number = 7
    replies = ask(channel, service, number, extension)
    assert not replies[0].all_extension_numbers_response.extension_number
    assert replies[1].error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]

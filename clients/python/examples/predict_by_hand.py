#!/usr/bin/env python3
"""One Predict call to hearthd by hand: a Unix socket, a ttrpc frame, protobuf bytes, and the standard library only.

    predict_by_hand.py SOCKET MODEL 1.5,2,3[,...]

It shows what travels, field by field as Protos/ has it. See ttrpc's PROTOCOL.md for the frame.
"""

import socket
import struct
import sys


def varint(number):
    """A protobuf integer: seven bits a byte, the lowest first, the top bit set on all but the last."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def field(number, content):
    """A length-delimited field: text, bytes, a message or packed numbers."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def fields(message):
    """The (number, value) pairs of a message: integers as int, everything with a length as bytes."""
    position = 0

    def integer():
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(message):
        number, kind = divmod(integer(), 8)
        if kind == 0:
            yield number, integer()
        else:
            length = {1: 8, 5: 4}.get(kind) or integer()
            yield number, message[position : position + length]
            position += length


def receive(connection, length):
    """Exactly `length` bytes."""
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            sys.exit("hearthd closed the connection")
        data += part
    return data


def predict(path, model, values):
    """The payload of the reply: a PredictResponse."""
    # hearth.v1.PredictRequest: model_name = 1, values = 4 (packed doubles, little-endian).
    request = field(1, model.encode()) + field(4, struct.pack(f"<{len(values)}d", *values))
    # ttrpc.Request: service = 1, method = 2, payload = 3.
    envelope = field(1, b"hearth.v1.Inference") + field(2, b"Predict") + field(3, request)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        connection.connect(path)
        # The frame: length, stream (odd), type 1 = request, no flags.
        connection.sendall(struct.pack(">IIBB", len(envelope), 1, 1, 0) + envelope)
        length, _stream, _kind, _flags = struct.unpack(">IIBB", receive(connection, 10))
        # ttrpc.Response: status = 1 (code = 1, message = 2), payload = 2.
        response = dict(fields(receive(connection, length)))
    status = dict(fields(response.get(1, b"")))
    if status.get(1, 0) != 0:
        sys.exit(f"status {status[1]}: {status.get(2, b'').decode()}")
    return response.get(2, b"")


def main():
    """Calls, and prints one line per output."""
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    path, model, row = sys.argv[1:]
    # hearth.v1.PredictResponse: model_version = 2, outputs = 6 (name = 1, values = 3).
    for number, value in fields(predict(path, model, [float(text) for text in row.split(",")])):
        if number == 2:
            print(f"answered by {value.decode()}")
        elif number == 6:
            output = dict(fields(value))
            values = output.get(3, b"")
            print(f"{output[1].decode()}: {list(struct.unpack(f'<{len(values) // 8}d', values))}")


if __name__ == "__main__":
    main()

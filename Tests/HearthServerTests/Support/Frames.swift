import HearthCore
import HearthWire

/// Frames as clients send them, and as they should not.
enum Frames {
    /// A frame with any data.
    static func raw(stream: UInt32, type: UInt8 = FrameHeader.MessageType.request, flags: UInt8 = 0, _ data: [UInt8])
        -> [UInt8]
    {
        var bytes = [UInt8](repeating: 0, count: FrameHeader.byteCount)
        let header = FrameHeader(dataLength: UInt32(data.count), streamID: stream, type: type, flags: flags)
        unsafe bytes.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { unsafe header.write(to: start) }
        }
        return bytes + data
    }

    /// A request with any payload.
    static func request(
        stream: UInt32 = 1, service: String = "hearth.v1.Inference", method: String = "Predict",
        timeoutNanoseconds: Int64 = 0, payload: [UInt8]
    ) -> [UInt8] {
        var data = field(1, Array(service.utf8)) + field(2, Array(method.utf8)) + field(3, payload)
        if timeoutNanoseconds != 0 { data += [4 << 3] + varint(UInt64(bitPattern: timeoutNanoseconds)) }
        return raw(stream: stream, data)
    }

    static func request(
        stream: UInt32 = 1, _ route: Route, timeoutNanoseconds: Int64 = 0, payload: [UInt8]
    ) -> [UInt8] {
        request(
            stream: stream, service: "\(route.service)", method: "\(route.method)",
            timeoutNanoseconds: timeoutNanoseconds, payload: payload)
    }

    /// A Predict of `rows`.
    static func predict(
        stream: UInt32 = 1, model: String = ServedForest.model, version: String = "", columns: Int = 0,
        rows: [Double] = ServedForest.row, outputs: [String] = [], timeoutNanoseconds: Int64 = 0
    ) -> [UInt8] {
        request(
            stream: stream, .predict, timeoutNanoseconds: timeoutNanoseconds,
            payload: predictPayload(model: model, version: version, columns: columns, rows: rows, outputs: outputs))
    }

    static func predictPayload(
        model: String = ServedForest.model, version: String = "", columns: Int = 0, rows: [Double],
        outputs: [String] = []
    ) -> [UInt8] {
        var bytes = field(1, Array(model.utf8)) + field(2, Array(version.utf8))
        if columns > 0 { bytes += [3 << 3] + varint(UInt64(columns)) }
        bytes += field(4, unsafe rows.withUnsafeBytes { unsafe Array($0) })
        for output in outputs { bytes += [5 << 3 | 2] + varint(UInt64(output.utf8.count)) + Array(output.utf8) }
        return bytes
    }

    static func detectPayload(
        series: String, modelType: String = "", version: String = "", columns: Int = 0, values: [Double]
    ) -> [UInt8] {
        field(1, Array(series.utf8)) + field(2, Array(modelType.utf8)) + field(3, Array(version.utf8))
            + (columns > 0 ? [4 << 3] + varint(UInt64(columns)) : [])
            + field(5, unsafe values.withUnsafeBytes { unsafe Array($0) })
    }

    static func control(stream: UInt32 = 1, _ route: Route, _ message: some ControlMessage) -> [UInt8] {
        request(stream: stream, route, payload: message.pack(in: Arena()) { unsafe Array($0.buffer) })
    }

    private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        bytes.isEmpty ? [] : [number << 3 | 2] + varint(UInt64(bytes.count)) + bytes
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

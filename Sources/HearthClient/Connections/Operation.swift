import HearthCore
import HearthWire

/// One call as the two ways of making it share it: where it goes, what it says, how its answer is read.
struct Operation<Value: Sendable>: Sendable {
    let route: Route
    /// Whether it may be executed twice.
    let isIdempotent: Bool
    let payload: [UInt8]
    /// The value of an answer; nil when the bytes are no such message.
    let read: @Sendable (ByteView) -> Value?

    /// The value of an answer. Throws ``HearthError``.
    func value(of payload: ByteView) throws(HearthError) -> Value {
        guard let value = read(payload) else { throw .unreadable("answer to \(route.method)") }
        return value
    }
}

extension Operation {
    /// A call of the control plane.
    static func control<Request: ControlMessage, Response: ControlMessage>(
        _ route: Route, _ request: Request, as response: Response.Type, _ value: @escaping @Sendable (Response) -> Value
    ) -> Operation {
        let isIdempotent = route.access != .admin && route.kind == .unary
        let payload = request.pack(in: Arena(capacity: 4096)) { unsafe Array($0.buffer) }
        return Operation(route: route, isIdempotent: isIdempotent, payload: payload) { bytes in
            Response.unpack(bytes, in: Arena(capacity: 64 << 10)).map(value)
        }
    }
}

extension Operation<Prediction> {
    static func predict(
        model: String, version: String, rows: [Double], columns: Int, outputs: [String], textColumns: [TextColumn] = []
    ) -> Operation {
        let payload = Array(model.utf8).span.withView { model in
            Array(version.utf8).span.withView { version in
                unsafe rows.span.withPointer { rows in
                    let byteCount = unsafe PredictCodec.requestByteCount(
                        modelName: model, modelVersion: version, columnCount: columns, values: rows, outputs: outputs,
                        textColumns: textColumns)
                    return unsafe bytes(byteCount) {
                        unsafe PredictCodec.writeRequest(
                            modelName: model, modelVersion: version, columnCount: columns, values: rows,
                            outputs: outputs, textColumns: textColumns, to: $0)
                    }
                }
            }
        }
        return Operation(route: .predict, isIdempotent: true, payload: payload) { Prediction($0) }
    }
}

extension Operation<Prediction> {
    static func predict(model: String, version: String, rows: CellRows, outputs: [String]) -> Operation {
        predict(
            model: model, version: version, rows: rows.values, columns: rows.columnCount, outputs: outputs,
            textColumns: rows.textColumns)
    }
}

extension Operation<Detection> {
    static func detect(
        series: String, modelType: String, version: String, values: [Double], columns: Int
    ) -> Operation {
        let payload = Array(series.utf8).span.withView { series in
            Array(modelType.utf8).span.withView { modelType in
                Array(version.utf8).span.withView { version in
                    unsafe values.span.withPointer { values in
                        let byteCount = unsafe DetectCodec.requestByteCount(
                            series: series, modelType: modelType, modelVersion: version, columnCount: columns,
                            values: values)
                        return unsafe bytes(byteCount) {
                            unsafe DetectCodec.writeRequest(
                                series: series, modelType: modelType, modelVersion: version, columnCount: columns,
                                values: values, to: $0)
                        }
                    }
                }
            }
        }
        return Operation(route: .detect, isIdempotent: true, payload: payload) { Detection($0) }
    }
}

/// `count` bytes that `write` fills.
private func bytes(_ count: Int, _ write: (UnsafeMutableRawPointer) -> Void) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
        if let start = buffer.baseAddress { unsafe write(UnsafeMutableRawPointer(start)) }
        written = count
    }
}

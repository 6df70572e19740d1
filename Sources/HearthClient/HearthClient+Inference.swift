import HearthCore
import HearthWire

extension HearthClient {
    /// Scores rows with a model.
    ///
    /// - Parameters:
    ///   - model: the registered model's name; may be empty when `version` is given.
    ///   - rows: the rows, one after the other.
    ///   - columns: values per row; 0 for the model's own number.
    ///   - version: a model_id; empty for the production version.
    ///   - outputs: the outputs wanted, by name; empty for all.
    ///   - timeout: how long the call may take; nil for the client's own.
    public func predict(
        model: String, rows: [Double], columns: Int = 0, version: String = "", outputs: [String] = [],
        timeout: Duration? = nil
    ) throws(HearthError) -> Prediction {
        try run(
            .predict(model: model, version: version, rows: rows, columns: columns, outputs: outputs), timeout)
    }

    /// Scores rows with a model; shares a connection with other async calls.
    public func predict(
        model: String, rows: [Double], columns: Int = 0, version: String = "", outputs: [String] = [],
        timeout: Duration? = nil
    ) async throws(HearthError) -> Prediction {
        try await run(
            .predict(model: model, version: version, rows: rows, columns: columns, outputs: outputs), timeout)
    }

    /// Scores rows with a model that takes text in some columns.
    ///
    /// - Parameter cells: row after row; every row has the model's columns.
    public func predict(
        model: String, cells: [[Cell]], version: String = "", outputs: [String] = [], timeout: Duration? = nil
    ) throws(HearthError) -> Prediction {
        try run(.predict(model: model, version: version, rows: CellRows(cells), outputs: outputs), timeout)
    }

    /// Scores rows with a model that takes text in some columns; shares a connection with other async calls.
    public func predict(
        model: String, cells: [[Cell]], version: String = "", outputs: [String] = [], timeout: Duration? = nil
    ) async throws(HearthError) -> Prediction {
        try await run(.predict(model: model, version: version, rows: CellRows(cells), outputs: outputs), timeout)
    }

    /// Looks for anomalies in the values of one series, oldest first.
    ///
    /// - Parameters:
    ///   - series: the series, e.g. `stok_seviye`; the model is `{modelType}.{series}`.
    ///   - values: the points, one after the other, `columns` values each.
    ///   - modelType: e.g. `z_score`; empty for `isolation_forest`.
    ///   - version: a model_id; empty for the production version.
    public func detect(
        series: String, values: [Double], columns: Int = 1, modelType: String = "", version: String = "",
        timeout: Duration? = nil
    ) throws(HearthError) -> Detection {
        try run(
            .detect(series: series, modelType: modelType, version: version, values: values, columns: columns), timeout)
    }

    /// Looks for anomalies in the values of one series; shares a connection with other async calls.
    public func detect(
        series: String, values: [Double], columns: Int = 1, modelType: String = "", version: String = "",
        timeout: Duration? = nil
    ) async throws(HearthError) -> Detection {
        try await run(
            .detect(series: series, modelType: modelType, version: version, values: values, columns: columns), timeout)
    }

    /// Makes a call on the calling thread.
    func run<Value: Sendable>(_ operation: Operation<Value>, _ timeout: Duration?) throws(HearthError) -> Value {
        try call(isIdempotent: operation.isIdempotent, timeout: timeout) { connection, deadline throws(HearthError) in
            let payload = operation.payload
            let answer = unsafe try connection.exchange(
                operation.route, deadline: deadline, payloadByteCount: payload.count
            ) { target in
                payload.span.withView { unsafe target.copyMemory(from: $0.start, byteCount: $0.count) }
            }
            return try operation.value(of: answer)
        }
    }

    /// Makes a call on a shared connection, again where ``Retry`` allows it.
    func run<Value: Sendable>(
        _ operation: Operation<Value>, _ timeout: Duration?
    ) async throws(HearthError) -> Value {
        let deadline = Deadline(after: timeout ?? configuration.timeout)
        var retry = configuration.retry(isIdempotent: operation.isIdempotent)
        while true {
            switch await shared.call(operation.route, operation.payload, deadline: deadline) {
            case .success(let payload):
                return try payload.span.withView { view throws(HearthError) in try operation.value(of: view) }
            case .failure(let error):
                guard let delay = retry.delay(after: error, deadline: deadline) else { throw retry.final(error) }
                do {
                    try await Task.sleep(nanoseconds: delay)
                } catch {
                    throw .cancelled
                }
            }
        }
    }
}

package import HearthCore

extension RegistryStore {
    /// Keeps a failed training (C17): a row with status `failed`, the error text and how long it took, and no artifact.
    ///
    /// - Parameters:
    ///   - error: what went wrong; its end is kept when it is longer than ``RegistryLimits/errorByteCountMax``.
    ///   - duration: from the start of the training to the failure; `training_seconds` among the metrics.
    /// - Returns: the head version of the change.
    @discardableResult
    package func recordFailure(
        of modelID: ModelID, name: ModelName, key: ModelKey, error: String, parametersJSON: String = "{}",
        duration: Duration, at now: Timestamp = .now(), actor: String
    ) throws(RegistryError) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let version = ModelVersion(
            modelID: modelID, name: name, key: key, status: .failed, path: nil, parametersJSON: parametersJSON,
            metricsJSON: "{\"training_seconds\": \(Double(seconds) + Double(attoseconds) * 1e-18)}",
            trainingDate: now, createdAt: now, error: Self.fitting(error))
        return try register(version, actor: actor)
    }

    /// The end of `error`: a traceback says what happened in its last line.
    ///
    /// NUL, which no database column holds, goes.
    private static func fitting(_ error: String) -> String {
        let bytes = error.utf8.filter { $0 != 0 }.suffix(RegistryLimits.errorByteCountMax)
        // A cut in the middle of a character leaves continuation bytes in front.
        let text = String(decoding: bytes.drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
        return text.isEmpty ? "unknown" : text
    }
}

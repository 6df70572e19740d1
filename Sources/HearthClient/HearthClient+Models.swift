import HearthWire

/// The control plane. Every call exists twice: on the calling thread, and `async` on a shared connection.
extension HearthClient {
    /// Has the server read one model again, or all when `model` is empty. For admins; not repeated.
    public func reload(model: String = "", timeout: Duration? = nil) throws(HearthError) -> ReloadResult {
        try run(.reload(model: model), timeout)
    }

    /// Has the server read one model again, or all when `model` is empty. For admins; not repeated.
    public func reload(model: String = "", timeout: Duration? = nil) async throws(HearthError) -> ReloadResult {
        try await run(.reload(model: model), timeout)
    }

    /// The versions of one registered model, or of all when `model` is empty: newest first, `limit` at most (0 means
    /// 100, the most is 1000).
    public func list(model: String = "", limit: Int = 0, timeout: Duration? = nil) throws(HearthError) -> ModelList {
        try run(.list(model: model, limit: limit), timeout)
    }

    /// The versions of one registered model, or of all when `model` is empty: newest first, `limit` at most (0 means
    /// 100, the most is 1000).
    public func list(model: String = "", limit: Int = 0, timeout: Duration? = nil) async throws(HearthError)
        -> ModelList
    {
        try await run(.list(model: model, limit: limit), timeout)
    }

    /// One version of a model and what it takes and gives; the production version when `version` is empty.
    public func get(model: String, version: String = "", timeout: Duration? = nil) throws(HearthError) -> ModelDetails {
        try run(.get(model: model, version: version), timeout)
    }

    /// One version of a model and what it takes and gives; the production version when `version` is empty.
    public func get(model: String, version: String = "", timeout: Duration? = nil) async throws(HearthError)
        -> ModelDetails
    {
        try await run(.get(model: model, version: version), timeout)
    }

    /// Puts a version into production. `expectedGeneration` is the pointer's generation that the caller saw: the call
    /// fails when another change came between; 0 for whatever it is. `force` passes over the server's gates that fail
    /// and needs a reason. For admins; not repeated.
    public func promote(
        model: String, version: String, expectedGeneration: UInt64 = 0, reason: String = "", force: Bool = false,
        timeout: Duration? = nil
    ) throws(HearthError) -> PointerChange {
        try run(
            .promote(
                model: model, version: version, expectedGeneration: expectedGeneration, reason: reason, force: force),
            timeout)
    }

    /// Puts a version into production. `expectedGeneration` is the pointer's generation that the caller saw: the call
    /// fails when another change came between; 0 for whatever it is. `force` passes over the server's gates that fail
    /// and needs a reason. For admins; not repeated.
    public func promote(
        model: String, version: String, expectedGeneration: UInt64 = 0, reason: String = "", force: Bool = false,
        timeout: Duration? = nil
    ) async throws(HearthError) -> PointerChange {
        try await run(
            .promote(
                model: model, version: version, expectedGeneration: expectedGeneration, reason: reason, force: force),
            timeout)
    }

    /// Puts the version back that was in production before. For admins; not repeated.
    public func rollback(model: String, expectedGeneration: UInt64 = 0, reason: String = "", timeout: Duration? = nil)
        throws(HearthError) -> PointerChange
    {
        try run(.rollback(model: model, expectedGeneration: expectedGeneration, reason: reason), timeout)
    }

    /// Puts the version back that was in production before. For admins; not repeated.
    public func rollback(model: String, expectedGeneration: UInt64 = 0, reason: String = "", timeout: Duration? = nil)
        async throws(HearthError) -> PointerChange
    {
        try await run(.rollback(model: model, expectedGeneration: expectedGeneration, reason: reason), timeout)
    }

    /// How the server is doing.
    public func stats(timeout: Duration? = nil) throws(HearthError) -> ServerStats {
        try run(.stats(), timeout)
    }

    /// How the server is doing.
    public func stats(timeout: Duration? = nil) async throws(HearthError) -> ServerStats {
        try await run(.stats(), timeout)
    }
}

extension Operation<ReloadResult> {
    fileprivate static func reload(model: String) -> Operation {
        .control(.reload, ReloadRequest(modelName: model), as: ReloadResponse.self) { ReloadResult($0) }
    }
}

extension Operation<ModelList> {
    fileprivate static func list(model: String, limit: Int) -> Operation {
        .control(.list, ListRequest(modelName: model, limit: UInt32(clamping: limit)), as: ListResponse.self) {
            ModelList($0)
        }
    }
}

extension Operation<ModelDetails> {
    fileprivate static func get(model: String, version: String) -> Operation {
        .control(.get, GetRequest(modelName: model, modelVersion: version), as: GetResponse.self) { ModelDetails($0) }
    }
}

extension Operation<PointerChange> {
    fileprivate static func promote(
        model: String, version: String, expectedGeneration: UInt64, reason: String, force: Bool
    ) -> Operation {
        .control(
            .promote,
            PromoteRequest(
                modelName: model, modelVersion: version, expectedGeneration: expectedGeneration, reason: reason,
                force: force),
            as: PointerResponse.self
        ) { PointerChange($0) }
    }

    fileprivate static func rollback(model: String, expectedGeneration: UInt64, reason: String) -> Operation {
        .control(
            .rollback, RollbackRequest(modelName: model, expectedGeneration: expectedGeneration, reason: reason),
            as: PointerResponse.self
        ) { PointerChange($0) }
    }
}

extension Operation<ServerStats> {
    fileprivate static func stats() -> Operation {
        .control(.stats, StatsRequest(), as: StatsResponse.self) { ServerStats($0) }
    }
}

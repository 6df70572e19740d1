// The messages of `hearth.v1.Models` as plain values; `Protos/hearth/v1/models.proto` says what each field means.

/// Asks the server to read the registry and what failed again.
package struct ReloadRequest: Equatable, Sendable {
    package var modelName = ""

    package init(modelName: String = "") {
        self.modelName = modelName
    }
}

/// What is served after a reload.
package struct ReloadResponse: Equatable, Sendable {
    package var headVersion: Int64 = 0
    package var models: [ServedModelMessage] = []

    package init() {}
}

/// What the server holds for one version.
package struct ServedModelMessage: Equatable, Sendable {
    package var modelName = ""
    package var modelVersion = ""
    package var generation: UInt64 = 0
    package var state = ""
    package var isProduction = false
    package var isPinned = false
    package var mappedBytes: UInt64 = 0
    package var calls: UInt64 = 0
    package var error = ""
    package var loadMilliseconds = 0.0

    package init() {}
}

/// One row of the registry.
package struct ModelVersionMessage: Equatable, Sendable {
    package var modelName = ""
    package var modelVersion = ""
    package var status = ""
    package var modelType = ""
    package var metricType = ""
    package var symbol = ""
    package var timeframe = ""
    package var path = ""
    package var sizeBytes: UInt64 = 0
    package var createdAt = ""
    package var metricsJSON = ""
    package var parametersJSON = ""
    package var isProduction = false
    package var generation: UInt64 = 0
    package var error = ""

    package init() {}
}

/// Asks for versions, newest first.
package struct ListRequest: Equatable, Sendable {
    package var modelName = ""
    package var limit: UInt32 = 0

    package init(modelName: String = "", limit: UInt32 = 0) {
        self.modelName = modelName
        self.limit = limit
    }
}

/// Versions of the registry, and what the server holds.
package struct ListResponse: Equatable, Sendable {
    package var versions: [ModelVersionMessage] = []
    package var served: [ServedModelMessage] = []

    package init() {}
}

/// Asks for one version.
package struct GetRequest: Equatable, Sendable {
    package var modelName = ""
    package var modelVersion = ""

    package init(modelName: String, modelVersion: String = "") {
        self.modelName = modelName
        self.modelVersion = modelVersion
    }
}

/// One version with its schema.
package struct GetResponse: Equatable, Sendable {
    package var version: ModelVersionMessage?
    package var served: ServedModelMessage?
    package var columns: [String] = []
    package var columnCount: UInt32 = 0
    package var outputs: [String] = []
    package var threshold = 0.0

    package init() {}
}

/// Asks to make a version the production one.
package struct PromoteRequest: Equatable, Sendable {
    package var modelName: String
    package var modelVersion: String
    package var expectedGeneration: UInt64
    package var reason: String
    /// Pass over gates that fail.
    package var force: Bool

    package init(
        modelName: String, modelVersion: String, expectedGeneration: UInt64 = 0, reason: String = "",
        force: Bool = false
    ) {
        self.force = force
        self.modelName = modelName
        self.modelVersion = modelVersion
        self.expectedGeneration = expectedGeneration
        self.reason = reason
    }
}

/// Asks to go back to the version before.
package struct RollbackRequest: Equatable, Sendable {
    package var modelName: String
    package var expectedGeneration: UInt64
    package var reason: String

    package init(modelName: String, expectedGeneration: UInt64 = 0, reason: String = "") {
        self.modelName = modelName
        self.expectedGeneration = expectedGeneration
        self.reason = reason
    }
}

/// The production pointer after a change.
package struct PointerResponse: Equatable, Sendable {
    package var modelName = ""
    package var modelVersion = ""
    package var previousModelVersion = ""
    package var generation: UInt64 = 0
    package var headVersion: Int64 = 0
    package var changedAtMicroseconds: Int64 = 0

    package init() {}
}

/// Asks how the server is doing.
package struct StatsRequest: Equatable, Sendable {
    package init() {}
}

/// How the server is doing and what it holds.
package struct StatsResponse: Equatable, Sendable {
    /// A number that only grows.
    package struct Counter: Equatable, Sendable {
        package var name: String
        package var value: UInt64

        package init(name: String, value: UInt64) {
            self.name = name
            self.value = value
        }
    }

    package var version = ""
    package var uptimeSeconds = 0.0
    package var waitPolicy = ""
    package var workers: UInt32 = 0
    package var cacheBytes: UInt64 = 0
    package var cacheByteBudget: UInt64 = 0
    package var headVersion: Int64 = 0
    package var counters: [Counter] = []
    package var models: [ServedModelMessage] = []

    package init() {}
}

/// Asks to be told of changes.
package struct WatchRequest: Equatable, Sendable {
    package var modelName = ""

    package init(modelName: String = "") {
        self.modelName = modelName
    }
}

/// A change of what the server holds.
package struct WatchEvent: Equatable, Sendable {
    package var modelName = ""
    package var modelVersion = ""
    package var previousModelVersion = ""
    package var generation: UInt64 = 0
    package var kind = ""
    package var error = ""
    package var atMicroseconds: Int64 = 0

    package init() {}
}

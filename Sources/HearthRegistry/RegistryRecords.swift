package import HearthCore

/// The columns that identify a registered model: those of the two specifications (C12).
///
/// Never parsed out of a name.
package struct ModelKey: Hashable, Sendable {
    package var modelType: String
    package var metricType: String?
    package var symbol: String?
    package var timeframe: String?

    package init(modelType: String, metricType: String? = nil, symbol: String? = nil, timeframe: String? = nil) {
        self.modelType = modelType
        self.metricType = metricType
        self.symbol = symbol
        self.timeframe = timeframe
    }
}

/// A series of retrained models with one name.
package struct RegisteredModel: Hashable, Sendable {
    package var name: ModelName
    package var key: ModelKey
    package var createdAt: Timestamp

    package init(name: ModelName, key: ModelKey, createdAt: Timestamp) {
        self.name = name
        self.key = key
        self.createdAt = createdAt
    }
}

/// One model version as the registry knows it.
package struct ModelVersion: Hashable, Sendable {
    package var modelID: ModelID
    package var name: ModelName
    package var key: ModelKey
    package var status: VersionStatus
    /// The version's folder, relative to the model directory; nil for a failed training.
    package var path: String?
    package var sizeBytes: Int64
    /// SHA-256 of the version's `manifest.json`, lower-case hex; empty when there is no artifact.
    package var manifestDigest: String
    /// JSON objects, as text: `{"n_estimators": 100, …}`.
    package var parametersJSON: String
    package var metricsJSON: String
    package var accuracy: Double?
    package var precision: Double?
    package var recall: Double?
    package var trainingDate: Timestamp
    package var createdAt: Timestamp
    package var promotedAt: Timestamp?
    package var promotedBy: String?
    package var pinned: Bool
    /// Why the training failed; nil otherwise.
    package var error: String?

    package init(
        modelID: ModelID, name: ModelName, key: ModelKey, status: VersionStatus, path: String?, sizeBytes: Int64 = 0,
        manifestDigest: String = "", parametersJSON: String = "{}", metricsJSON: String = "{}", accuracy: Double? = nil,
        precision: Double? = nil, recall: Double? = nil, trainingDate: Timestamp, createdAt: Timestamp,
        promotedAt: Timestamp? = nil, promotedBy: String? = nil, pinned: Bool = false, error: String? = nil
    ) {
        self.modelID = modelID
        self.name = name
        self.key = key
        self.status = status
        self.path = path
        self.sizeBytes = sizeBytes
        self.manifestDigest = manifestDigest
        self.parametersJSON = parametersJSON
        self.metricsJSON = metricsJSON
        self.accuracy = accuracy
        self.precision = precision
        self.recall = recall
        self.trainingDate = trainingDate
        self.createdAt = createdAt
        self.promotedAt = promotedAt
        self.promotedBy = promotedBy
        self.pinned = pinned
        self.error = error
    }
}

/// Which version of a registered model is in production, and how often that has changed.
package struct ProductionPointer: Hashable, Sendable {
    package var name: ModelName
    package var modelID: ModelID
    /// What was in production before; the target of a rollback.
    package var previousModelID: ModelID?
    /// Grows by one with every promotion or rollback; starts at 1.
    package var generation: Int64
    package var changedAt: Timestamp

    package init(
        name: ModelName, modelID: ModelID, previousModelID: ModelID?, generation: Int64, changedAt: Timestamp
    ) {
        self.name = name
        self.modelID = modelID
        self.previousModelID = previousModelID
        self.generation = generation
        self.changedAt = changedAt
    }
}

/// The pointers at one head version: what a server reconciles itself with.
package struct ProductionSnapshot: Hashable, Sendable {
    package var headVersion: Int64
    package var pointers: [ProductionPointer]

    package init(headVersion: Int64, pointers: [ProductionPointer]) {
        self.headVersion = headVersion
        self.pointers = pointers
    }
}

/// One change of the registry: written in the transaction that made it, numbered by the head version it took.
package struct RegistryEvent: Hashable, Sendable {
    /// What was changed.
    package enum Kind: String, Sendable, CaseIterable {
        case registered
        case promoted
        case rolledBack = "rolled_back"
        case archived
        case pinned
        case unpinned
        case removed
    }

    package var headVersion: Int64
    package var kind: Kind
    package var name: ModelName
    package var modelID: ModelID?
    package var generation: Int64?
    package var actor: String
    package var reason: String
    package var at: Timestamp

    package init(
        headVersion: Int64, kind: Kind, name: ModelName, modelID: ModelID?, generation: Int64?, actor: String,
        reason: String, at: Timestamp
    ) {
        self.headVersion = headVersion
        self.kind = kind
        self.name = name
        self.modelID = modelID
        self.generation = generation
        self.actor = actor
        self.reason = reason
        self.at = at
    }
}

import HearthCore
import HearthWire

/// What was found in the values of a series.
public struct Detection: Sendable, Hashable {
    /// The registered model.
    public var modelName: String
    /// The model_id that answered; empty when ``source`` is `zscore` over the request's own values.
    public var modelVersion: String
    /// The generation of the production pointer that the model was loaded for; 0 when it was asked for by id.
    public var generation: UInt64
    /// Where the model came from.
    public var source: Source
    /// The score at or beyond which a point is an anomaly.
    public var threshold: Double
    /// One per point that was scored, higher = worse.
    public var scores: [Double]
    /// One per point that was scored.
    public var anomalies: [Bool]
    /// The index of the first point that was scored: a model over windows of w points cannot score the first w - 1.
    public var firstPoint: Int

    init?(_ payload: ByteView) {
        guard let reply = DetectReplyView(payload) else { return nil }
        modelName = reply.modelName.text
        modelVersion = reply.modelVersion.text
        generation = reply.generation
        source = Source(reply.source)
        threshold = reply.threshold
        scores = (0..<reply.count).map { reply.score(at: $0) }
        anomalies = (0..<reply.count).map { reply.isAnomaly(at: $0) }
        firstPoint = reply.firstPoint
    }
}

/// A way in, by the name that rules and log lines use.
package enum LaneKind: String, Sendable, CaseIterable {
    /// Protobuf messages in ttrpc frames.
    case fast
    /// gRPC: HTTP/2.
    case grpc
}

package import HearthCore

/// What gRPC's health protocol says of a service or a model, with the numbers of `Protos/grpc/health/v1`.
package enum HealthStatus: UInt8, Sendable, CaseIterable {
    case unknown = 0
    /// Calls would be answered.
    case serving = 1
    /// It is known, and calls would be refused.
    case notServing = 2
    /// Nothing has that name; `Watch` alone says so, `Check` ends with NOT_FOUND.
    case serviceUnknown = 3
}

/// The messages of `grpc.health.v1.Health`: one field each.
package enum HealthCodec {
    /// The service that a HealthCheckRequest asks after, empty for the server as a whole; nil for bytes that are no
    /// such message.
    package static func service(_ payload: ByteView) -> String? {
        var reader = FieldReader(payload)
        var service = ""
        while let (number, value) = reader.next() {
            guard number == 1 else { continue }
            guard case .bytes(let bytes) = value, let text = bytes.validText else { return nil }
            service = text
        }
        return reader.failed ? nil : service
    }

    /// A HealthCheckResponse.
    package static func reply(_ status: HealthStatus) -> [UInt8] {
        // proto3 leaves a zero out.
        status == .unknown ? [] : [1 << 3, status.rawValue]
    }
}

extension ByteView {
    /// The bytes as text; nil when they are not UTF-8, which proto3 does not allow in a text.
    var validText: String? { unsafe String(validating: buffer, as: UTF8.self) }
}

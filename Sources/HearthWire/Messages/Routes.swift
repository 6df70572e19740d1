package import HearthCore

/// The calls of `Protos/hearth/v1`, found by the bytes of their service and method.
package enum Route: Int, CaseIterable, Sendable {
    case predict
    case detect
    case reload
    case list
    case get
    case promote
    case rollback
    case stats
    case watch

    package static let inference: StaticString = "hearth.v1.Inference"
    package static let models: StaticString = "hearth.v1.Models"

    package var service: StaticString {
        switch self {
        case .predict, .detect: Self.inference
        case .reload, .list, .get, .promote, .rollback, .stats, .watch: Self.models
        }
    }

    package var method: StaticString {
        switch self {
        case .predict: "Predict"
        case .detect: "Detect"
        case .reload: "Reload"
        case .list: "List"
        case .get: "Get"
        case .promote: "Promote"
        case .rollback: "Rollback"
        case .stats: "Stats"
        case .watch: "Watch"
        }
    }

    /// Whether the call changes something, so that only admins may make it.
    package var isAdministrative: Bool {
        switch self {
        case .reload, .promote, .rollback: true
        case .predict, .detect, .list, .get, .stats, .watch: false
        }
    }

    /// Finds a call; nil for one that this server does not have.
    @inline(__always)
    package init?(service: ByteView, method: ByteView) {
        if service.equals(Self.inference) {
            if method.equals("Predict") {
                self = .predict
            } else if method.equals("Detect") {
                self = .detect
            } else {
                return nil
            }
            return
        }
        guard service.equals(Self.models) else { return nil }
        for route in Self.allCases.dropFirst(2) where method.equals(route.method) {
            self = route
            return
        }
        return nil
    }
}

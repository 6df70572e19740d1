package import HearthCore

/// The calls that a server answers, found by the bytes of their service and method. `Protos/` has their messages.
package enum Route: Int, CaseIterable, Sendable {
    // hearth.v1.Inference
    case predict
    case detect
    // hearth.v1.Models
    case reload
    case list
    case get
    case promote
    case rollback
    case stats
    case watch
    // inference.GRPCInferenceService, the Open Inference Protocol
    case modelInfer
    case modelStreamInfer
    case serverLive
    case serverReady
    case modelReady
    case serverMetadata
    case modelMetadata
    case modelConfig
    case modelStatistics
    case repositoryIndex
    case repositoryModelLoad
    case repositoryModelUnload
    case sharedMemoryStatus
    case sharedMemoryRegister
    case sharedMemoryUnregister
    // grpc.health.v1.Health
    case healthCheck
    case healthWatch
    // grpc.reflection.v1.ServerReflection, and the name that it had before
    case reflection
    case reflectionAlpha

    /// How many messages go each way.
    package enum Kind: Sendable {
        /// One request, one reply.
        case unary
        /// One request, any number of replies.
        case serverStreaming
        /// Any number of requests, one reply to each.
        case bidirectional
    }

    /// Who may make a call when no rule says otherwise.
    package enum Access: String, Sendable, CaseIterable {
        /// Answers from models, and what belongs to such calls: open to whoever may connect.
        case data
        /// Tells what is there and changes nothing: open to whoever may connect.
        case read
        /// Changes what is served: open to admins.
        case admin
    }

    package static let inference: StaticString = "hearth.v1.Inference"
    package static let models: StaticString = "hearth.v1.Models"
    package static let openInference: StaticString = "inference.GRPCInferenceService"
    package static let health: StaticString = "grpc.health.v1.Health"
    package static let serverReflection: StaticString = "grpc.reflection.v1.ServerReflection"
    package static let serverReflectionAlpha: StaticString = "grpc.reflection.v1alpha.ServerReflection"

    package var service: StaticString {
        switch self {
        case .predict, .detect: Self.inference
        case .reload, .list, .get, .promote, .rollback, .stats, .watch: Self.models
        case .modelInfer, .modelStreamInfer, .serverLive, .serverReady, .modelReady, .serverMetadata, .modelMetadata,
            .modelConfig, .modelStatistics, .repositoryIndex, .repositoryModelLoad, .repositoryModelUnload,
            .sharedMemoryStatus, .sharedMemoryRegister, .sharedMemoryUnregister:
            Self.openInference
        case .healthCheck, .healthWatch: Self.health
        case .reflection: Self.serverReflection
        case .reflectionAlpha: Self.serverReflectionAlpha
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
        case .watch, .healthWatch: "Watch"
        case .modelInfer: "ModelInfer"
        case .modelStreamInfer: "ModelStreamInfer"
        case .serverLive: "ServerLive"
        case .serverReady: "ServerReady"
        case .modelReady: "ModelReady"
        case .serverMetadata: "ServerMetadata"
        case .modelMetadata: "ModelMetadata"
        case .modelConfig: "ModelConfig"
        case .modelStatistics: "ModelStatistics"
        case .repositoryIndex: "RepositoryIndex"
        case .repositoryModelLoad: "RepositoryModelLoad"
        case .repositoryModelUnload: "RepositoryModelUnload"
        case .sharedMemoryStatus: "SystemSharedMemoryStatus"
        case .sharedMemoryRegister: "SystemSharedMemoryRegister"
        case .sharedMemoryUnregister: "SystemSharedMemoryUnregister"
        case .healthCheck: "Check"
        case .reflection, .reflectionAlpha: "ServerReflectionInfo"
        }
    }

    package var kind: Kind {
        switch self {
        case .watch, .healthWatch: .serverStreaming
        case .modelStreamInfer, .reflection, .reflectionAlpha: .bidirectional
        default: .unary
        }
    }

    package var access: Access {
        switch self {
        case .predict, .detect, .modelInfer, .modelStreamInfer: .data
        // They concern the caller's own regions alone, and are of no use but for its calls to models.
        case .sharedMemoryRegister, .sharedMemoryUnregister: .data
        case .reload, .promote, .rollback, .repositoryModelLoad, .repositoryModelUnload: .admin
        default: .read
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
        self.init(rareService: service, method: method)
    }

    private init?(rareService service: ByteView, method: ByteView) {
        let found = Self.allCases.first { method.equals($0.method) && service.equals($0.service) }
        guard let found else { return nil }
        self = found
    }

    /// Finds a call by the path of a gRPC request, `/{service}/{method}`; nil for one that this server does not have.
    @inline(__always)
    package init?(path: ByteView) {
        guard path.byte(at: 0) == 0x2F else { return nil }
        var slash = path.count - 1
        while slash > 0, path.byte(at: slash) != 0x2F { slash -= 1 }
        guard slash > 0, let service = path.slice(from: 1, count: slash - 1) else { return nil }
        self.init(service: service, method: path.dropping(slash + 1))
    }

    /// `{service}/{method}`.
    package var path: String { "\(service)/\(method)" }
}

/// Some of the calls.
package struct RouteSet: OptionSet, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The set of one call.
    package init(_ route: Route) {
        rawValue = 1 << UInt64(route.rawValue)
    }

    /// Whether a call is in the set.
    @inline(__always)
    package func contains(_ route: Route) -> Bool { rawValue & 1 << UInt64(route.rawValue) != 0 }
}

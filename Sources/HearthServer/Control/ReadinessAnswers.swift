import HearthCore
import HearthServing
import HearthWire
import Synchronization

/// Answers whether the server, a service or a model answers: `grpc.health.v1` and the Open Inference Protocol's live
/// and ready calls, from memory alone, on the thread that read the call.
///
/// The server is ready once it has read the registry, or else its last known good set, and until it stops. A model is
/// ready when a call to it would be answered, be it after a load: what is loaded on demand is ready before anybody has
/// asked for it. It is known from its first promotion on.
final class ReadinessAnswers: Sendable {
    private let manager: ModelManager
    private let stopping = Atomic<Bool>(false)

    init(manager: ModelManager) {
        self.manager = manager
    }

    /// Nothing is ready any more: the server answers what has arrived and ends.
    func beginStopping() {
        stopping.store(true, ordering: .releasing)
    }

    /// Whether the server takes calls and knows what it is to serve.
    var isServerReady: Bool { !stopping.load(ordering: .acquiring) && manager.canServe }

    /// The packed reply to a call; nil for what only the control plane can answer, which may ask the registry.
    func answer(_ route: Route, _ payload: ByteView, in arena: Arena) -> Result<[UInt8], CallFailure>? {
        do throws(CallFailure) {
            switch route {
            case .healthCheck: return .success(try check(payload))
            case .serverLive:
                let _: OpenInference.Empty = try read(route, payload, arena)
                return .success(flag(true, arena))
            case .serverReady:
                let _: OpenInference.Empty = try read(route, payload, arena)
                return .success(flag(isServerReady, arena))
            case .modelReady:
                let request: OpenInference.ModelRequest = try read(route, payload, arena)
                return try isReady(request).map { .success(flag($0, arena)) }
            default: return nil
            }
        } catch {
            return .failure(error)
        }
    }

    // MARK: - Health

    /// What `Check` and `Watch` say of a service or of a registered model; empty is the server as a whole.
    ///
    /// It changes when the manager publishes a ``ModelEvent`` and when the server begins to stop.
    func servingStatus(of service: String) -> HealthStatus {
        if service.isEmpty || Self.services.contains(service) { return isServerReady ? .serving : .notServing }
        // A text that is no name names nothing.
        guard let name = try? ModelName(service) else { return .serviceUnknown }
        let readiness = manager.readiness(of: name)
        guard readiness != .unknown else { return .serviceUnknown }
        return readiness.isReady && isServerReady ? .serving : .notServing
    }

    private static let services = Set(Route.allCases.map { "\($0.service)" })

    private func check(_ payload: ByteView) throws(CallFailure) -> [UInt8] {
        guard let service = HealthCodec.service(payload) else {
            throw CallFailure(.invalidArgument, "the payload is no grpc.health.v1.HealthCheckRequest")
        }
        let status = servingStatus(of: service)
        guard status != .serviceUnknown else {
            let message =
                "no service and no model in production is named '\(service.prefix(80))'; leave it empty to ask after "
                + "the server, or see 'hearth models list'"
            throw CallFailure(.notFound, message)
        }
        return HealthCodec.reply(status)
    }

    // MARK: - The Open Inference Protocol

    /// nil when only the registry knows.
    private func isReady(_ request: OpenInference.ModelRequest) throws(CallFailure) -> Bool? {
        guard !request.name.isEmpty else { throw .noModelNamed }
        // As elsewhere in the protocol: what does not exist is not ready, which is no error.
        guard let name = try? ModelName(request.name), isServerReady else { return false }
        guard !request.version.isEmpty else { return manager.readiness(of: name).isReady }
        guard let modelID = try? ModelID(request.version) else { return false }
        let readiness = manager.readiness(of: modelID, of: name)
        return readiness == .unknown ? nil : readiness.isReady
    }

    private func read<Message: ControlMessage>(
        _ route: Route, _ payload: ByteView, _ arena: Arena
    ) throws(CallFailure) -> Message {
        guard let message = Message.unpack(payload, in: arena) else { throw .noRequest(of: route) }
        return message
    }

    private func flag(_ flag: Bool, _ arena: Arena) -> [UInt8] {
        OpenInference.FlagResponse(flag).pack(in: arena) { unsafe Array($0.buffer) }
    }
}

extension CallFailure {
    /// The payload is not the message that the call takes: `{package}.{method}Request` in all services but health.
    static func noRequest(of route: Route) -> CallFailure {
        let package = "\(route.service)".split(separator: ".").dropLast().joined(separator: ".")
        return CallFailure(.invalidArgument, "the payload is no \(package).\(route.method)Request")
    }

    /// A call about a model that names none.
    static var noModelNamed: CallFailure {
        CallFailure(.invalidArgument, "no model named: set name; 'hearth models list' tells them")
    }
}

import HearthCore
import HearthServing
import HearthWire

/// What a stream watches.
enum Watched {
    /// Changes of one registered model, or of all when the name is empty.
    case models(name: String)
    /// Whether a service or a registered model answers; `told` is what its watcher knows.
    case health(service: String, told: HealthStatus)
}

/// Calls whose replies come when something happens.
extension CallHandler {
    private static var watchCountMax: Int { 16 }

    /// Begins a stream of changes: what is served now comes first, so that a watcher misses nothing between asking and
    /// watching.
    func watch(_ call: Call, _ payload: ByteView, _ output: inout OutputBuffer) {
        defer { context.arena.reset() }
        guard let request = WatchRequest.unpack(payload, in: context.arena) else {
            refuse(call.stream, CallFailure(.invalidArgument, "the payload is no hearth.v1.WatchRequest"), &output)
            return
        }
        guard mayWatch(call, &output) else { return }
        watching[call.stream] = .models(name: request.modelName)
        for (servable, generation, _) in context.manager.cache.contents {
            guard let generation else { continue }
            tell(
                ModelEvent(kind: .available, name: servable.name, modelID: servable.modelID, generation: generation),
                only: call.stream, &output)
        }
    }

    /// Begins a stream of one service's health: how it is now, then every change.
    func watchHealth(_ call: Call, _ payload: ByteView, _ output: inout OutputBuffer) {
        guard let service = HealthCodec.service(payload) else {
            refuse(call.stream, .noRequest(of: call.route), &output)
            return
        }
        guard mayWatch(call, &output) else { return }
        tellHealth(call.stream, service, told: nil, &output)
    }

    private func mayWatch(_ call: Call, _ output: inout OutputBuffer) -> Bool {
        guard watching.count >= Self.watchCountMax else { return true }
        let message = "\(Self.watchCountMax) watches are the most for one connection"
        refuse(call.stream, CallFailure(.resourceExhausted, message), &output)
        return false
    }

    /// Tells those who watch of a change.
    func tell(_ event: ModelEvent, _ output: inout OutputBuffer) {
        tell(event, only: nil, &output)
        tellHealth(&output)
    }

    /// Looks at everything whose health is watched: what happens to one model may change that of the whole.
    private func tellHealth(_ output: inout OutputBuffer) {
        for (stream, watched) in watching {
            guard case .health(let service, let told) = watched else { continue }
            tellHealth(stream, service, told: told, &output)
        }
    }

    private func tellHealth(_ stream: UInt32, _ service: String, told: HealthStatus?, _ output: inout OutputBuffer) {
        let status = context.control.readiness.servingStatus(of: service)
        guard status != told else { return }
        watching[stream] = .health(service: service, told: status)
        unsafe HealthCodec.reply(status).withUnsafeBytes { framing.push(stream, unsafe ByteView($0), &output) }
    }

    private func tell(_ event: ModelEvent, only: UInt32?, _ output: inout OutputBuffer) {
        var message = WatchEvent()
        message.modelName = event.name.text
        message.modelVersion = event.modelID.text
        message.previousModelVersion = event.previousModelID?.text ?? ""
        message.generation = event.generation
        message.kind = event.kind.rawValue
        message.error = event.error
        message.atMicroseconds = event.at.microseconds
        let arena = Arena(capacity: 4096)
        for (stream, watched) in watching where only ?? stream == stream {
            switch watched {
            case .models(let name):
                guard name.isEmpty || name == event.name.text else { continue }
                message.pack(in: arena) { framing.push(stream, $0, &output) }
            case .health: continue
            }
        }
    }

    /// Ends the streams that would go on for ever: the server is stopping.
    func endWatching(_ output: inout OutputBuffer) {
        tellHealth(&output)
        for stream in watching.keys {
            refuse(stream, CallFailure(.unavailable, "the server is stopping"), &output)
        }
        watching = [:]
    }
}

import CHearthMessages
import HearthCore

extension ReloadRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__ReloadRequest>? {
        guard let message = unsafe arena.message(hearth__v1__reload_request__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        return unsafe message
    }

    init(_ message: Hearth__V1__ReloadRequest) {
        self = ReloadRequest()
        modelName = unsafe ByteView(message.model_name).text
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__reload_request__unpack }
}

extension ListRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__ListRequest>? {
        guard let message = unsafe arena.message(hearth__v1__list_request__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        unsafe message.pointee.limit = limit
        return unsafe message
    }

    init(_ message: Hearth__V1__ListRequest) {
        self = ListRequest()
        modelName = unsafe ByteView(message.model_name).text
        limit = unsafe message.limit
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__list_request__unpack }
}

extension GetRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__GetRequest>? {
        guard let message = unsafe arena.message(hearth__v1__get_request__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        unsafe message.pointee.model_version = arena.text(modelVersion)
        return unsafe message
    }

    init(_ message: Hearth__V1__GetRequest) {
        self = GetRequest(modelName: "")
        modelName = unsafe ByteView(message.model_name).text
        modelVersion = unsafe ByteView(message.model_version).text
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__get_request__unpack }
}

extension PromoteRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__PromoteRequest>? {
        guard let message = unsafe arena.message(hearth__v1__promote_request__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        unsafe message.pointee.model_version = arena.text(modelVersion)
        unsafe message.pointee.expected_generation = expectedGeneration
        unsafe message.pointee.reason = arena.text(reason)
        unsafe message.pointee.force = force ? 1 : 0
        return unsafe message
    }

    init(_ message: Hearth__V1__PromoteRequest) {
        self = PromoteRequest(modelName: "", modelVersion: "")
        modelName = unsafe ByteView(message.model_name).text
        modelVersion = unsafe ByteView(message.model_version).text
        expectedGeneration = unsafe message.expected_generation
        reason = unsafe ByteView(message.reason).text
        force = unsafe message.force != 0
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__promote_request__unpack }
}

extension RollbackRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__RollbackRequest>? {
        guard let message = unsafe arena.message(hearth__v1__rollback_request__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        unsafe message.pointee.expected_generation = expectedGeneration
        unsafe message.pointee.reason = arena.text(reason)
        return unsafe message
    }

    init(_ message: Hearth__V1__RollbackRequest) {
        self = RollbackRequest(modelName: "")
        modelName = unsafe ByteView(message.model_name).text
        expectedGeneration = unsafe message.expected_generation
        reason = unsafe ByteView(message.reason).text
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__rollback_request__unpack }
}

extension StatsRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__StatsRequest>? {
        guard let message = unsafe arena.message(hearth__v1__stats_request__init) else { return nil }
        return unsafe message
    }

    init(_ message: Hearth__V1__StatsRequest) {
        self = StatsRequest()
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__stats_request__unpack }
}

extension WatchRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__WatchRequest>? {
        guard let message = unsafe arena.message(hearth__v1__watch_request__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        return unsafe message
    }

    init(_ message: Hearth__V1__WatchRequest) {
        self = WatchRequest()
        modelName = unsafe ByteView(message.model_name).text
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__watch_request__unpack }
}

import CHearthMessages
import HearthCore

extension ReloadResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__ReloadResponse>? {
        guard let message = unsafe arena.message(hearth__v1__reload_response__init) else { return nil }
        unsafe message.pointee.head_version = headVersion
        let models = unsafe arena.pointers(self.models.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.models = models.start
        unsafe message.pointee.n_models = models.count
        return unsafe message
    }

    init(_ message: Hearth__V1__ReloadResponse) {
        self = ReloadResponse()
        headVersion = unsafe message.head_version
        models = unsafe (0..<message.n_models).compactMap {
            unsafe message.models?[$0].map { unsafe ServedModelMessage($0.pointee) }
        }
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__reload_response__unpack }
}

extension ServedModelMessage: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__ServedModel>? {
        guard let message = unsafe arena.message(hearth__v1__served_model__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        unsafe message.pointee.model_version = arena.text(modelVersion)
        unsafe message.pointee.generation = generation
        unsafe message.pointee.state = arena.text(state)
        unsafe message.pointee.production = isProduction ? 1 : 0
        unsafe message.pointee.pinned = isPinned ? 1 : 0
        unsafe message.pointee.mapped_bytes = mappedBytes
        unsafe message.pointee.calls = calls
        unsafe message.pointee.error = arena.text(error)
        unsafe message.pointee.load_milliseconds = loadMilliseconds
        return unsafe message
    }

    init(_ message: Hearth__V1__ServedModel) {
        self = ServedModelMessage()
        modelName = unsafe ByteView(message.model_name).text
        modelVersion = unsafe ByteView(message.model_version).text
        generation = unsafe message.generation
        state = unsafe ByteView(message.state).text
        isProduction = unsafe message.production != 0
        isPinned = unsafe message.pinned != 0
        mappedBytes = unsafe message.mapped_bytes
        calls = unsafe message.calls
        error = unsafe ByteView(message.error).text
        loadMilliseconds = unsafe message.load_milliseconds
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__served_model__unpack }
}

extension ModelVersionMessage: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__ModelVersion>? {
        guard let message = unsafe arena.message(hearth__v1__model_version__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        unsafe message.pointee.model_version = arena.text(modelVersion)
        unsafe message.pointee.status = arena.text(status)
        unsafe message.pointee.model_type = arena.text(modelType)
        unsafe message.pointee.metric_type = arena.text(metricType)
        unsafe message.pointee.symbol = arena.text(symbol)
        unsafe message.pointee.timeframe = arena.text(timeframe)
        unsafe message.pointee.path = arena.text(path)
        unsafe message.pointee.size_bytes = sizeBytes
        unsafe message.pointee.created_at = arena.text(createdAt)
        unsafe message.pointee.metrics_json = arena.text(metricsJSON)
        unsafe message.pointee.parameters_json = arena.text(parametersJSON)
        unsafe message.pointee.production = isProduction ? 1 : 0
        unsafe message.pointee.generation = generation
        unsafe message.pointee.error = arena.text(error)
        return unsafe message
    }

    init(_ message: Hearth__V1__ModelVersion) {
        self = ModelVersionMessage()
        modelName = unsafe ByteView(message.model_name).text
        modelVersion = unsafe ByteView(message.model_version).text
        status = unsafe ByteView(message.status).text
        modelType = unsafe ByteView(message.model_type).text
        metricType = unsafe ByteView(message.metric_type).text
        symbol = unsafe ByteView(message.symbol).text
        timeframe = unsafe ByteView(message.timeframe).text
        path = unsafe ByteView(message.path).text
        sizeBytes = unsafe message.size_bytes
        createdAt = unsafe ByteView(message.created_at).text
        metricsJSON = unsafe ByteView(message.metrics_json).text
        parametersJSON = unsafe ByteView(message.parameters_json).text
        isProduction = unsafe message.production != 0
        generation = unsafe message.generation
        error = unsafe ByteView(message.error).text
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__model_version__unpack }
}

extension ListResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__ListResponse>? {
        guard let message = unsafe arena.message(hearth__v1__list_response__init) else { return nil }
        let versions = unsafe arena.pointers(self.versions.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.versions = versions.start
        unsafe message.pointee.n_versions = versions.count
        let served = unsafe arena.pointers(self.served.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.served = served.start
        unsafe message.pointee.n_served = served.count
        return unsafe message
    }

    init(_ message: Hearth__V1__ListResponse) {
        self = ListResponse()
        versions = unsafe (0..<message.n_versions).compactMap {
            unsafe message.versions?[$0].map { unsafe ModelVersionMessage($0.pointee) }
        }
        served = unsafe (0..<message.n_served).compactMap {
            unsafe message.served?[$0].map { unsafe ServedModelMessage($0.pointee) }
        }
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__list_response__unpack }
}

extension GetResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__GetResponse>? {
        guard let message = unsafe arena.message(hearth__v1__get_response__init) else { return nil }
        unsafe message.pointee.version = version?.message(in: arena)
        unsafe message.pointee.served = served?.message(in: arena)
        let columns = unsafe arena.texts(self.columns)
        unsafe message.pointee.columns = columns.start
        unsafe message.pointee.n_columns = columns.count
        unsafe message.pointee.column_count = columnCount
        let outputs = unsafe arena.texts(self.outputs)
        unsafe message.pointee.outputs = outputs.start
        unsafe message.pointee.n_outputs = outputs.count
        unsafe message.pointee.threshold = threshold
        return unsafe message
    }

    init(_ message: Hearth__V1__GetResponse) {
        self = GetResponse()
        version = unsafe message.version.map { unsafe ModelVersionMessage($0.pointee) }
        served = unsafe message.served.map { unsafe ServedModelMessage($0.pointee) }
        columns = unsafe texts(message.columns, message.n_columns)
        columnCount = unsafe message.column_count
        outputs = unsafe texts(message.outputs, message.n_outputs)
        threshold = unsafe message.threshold
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__get_response__unpack }
}

extension PointerResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__PointerResponse>? {
        guard let message = unsafe arena.message(hearth__v1__pointer_response__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        unsafe message.pointee.model_version = arena.text(modelVersion)
        unsafe message.pointee.previous_model_version = arena.text(previousModelVersion)
        unsafe message.pointee.generation = generation
        unsafe message.pointee.head_version = headVersion
        unsafe message.pointee.changed_at_microseconds = changedAtMicroseconds
        return unsafe message
    }

    init(_ message: Hearth__V1__PointerResponse) {
        self = PointerResponse()
        modelName = unsafe ByteView(message.model_name).text
        modelVersion = unsafe ByteView(message.model_version).text
        previousModelVersion = unsafe ByteView(message.previous_model_version).text
        generation = unsafe message.generation
        headVersion = unsafe message.head_version
        changedAtMicroseconds = unsafe message.changed_at_microseconds
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__pointer_response__unpack }
}

extension StatsResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__StatsResponse>? {
        guard let message = unsafe arena.message(hearth__v1__stats_response__init) else { return nil }
        unsafe message.pointee.version = arena.text(version)
        unsafe message.pointee.uptime_seconds = uptimeSeconds
        unsafe message.pointee.wait_policy = arena.text(waitPolicy)
        unsafe message.pointee.workers = workers
        unsafe message.pointee.cache_bytes = cacheBytes
        unsafe message.pointee.cache_byte_budget = cacheByteBudget
        unsafe message.pointee.head_version = headVersion
        let counters = unsafe arena.pointers(self.counters.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.counters = counters.start
        unsafe message.pointee.n_counters = counters.count
        let models = unsafe arena.pointers(self.models.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.models = models.start
        unsafe message.pointee.n_models = models.count
        return unsafe message
    }

    init(_ message: Hearth__V1__StatsResponse) {
        self = StatsResponse()
        version = unsafe ByteView(message.version).text
        uptimeSeconds = unsafe message.uptime_seconds
        waitPolicy = unsafe ByteView(message.wait_policy).text
        workers = unsafe message.workers
        cacheBytes = unsafe message.cache_bytes
        cacheByteBudget = unsafe message.cache_byte_budget
        headVersion = unsafe message.head_version
        counters = unsafe (0..<message.n_counters).compactMap {
            unsafe message.counters?[$0].map { unsafe StatsResponse.Counter($0.pointee) }
        }
        models = unsafe (0..<message.n_models).compactMap {
            unsafe message.models?[$0].map { unsafe ServedModelMessage($0.pointee) }
        }
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__stats_response__unpack }
}

extension StatsResponse.Counter: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__Counter>? {
        guard let message = unsafe arena.message(hearth__v1__counter__init) else { return nil }
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.value = value
        return unsafe message
    }

    init(_ message: Hearth__V1__Counter) {
        self = StatsResponse.Counter(name: "", value: 0)
        name = unsafe ByteView(message.name).text
        value = unsafe message.value
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__counter__unpack }
}

extension WatchEvent: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Hearth__V1__WatchEvent>? {
        guard let message = unsafe arena.message(hearth__v1__watch_event__init) else { return nil }
        unsafe message.pointee.model_name = arena.text(modelName)
        unsafe message.pointee.model_version = arena.text(modelVersion)
        unsafe message.pointee.previous_model_version = arena.text(previousModelVersion)
        unsafe message.pointee.generation = generation
        unsafe message.pointee.kind = arena.text(kind)
        unsafe message.pointee.error = arena.text(error)
        unsafe message.pointee.at_microseconds = atMicroseconds
        return unsafe message
    }

    init(_ message: Hearth__V1__WatchEvent) {
        self = WatchEvent()
        modelName = unsafe ByteView(message.model_name).text
        modelVersion = unsafe ByteView(message.model_version).text
        previousModelVersion = unsafe ByteView(message.previous_model_version).text
        generation = unsafe message.generation
        kind = unsafe ByteView(message.kind).text
        error = unsafe ByteView(message.error).text
        atMicroseconds = unsafe message.at_microseconds
    }

    static var generatedUnpack: Unpacking { unsafe hearth__v1__watch_event__unpack }
}

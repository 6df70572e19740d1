import CHearthMessages
import HearthCore

extension OpenInference.Empty: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ServerLiveRequest>? {
        unsafe arena.message(inference__server_live_request__init)
    }

    static var generatedUnpack: Unpacking { unsafe inference__server_live_request__unpack }

    init(_ message: Inference__ServerLiveRequest) {
        self.init()
    }
}

extension OpenInference.FlagResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ServerLiveResponse>? {
        guard let message = unsafe arena.message(inference__server_live_response__init) else { return nil }
        unsafe message.pointee.live = flag ? 1 : 0
        return unsafe message
    }

    static var generatedUnpack: Unpacking { unsafe inference__server_live_response__unpack }

    init(_ message: Inference__ServerLiveResponse) {
        self.init(unsafe message.live != 0)
    }
}

extension OpenInference.ServerMetadataResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ServerMetadataResponse>? {
        guard let message = unsafe arena.message(inference__server_metadata_response__init) else { return nil }
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.version = arena.text(version)
        let extensions = unsafe arena.texts(self.extensions)
        unsafe message.pointee.extensions = extensions.start
        unsafe message.pointee.n_extensions = extensions.count
        return unsafe message
    }

    static var generatedUnpack: Unpacking { unsafe inference__server_metadata_response__unpack }

    init(_ message: Inference__ServerMetadataResponse) {
        self.init()
        name = unsafe ByteView(message.name).text
        version = unsafe ByteView(message.version).text
        extensions = unsafe texts(message.extensions, message.n_extensions)
    }
}

extension OpenInference.RepositoryIndexRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__RepositoryIndexRequest>? {
        guard let message = unsafe arena.message(inference__repository_index_request__init) else { return nil }
        unsafe message.pointee.repository_name = arena.text(repositoryName)
        unsafe message.pointee.ready = ready ? 1 : 0
        return unsafe message
    }

    static var generatedUnpack: Unpacking { unsafe inference__repository_index_request__unpack }

    init(_ message: Inference__RepositoryIndexRequest) {
        self.init()
        repositoryName = unsafe ByteView(message.repository_name).text
        ready = unsafe message.ready != 0
    }
}

extension OpenInference.RepositoryIndexResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__RepositoryIndexResponse>? {
        guard let message = unsafe arena.message(inference__repository_index_response__init) else { return nil }
        let models = unsafe arena.pointers(self.models.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.models = models.start
        unsafe message.pointee.n_models = models.count
        return unsafe message
    }

    static var generatedUnpack: Unpacking { unsafe inference__repository_index_response__unpack }

    init(_ message: Inference__RepositoryIndexResponse) {
        self.init(models: unsafe elements(message.models, message.n_models, Model.init))
    }
}

extension OpenInference.RepositoryIndexResponse.Model {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__RepositoryIndexResponse__ModelIndex>? {
        guard let message = unsafe arena.message(inference__repository_index_response__model_index__init) else {
            return nil
        }
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.version = arena.text(version)
        unsafe message.pointee.state = arena.text(state)
        unsafe message.pointee.reason = arena.text(reason)
        return unsafe message
    }

    init(_ message: Inference__RepositoryIndexResponse__ModelIndex) {
        self.init()
        name = unsafe ByteView(message.name).text
        version = unsafe ByteView(message.version).text
        state = unsafe ByteView(message.state).text
        reason = unsafe ByteView(message.reason).text
    }
}

extension OpenInference.RepositoryModelRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__RepositoryModelLoadRequest>? {
        guard let message = unsafe arena.message(inference__repository_model_load_request__init) else { return nil }
        unsafe message.pointee.repository_name = arena.text(repositoryName)
        unsafe message.pointee.model_name = arena.text(modelName)
        let parameters = unsafe arena.pointers(self.parameters.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.parameters = parameters.start
        unsafe message.pointee.n_parameters = parameters.count
        return unsafe message
    }

    static var generatedUnpack: Unpacking { unsafe inference__repository_model_load_request__unpack }

    init(_ message: Inference__RepositoryModelLoadRequest) {
        self.init()
        repositoryName = unsafe ByteView(message.repository_name).text
        modelName = unsafe ByteView(message.model_name).text
        parameters = unsafe elements(message.parameters, message.n_parameters, Parameter.init)
    }
}

extension OpenInference.RepositoryModelRequest.Parameter {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__RepositoryModelLoadRequest__ParametersEntry>? {
        guard let entry = unsafe arena.message(inference__repository_model_load_request__parameters_entry__init),
            let set = unsafe arena.message(inference__model_repository_parameter__init)
        else { return nil }
        unsafe entry.pointee.key = arena.text(name)
        unsafe entry.pointee.value = set
        switch value {
        case .none: break
        case .bool(let flag):
            unsafe set.pointee.parameter_choice_case =
                INFERENCE__MODEL_REPOSITORY_PARAMETER__PARAMETER_CHOICE_BOOL_PARAM
            unsafe set.pointee.bool_param = flag ? 1 : 0
        case .int64(let number):
            unsafe set.pointee.parameter_choice_case =
                INFERENCE__MODEL_REPOSITORY_PARAMETER__PARAMETER_CHOICE_INT64_PARAM
            unsafe set.pointee.int64_param = number
        case .string(let text):
            unsafe set.pointee.parameter_choice_case =
                INFERENCE__MODEL_REPOSITORY_PARAMETER__PARAMETER_CHOICE_STRING_PARAM
            unsafe set.pointee.string_param = arena.text(text)
        case .bytes(let count):
            // What is packed is as long as what was uploaded, and zero: the bytes themselves were not kept.
            unsafe set.pointee.parameter_choice_case =
                INFERENCE__MODEL_REPOSITORY_PARAMETER__PARAMETER_CHOICE_BYTES_PARAM
            guard let zeros = unsafe arena.allocate(count) else { return nil }
            unsafe zeros.initializeMemory(as: UInt8.self, repeating: 0, count: count)
            unsafe set.pointee.bytes_param = ProtobufCBinaryData(
                len: count, data: zeros.assumingMemoryBound(to: UInt8.self))
        }
        return unsafe entry
    }

    init(_ entry: Inference__RepositoryModelLoadRequest__ParametersEntry) {
        self.init(name: unsafe ByteView(entry.key).text, value: .none)
        guard let set = unsafe entry.value else { return }
        switch unsafe set.pointee.parameter_choice_case {
        case INFERENCE__MODEL_REPOSITORY_PARAMETER__PARAMETER_CHOICE_BOOL_PARAM:
            value = unsafe .bool(set.pointee.bool_param != 0)
        case INFERENCE__MODEL_REPOSITORY_PARAMETER__PARAMETER_CHOICE_INT64_PARAM:
            value = unsafe .int64(set.pointee.int64_param)
        case INFERENCE__MODEL_REPOSITORY_PARAMETER__PARAMETER_CHOICE_STRING_PARAM:
            value = unsafe .string(ByteView(set.pointee.string_param).text)
        case INFERENCE__MODEL_REPOSITORY_PARAMETER__PARAMETER_CHOICE_BYTES_PARAM:
            value = unsafe .bytes(count: set.pointee.bytes_param.len)
        default: break
        }
    }
}

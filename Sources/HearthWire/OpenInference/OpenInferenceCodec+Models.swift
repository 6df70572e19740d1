import CHearthMessages
package import HearthCore

extension OpenInference.ModelRequest: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ModelReadyRequest>? {
        guard let message = unsafe arena.message(inference__model_ready_request__init) else { return nil }
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.version = arena.text(version)
        return unsafe message
    }

    static var generatedUnpack: Unpacking { unsafe inference__model_ready_request__unpack }

    init(_ message: Inference__ModelReadyRequest) {
        self.init(name: unsafe ByteView(message.name).text, version: unsafe ByteView(message.version).text)
    }
}

extension OpenInference.ModelMetadataResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ModelMetadataResponse>? {
        guard let message = unsafe arena.message(inference__model_metadata_response__init) else { return nil }
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.platform = arena.text(platform)
        let versions = unsafe arena.texts(self.versions)
        unsafe message.pointee.versions = versions.start
        unsafe message.pointee.n_versions = versions.count
        let inputs = unsafe arena.pointers(self.inputs.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.inputs = inputs.start
        unsafe message.pointee.n_inputs = inputs.count
        let outputs = unsafe arena.pointers(self.outputs.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.outputs = outputs.start
        unsafe message.pointee.n_outputs = outputs.count
        return unsafe message
    }

    static var generatedUnpack: Unpacking { unsafe inference__model_metadata_response__unpack }

    init(_ message: Inference__ModelMetadataResponse) {
        self.init()
        name = unsafe ByteView(message.name).text
        platform = unsafe ByteView(message.platform).text
        versions = unsafe texts(message.versions, message.n_versions)
        inputs = unsafe elements(message.inputs, message.n_inputs, OpenInference.TensorMetadata.init).compactMap(\.self)
        outputs = unsafe elements(message.outputs, message.n_outputs, OpenInference.TensorMetadata.init)
            .compactMap(\.self)
    }
}

extension OpenInference.TensorMetadata {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ModelMetadataResponse__TensorMetadata>? {
        guard let message = unsafe arena.message(inference__model_metadata_response__tensor_metadata__init) else {
            return nil
        }
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.datatype = arena.text("\(datatype.name)")
        let shape = unsafe arena.numbers(self.shape)
        unsafe message.pointee.shape = shape.start
        unsafe message.pointee.n_shape = shape.count
        return unsafe message
    }

    func input(in arena: Arena) -> UnsafeMutablePointer<Inference__ModelInput>? {
        guard let message = unsafe arena.message(inference__model_input__init) else { return nil }
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.data_type = Inference__DataType(rawValue: UInt32(datatype.rawValue))
        let shape = unsafe arena.numbers(self.shape)
        unsafe message.pointee.dims = shape.start
        unsafe message.pointee.n_dims = shape.count
        return unsafe message
    }

    func output(in arena: Arena) -> UnsafeMutablePointer<Inference__ModelOutput>? {
        guard let message = unsafe arena.message(inference__model_output__init) else { return nil }
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.data_type = Inference__DataType(rawValue: UInt32(datatype.rawValue))
        let shape = unsafe arena.numbers(self.shape)
        unsafe message.pointee.dims = shape.start
        unsafe message.pointee.n_dims = shape.count
        return unsafe message
    }

    /// nil for a datatype that the protocol does not have.
    init?(_ message: Inference__ModelMetadataResponse__TensorMetadata) {
        guard let datatype = unsafe OpenInference.Datatype(name: ByteView(message.datatype)) else { return nil }
        self.init(
            name: unsafe ByteView(message.name).text, datatype: datatype,
            shape: unsafe Array(UnsafeBufferPointer(start: message.shape, count: message.n_shape)))
    }

    init?(_ message: Inference__ModelInput) {
        unsafe self.init(
            name: message.name, type: message.data_type,
            dims: UnsafeBufferPointer(start: message.dims, count: message.n_dims))
    }

    init?(_ message: Inference__ModelOutput) {
        unsafe self.init(
            name: message.name, type: message.data_type,
            dims: UnsafeBufferPointer(start: message.dims, count: message.n_dims))
    }

    private init?(name: UnsafeMutablePointer<CChar>?, type: Inference__DataType, dims: UnsafeBufferPointer<Int64>) {
        guard let datatype = OpenInference.Datatype(rawValue: UInt8(clamping: type.rawValue)) else { return nil }
        self.init(name: unsafe ByteView(name).text, datatype: datatype, shape: unsafe Array(dims))
    }
}

extension OpenInference.ModelConfigResponse: ControlMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ModelConfigResponse>? {
        guard let response = unsafe arena.message(inference__model_config_response__init),
            let message = unsafe arena.message(inference__model_config__init),
            let policy = unsafe arena.message(inference__model_version_policy__init),
            let latest = unsafe arena.message(inference__model_version_policy__latest__init)
        else { return nil }
        unsafe response.pointee.config = message
        unsafe latest.pointee.num_versions = 1
        unsafe policy.pointee.policy_choice_case = INFERENCE__MODEL_VERSION_POLICY__POLICY_CHOICE_LATEST
        unsafe policy.pointee.latest = latest
        unsafe message.pointee.version_policy = policy
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.platform = arena.text(platform)
        unsafe message.pointee.backend = arena.text(backend)
        unsafe message.pointee.max_batch_size = maxBatchSize
        let inputs = unsafe arena.pointers(self.inputs.map { unsafe $0.input(in: arena) })
        unsafe message.pointee.input = inputs.start
        unsafe message.pointee.n_input = inputs.count
        let outputs = unsafe arena.pointers(self.outputs.map { unsafe $0.output(in: arena) })
        unsafe message.pointee.output = outputs.start
        unsafe message.pointee.n_output = outputs.count
        let parameters = unsafe arena.pointers(self.parameters.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.parameters = parameters.start
        unsafe message.pointee.n_parameters = parameters.count
        return unsafe response
    }

    package func pack<Result>(in arena: Arena, _ body: (ByteView) -> Result) -> Result {
        body(unsafe arena.packed(UnsafeMutableRawPointer(message(in: arena))))
    }

    package static func unpack(_ bytes: ByteView, in arena: Arena) -> Self? {
        unsafe inference__model_config_response__unpack(arena.allocator, bytes.count, bytes.octets)
            .map { unsafe Self($0.pointee) }
    }

    init(_ response: Inference__ModelConfigResponse) {
        self.init()
        guard let message = unsafe response.config?.pointee else { return }
        name = unsafe ByteView(message.name).text
        platform = unsafe ByteView(message.platform).text
        backend = unsafe ByteView(message.backend).text
        maxBatchSize = unsafe message.max_batch_size
        inputs = unsafe elements(message.input, message.n_input, OpenInference.TensorMetadata.init).compactMap(\.self)
        outputs = unsafe elements(message.output, message.n_output, OpenInference.TensorMetadata.init)
            .compactMap(\.self)
        parameters = unsafe elements(message.parameters, message.n_parameters, Parameter.init)
    }
}

extension OpenInference.ModelConfigResponse.Parameter {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ModelConfig__ParametersEntry>? {
        guard let entry = unsafe arena.message(inference__model_config__parameters_entry__init),
            let parameter = unsafe arena.message(inference__model_parameter__init)
        else { return nil }
        unsafe entry.pointee.key = arena.text(name)
        unsafe parameter.pointee.string_value = arena.text(value)
        unsafe entry.pointee.value = parameter
        return unsafe entry
    }

    init(_ entry: Inference__ModelConfig__ParametersEntry) {
        self.init(
            name: unsafe ByteView(entry.key).text, value: unsafe ByteView(entry.value?.pointee.string_value).text)
    }
}

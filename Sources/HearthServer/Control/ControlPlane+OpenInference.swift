import HearthCore
import HearthKernels
import HearthModel
import HearthRegistry
import HearthServing
import HearthWire

/// What the Open Inference Protocol tells of the server and its models.
extension ControlPlane {
    /// The extensions of the protocol that are really there, as Triton names them.
    private var extensions: [String] {
        ["model_configuration", "model_repository", "statistics"] + (regions == nil ? [] : ["system_shared_memory"])
    }
    /// Triton's `{backend}_{format}`: every model here is a `model.hearth`, whatever library trained it.
    private static var platform: String { "hearth_model" }
    private static var backend: String { "hearth" }
    /// The most versions that one reply names.
    private static var versionCountMax: Int { 1000 }

    func serverMetadata(
        _ request: OpenInference.Empty, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.ServerMetadataResponse {
        var reply = OpenInference.ServerMetadataResponse()
        reply.name = "hearth"
        reply.version = facts.version
        reply.extensions = extensions
        return reply
    }

    /// Whether a version that memory does not know could be loaded: ``ReadinessAnswers`` answers all other cases.
    func modelReady(
        _ request: OpenInference.ModelRequest, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.FlagResponse {
        let name = try modelName(request.name)
        let modelID = try id(request.version)
        let version = try registry { () throws(RegistryError) in try store.version(modelID) }
        guard let version, version.name == name, version.isLoadable, !manager.isUnloaded(name) else {
            return OpenInference.FlagResponse(false)
        }
        return OpenInference.FlagResponse(manager.loadReadiness(of: modelID).isReady)
    }

    func modelMetadata(
        _ request: OpenInference.ModelRequest, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.ModelMetadataResponse {
        let servable = try servable(request)
        var reply = OpenInference.ModelMetadataResponse()
        reply.name = servable.name.text
        reply.versions = try versions(of: servable.name)
        reply.platform = Self.platform
        reply.inputs = servable.inputTensors
        reply.outputs = servable.outputTensors
        return reply
    }

    func modelConfig(
        _ request: OpenInference.ModelRequest, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.ModelConfigResponse {
        let servable = try servable(request)
        let signature = servable.model.signature
        var reply = OpenInference.ModelConfigResponse()
        reply.name = servable.name.text
        reply.platform = Self.platform
        reply.backend = Self.backend
        reply.inputs = servable.inputTensors
        reply.outputs = servable.outputTensors
        var parameters = [("model_id", servable.modelID.text), ("window", "\(signature.window)")]
        let columns = signature.columnNames.joined(separator: ",")
        if !columns.isEmpty { parameters.append(("columns", columns)) }
        if let threshold = servable.model.threshold { parameters.append(("threshold", "\(threshold)")) }
        reply.parameters = parameters.map { OpenInference.ModelConfigResponse.Parameter(name: $0.0, value: $0.1) }
        return reply
    }

    // MARK: - Pieces

    /// The version that a request names, or the production version; loaded if it is not in memory.
    private func servable(_ request: OpenInference.ModelRequest) throws(CallFailure) -> Servable {
        guard !request.name.isEmpty else { throw .noModelNamed }
        let name = try modelName(request.name)
        guard !manager.isUnloaded(name) else { throw ModelManager.unloadedFailure(name) }
        guard !request.version.isEmpty else {
            // What answers now, also when a newer version could not be loaded.
            if let production = manager.cache.production(of: name) { return production.servable }
            guard let pointer = manager.pointer(of: name) else { throw manager.absence(of: name) }
            return try manager.load(pointer.modelID)
        }
        let servable = try manager.load(id(request.version))
        guard servable.name == name else {
            let message = "version '\(servable.modelID)' is of model '\(servable.name)', not of '\(name)'"
            throw CallFailure(.notFound, message)
        }
        return servable
    }

    /// The versions of a name that can be asked for, production first, then newest first; while the registry is away
    /// those that are in memory.
    private func versions(of name: ModelName) throws(CallFailure) -> [String] {
        let known: [ModelID]
        do throws(RegistryError) {
            known = try store.versions(of: name, limit: Self.versionCountMax).filter(\.isLoadable).map(\.modelID)
        } catch {
            guard error.code == .unavailable else { throw CallFailure(error) }
            let inMemory = manager.cache.contents.map(\.servable).filter { $0.name == name }
            known = inMemory.map(\.modelID).sorted { $0.text < $1.text }
        }
        let production = manager.pointer(of: name)?.modelID
        return ([production].compactMap(\.self) + known.filter { $0 != production }).map(\.text)
    }
}

extension ModelVersion {
    /// Whether there is an artifact to load.
    var isLoadable: Bool { status != .failed && path != nil }
}

extension Servable {
    /// Rows go in as one matrix; clients may send any number type, or one tensor per named column instead.
    ///
    /// With columns of text each column is a tensor, named after it; without names there are two matrices.
    fileprivate var inputTensors: [OpenInference.TensorMetadata] {
        if let texts = model.texts, texts.takesText {
            let isText = (0..<model.signature.columnCount).map { texts.kind(of: $0) == .text }
            let names = model.signature.columnNames
            if !names.isEmpty {
                return zip(names, isText).map { name, isText in
                    OpenInference.TensorMetadata(name: name, datatype: isText ? .bytes : .fp64, shape: [-1])
                }
            }
            let counts = (text: isText.count { $0 }, number: isText.count { !$0 })
            let text = OpenInference.TensorMetadata(
                name: "text", datatype: .bytes, shape: [-1, Int64(clamping: counts.text)])
            let number = OpenInference.TensorMetadata(
                name: "input", datatype: .fp64, shape: [-1, Int64(clamping: counts.number)])
            return counts.number == 0 ? [text] : [text, number]
        }
        let columns = Int64(clamping: model.signature.columnCount)
        return [OpenInference.TensorMetadata(name: "input", datatype: .fp64, shape: [-1, columns])]
    }

    /// The outputs as replies to `ModelInfer` have them: one value per row has one dimension.
    fileprivate var outputTensors: [OpenInference.TensorMetadata] {
        model.outputs.indices.map { position in
            let output = model.outputs[position]
            return OpenInference.TensorMetadata(
                name: output.name, datatype: outputKind(at: position).datatype,
                shape: output.width > 1 ? [-1, Int64(clamping: output.width)] : [-1])
        }
    }
}

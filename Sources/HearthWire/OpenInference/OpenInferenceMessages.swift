/// The messages of the Open Inference Protocol as plain values, but for those of `ModelInfer` and `ModelStreamInfer`
/// (see ``InferCodec``). `Protos/inference/` says what each field means.
///
/// Messages that look alike on the wire are one type here: a request that names a model is a ``ModelRequest`` whichever
/// call it belongs to.
package enum OpenInference {
    /// A message without fields: the requests of `ServerLive`, `ServerReady` and `ServerMetadata`, the replies of
    /// `RepositoryModelLoad` and `RepositoryModelUnload`.
    package struct Empty: Equatable, Sendable {
        package init() {}
    }

    /// A yes or no: the replies of `ServerLive`, `ServerReady` and `ModelReady`.
    package struct FlagResponse: Equatable, Sendable {
        package var flag: Bool

        package init(_ flag: Bool) {
            self.flag = flag
        }
    }

    /// Names a model: the requests of `ModelReady`, `ModelMetadata`, `ModelConfig` and `ModelStatistics`.
    package struct ModelRequest: Equatable, Sendable {
        package var name: String
        /// A model_id; empty for the production version.
        package var version: String

        package init(name: String = "", version: String = "") {
            self.name = name
            self.version = version
        }
    }

    /// What the server is and which extensions of the protocol it speaks.
    package struct ServerMetadataResponse: Equatable, Sendable {
        package var name = ""
        package var version = ""
        package var extensions: [String] = []

        package init() {}
    }

    /// An input or output of a model.
    package struct TensorMetadata: Equatable, Sendable {
        package var name: String
        package var datatype: Datatype
        /// -1 stands for any number of rows.
        package var shape: [Int64]

        package init(name: String, datatype: Datatype, shape: [Int64]) {
            self.name = name
            self.datatype = datatype
            self.shape = shape
        }
    }

    /// What a model takes and gives.
    package struct ModelMetadataResponse: Equatable, Sendable {
        package var name = ""
        package var versions: [String] = []
        package var platform = ""
        package var inputs: [TensorMetadata] = []
        package var outputs: [TensorMetadata] = []

        package init() {}
    }

    /// A model in the terms of Triton's configuration: served is the newest promoted version, and the number of rows is
    /// a dimension of the tensors (`max_batch_size` is 0).
    package struct ModelConfigResponse: Equatable, Sendable {
        /// A text under a name.
        package struct Parameter: Equatable, Sendable {
            package var name: String
            package var value: String

            package init(name: String, value: String) {
                self.name = name
                self.value = value
            }
        }

        package var name = ""
        package var platform = ""
        package var backend = ""
        package var maxBatchSize: Int32 = 0
        package var inputs: [TensorMetadata] = []
        package var outputs: [TensorMetadata] = []
        package var parameters: [Parameter] = []

        package init() {}
    }

    /// How often something was done and how long all of it took.
    package struct StatisticDuration: Equatable, Sendable {
        package var count: UInt64
        package var nanoseconds: UInt64

        package init(count: UInt64 = 0, nanoseconds: UInt64 = 0) {
            self.count = count
            self.nanoseconds = nanoseconds
        }
    }

    /// Bytes that a model holds.
    package struct MemoryUsage: Equatable, Sendable {
        /// Where, e.g. `CPU`.
        package var type: String
        package var id: Int64
        package var byteSize: UInt64

        package init(type: String, id: Int64 = 0, byteSize: UInt64) {
            self.type = type
            self.id = id
            self.byteSize = byteSize
        }
    }

    /// What one version has done since it was loaded.
    package struct ModelStatistics: Equatable, Sendable {
        package var name = ""
        package var version = ""
        /// Milliseconds since 1970; 0 for never.
        package var lastInferenceMilliseconds: UInt64 = 0
        /// Rows.
        package var inferenceCount: UInt64 = 0
        /// Calls.
        package var executionCount: UInt64 = 0
        package var success = StatisticDuration()
        package var fail = StatisticDuration()
        package var queue = StatisticDuration()
        package var computeInput = StatisticDuration()
        package var computeInfer = StatisticDuration()
        package var computeOutput = StatisticDuration()
        package var memory: [MemoryUsage] = []

        package init() {}
    }

    /// What the versions have done.
    package struct ModelStatisticsResponse: Equatable, Sendable {
        package var models: [ModelStatistics] = []

        package init(models: [ModelStatistics] = []) {
            self.models = models
        }
    }

    /// Asks what there is.
    package struct RepositoryIndexRequest: Equatable, Sendable {
        package var repositoryName: String
        /// Only what can answer now.
        package var ready: Bool

        package init(repositoryName: String = "", ready: Bool = false) {
            self.repositoryName = repositoryName
            self.ready = ready
        }
    }

    /// What there is.
    package struct RepositoryIndexResponse: Equatable, Sendable {
        /// One version.
        package struct Model: Equatable, Sendable {
            package var name = ""
            package var version = ""
            /// `READY`, `LOADING` or `UNAVAILABLE`.
            package var state = ""
            package var reason = ""

            package init() {}
        }

        package var models: [Model] = []

        package init(models: [Model] = []) {
            self.models = models
        }
    }

    /// Asks to load or unload a model: the requests of `RepositoryModelLoad` and `RepositoryModelUnload`.
    package struct RepositoryModelRequest: Equatable, Sendable {
        /// A parameter; of bytes (an uploaded file) only their number is kept.
        package struct Parameter: Equatable, Sendable {
            /// What a parameter is set to.
            package enum Value: Equatable, Sendable {
                /// Nothing is set.
                case none
                case bool(Bool)
                case int64(Int64)
                case string(String)
                case bytes(count: Int)
            }

            /// E.g. `config`, `file:1/model.onnx`, `unload_dependents`.
            package var name: String
            package var value: Value

            package init(name: String, value: Value) {
                self.name = name
                self.value = value
            }
        }

        package var repositoryName: String
        package var modelName: String
        package var parameters: [Parameter]

        package init(repositoryName: String = "", modelName: String = "", parameters: [Parameter] = []) {
            self.repositoryName = repositoryName
            self.modelName = modelName
            self.parameters = parameters
        }
    }
}

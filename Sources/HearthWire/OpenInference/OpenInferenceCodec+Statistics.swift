import CHearthMessages
import HearthCore

extension OpenInference.ModelStatisticsResponse: ControlMessage, @unsafe GeneratedMessage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ModelStatisticsResponse>? {
        guard let message = unsafe arena.message(inference__model_statistics_response__init) else { return nil }
        let models = unsafe arena.pointers(self.models.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.model_stats = models.start
        unsafe message.pointee.n_model_stats = models.count
        return unsafe message
    }

    static var generatedUnpack: Unpacking { unsafe inference__model_statistics_response__unpack }

    init(_ message: Inference__ModelStatisticsResponse) {
        self.init(
            models: unsafe elements(message.model_stats, message.n_model_stats, OpenInference.ModelStatistics.init))
    }
}

extension OpenInference.ModelStatistics {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__ModelStatistics>? {
        guard let message = unsafe arena.message(inference__model_statistics__init),
            let durations = unsafe arena.message(inference__infer_statistics__init)
        else { return nil }
        unsafe message.pointee.name = arena.text(name)
        unsafe message.pointee.version = arena.text(version)
        unsafe message.pointee.last_inference = lastInferenceMilliseconds
        unsafe message.pointee.inference_count = inferenceCount
        unsafe message.pointee.execution_count = executionCount
        unsafe message.pointee.inference_stats = durations
        unsafe durations.pointee.success = success.message(in: arena)
        unsafe durations.pointee.fail = fail.message(in: arena)
        unsafe durations.pointee.queue = queue.message(in: arena)
        unsafe durations.pointee.compute_input = computeInput.message(in: arena)
        unsafe durations.pointee.compute_infer = computeInfer.message(in: arena)
        unsafe durations.pointee.compute_output = computeOutput.message(in: arena)
        let memory = unsafe arena.pointers(self.memory.map { unsafe $0.message(in: arena) })
        unsafe message.pointee.memory_usage = memory.start
        unsafe message.pointee.n_memory_usage = memory.count
        return unsafe message
    }

    init(_ message: Inference__ModelStatistics) {
        self.init()
        name = unsafe ByteView(message.name).text
        version = unsafe ByteView(message.version).text
        lastInferenceMilliseconds = unsafe message.last_inference
        inferenceCount = unsafe message.inference_count
        executionCount = unsafe message.execution_count
        memory = unsafe elements(message.memory_usage, message.n_memory_usage, OpenInference.MemoryUsage.init)
        guard let durations = unsafe message.inference_stats?.pointee else { return }
        success = unsafe OpenInference.StatisticDuration(durations.success)
        fail = unsafe OpenInference.StatisticDuration(durations.fail)
        queue = unsafe OpenInference.StatisticDuration(durations.queue)
        computeInput = unsafe OpenInference.StatisticDuration(durations.compute_input)
        computeInfer = unsafe OpenInference.StatisticDuration(durations.compute_infer)
        computeOutput = unsafe OpenInference.StatisticDuration(durations.compute_output)
    }
}

extension OpenInference.StatisticDuration {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__StatisticDuration>? {
        guard let message = unsafe arena.message(inference__statistic_duration__init) else { return nil }
        unsafe message.pointee.count = count
        unsafe message.pointee.ns = nanoseconds
        return unsafe message
    }

    init(_ message: UnsafeMutablePointer<Inference__StatisticDuration>?) {
        self.init(count: unsafe message?.pointee.count ?? 0, nanoseconds: unsafe message?.pointee.ns ?? 0)
    }
}

extension OpenInference.MemoryUsage {
    func message(in arena: Arena) -> UnsafeMutablePointer<Inference__MemoryUsage>? {
        guard let message = unsafe arena.message(inference__memory_usage__init) else { return nil }
        unsafe message.pointee.type = arena.text(type)
        unsafe message.pointee.id = id
        unsafe message.pointee.byte_size = byteSize
        return unsafe message
    }

    init(_ message: Inference__MemoryUsage) {
        self.init(
            type: unsafe ByteView(message.type).text, id: unsafe message.id, byteSize: unsafe message.byte_size)
    }
}

import HearthCore
import HearthGRPC
import HearthMetrics
import HearthServing
import HearthWire

/// What the lanes of one worker share: memory, the predictor, and ways to other threads. Owned by one thread.
final class WorkerContext {
    var predictor: Predictor
    let scratch = PredictScratch()
    let arena = Arena()
    /// Outputs of the reply that is being written; kept so that its memory is.
    var outputs: [OutputView] = []
    /// The name `{model_type}.{series}` of a Detect call, composed here.
    var nameBuffer = OutputBuffer(capacity: 512)
    /// What the connections of this worker hold.
    let held: HeldMemory
    /// Memory that the gRPC connections of this worker share.
    let grpcPool: GRPCPool
    let counters: ServerCounters
    let manager: ModelManager
    let compute: ComputePool
    let control: ControlPlane
    /// Shared memory of clients; nil when it is not offered.
    let regions: SharedMemoryTable?
    let access: AccessPolicy
    let callLog: CallLog
    let limits: ServerLimits
    let mailbox: Mailbox

    init(_ services: WorkerServices, counters: ServerCounters, mailbox: Mailbox) {
        predictor = Predictor(cache: services.manager.cache)
        outputs.reserveCapacity(64)
        held = HeldMemory(byteCountMax: services.limits.heldByteCountMax / max(1, services.workerCount))
        grpcPool = GRPCPool(held: held)
        self.counters = counters
        self.mailbox = mailbox
        manager = services.manager
        compute = services.compute
        control = services.control
        regions = services.control.regions
        access = services.access
        callLog = services.callLog
        limits = services.limits
    }
}

/// What all workers are given.
struct WorkerServices: Sendable {
    var manager: ModelManager
    var compute: ComputePool
    var control: ControlPlane
    var access: AccessPolicy
    var callLog: CallLog
    var limits: ServerLimits
    var workerCount: Int
    var waitPolicy: LoopWaitPolicy
    var permits: SpinPermits
}

import CNGHTTP2
import HearthCore

/// What the gRPC connections of one worker share, so that a warm call allocates nothing and an idle connection holds
/// little: memory of the HTTP/2 engine, streams that are used again, the fields that every reply has. One owner, one
/// thread; it outlives its sessions.
@safe
package final class GRPCPool {
    /// Streams that are kept for the next calls.
    private static let keptStreamCountMax = 256
    /// From here on a message is large.
    private static let largeByteCount = 256 << 10

    let memory = HTTP2Memory()
    let fields = ReplyFields()
    /// A message that came compressed, for the length of its call.
    var inflated = OutputBuffer(capacity: 0)
    /// The memory of a large message, kept for the next one: taking it anew costs a page fault for every 4 KiB.
    var spare = OutputBuffer(capacity: 0)
    /// What the sessions of this pool hold, with everything else that its worker holds.
    let held: HeldMemory
    private var free: [GRPCStream] = []

    /// A pool without memory yet.
    package init(held: HeldMemory = HeldMemory()) {
        self.held = held
        free.reserveCapacity(Self.keptStreamCountMax)
    }

    /// Gives a stream room for a message of `byteCount` bytes that has begun to come.
    func makeRoom(for byteCount: Int, in stream: GRPCStream) {
        guard byteCount > Self.largeByteCount, stream.body.capacity < byteCount, spare.capacity >= byteCount else {
            return
        }
        spare.append(stream.body.bytes)
        swap(&stream.body, &spare)
        spare.removeAll()
    }

    func takeStream() -> GRPCStream { free.popLast() ?? GRPCStream() }

    func giveBack(_ stream: GRPCStream) {
        if stream.body.capacity > spare.capacity, stream.body.capacity > Self.largeByteCount {
            swap(&stream.body, &spare)
            spare.removeAll()
        }
        stream.close()
        if free.count < Self.keptStreamCountMax { free.append(stream) }
    }
}

/// The header fields of replies, in the form that the engine takes. The fixed ones point at text of the program and are
/// never copied.
@safe
final class ReplyFields {
    /// `:status 200`, `content-type application/grpc`.
    let head: UnsafeMutablePointer<nghttp2_nv>
    static let headCount = 2
    /// `grpc-status`, `grpc-message`, `grpc-accept-encoding`; before them the head, for a reply that is a status alone.
    private let status: UnsafeMutablePointer<nghttp2_nv>
    /// `:status` of HTTP alone.
    private let httpStatus: UnsafeMutablePointer<nghttp2_nv>

    init() {
        unsafe head = .allocate(capacity: Self.headCount)
        unsafe head.initialize(to: Self.field(":status", "200"))
        unsafe (head + 1).initialize(to: Self.field("content-type", "application/grpc"))
        unsafe status = .allocate(capacity: Self.headCount + 3)
        unsafe status.initialize(from: head, count: Self.headCount)
        unsafe (status + 2).initialize(to: Self.field("grpc-status", "0"))
        unsafe (status + 3).initialize(to: Self.field("grpc-message", ""))
        unsafe (status + 4).initialize(to: Self.field("grpc-accept-encoding", "identity,gzip"))
        unsafe httpStatus = .allocate(capacity: 1)
        unsafe httpStatus.initialize(to: Self.field(":status", "415"))
    }

    deinit {
        unsafe head.deallocate()
        unsafe status.deallocate()
        unsafe httpStatus.deallocate()
    }

    /// Hands out the fields of a status, for the length of the call.
    ///
    /// - Parameters:
    ///   - text: percent-encoded; empty for none.
    ///   - isAlone: with the head of the reply before it.
    ///   - names: whether the encodings that are understood are named too.
    func withStatus<Result>(
        _ code: StatusCode, _ text: ByteView, isAlone: Bool, names: Bool = false,
        _ body: (UnsafeMutablePointer<nghttp2_nv>, Int) -> Result
    ) -> Result {
        let number = Self.number(code)
        unsafe status[2].value = UnsafeMutablePointer(mutating: number.utf8Start)
        unsafe status[2].valuelen = number.utf8CodeUnitCount
        unsafe status[3].value = UnsafeMutablePointer(mutating: text.start.assumingMemoryBound(to: UInt8.self))
        unsafe status[3].valuelen = text.count
        // The text is the stream's own and goes with it: it alone is copied.
        unsafe status[3].flags = UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue)
        let count = names ? 3 : text.isEmpty ? 1 : 2
        return unsafe isAlone ? body(status, Self.headCount + count) : body(status + Self.headCount, count)
    }

    /// Hands out the one field of a reply that is no gRPC.
    func withHTTPStatus<Result>(
        _ code: StaticString, _ body: (UnsafeMutablePointer<nghttp2_nv>, Int) -> Result
    ) -> Result {
        unsafe httpStatus[0].value = UnsafeMutablePointer(mutating: code.utf8Start)
        return unsafe body(httpStatus, 1)
    }

    private static func field(_ name: StaticString, _ value: StaticString) -> nghttp2_nv {
        unsafe nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.utf8Start),
            value: UnsafeMutablePointer(mutating: value.utf8Start), namelen: name.utf8CodeUnitCount,
            valuelen: value.utf8CodeUnitCount,
            flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue | NGHTTP2_NV_FLAG_NO_COPY_VALUE.rawValue))
    }

    private static func number(_ code: StatusCode) -> StaticString {
        switch code {
        case .ok: "0"
        case .cancelled: "1"
        case .unknown: "2"
        case .invalidArgument: "3"
        case .deadlineExceeded: "4"
        case .notFound: "5"
        case .alreadyExists: "6"
        case .permissionDenied: "7"
        case .resourceExhausted: "8"
        case .failedPrecondition: "9"
        case .aborted: "10"
        case .outOfRange: "11"
        case .unimplemented: "12"
        case .internalError: "13"
        case .unavailable: "14"
        case .dataLoss: "15"
        case .unauthenticated: "16"
        }
    }
}

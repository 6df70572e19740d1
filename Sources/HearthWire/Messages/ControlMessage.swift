import CHearthMessages
package import HearthCore

/// A message of the control plane: it can be packed by protobuf-c and read back.
///
/// `pack` builds the C message in an arena and writes it into `output`; `unpack` gives nil for bytes that are no such
/// message.
package protocol ControlMessage: Sendable {
    /// Packs the message and hands its bytes to `body`; they are valid during the call.
    func pack<Result>(in arena: Arena, _ body: (ByteView) -> Result) -> Result
    static func unpack(_ bytes: ByteView, in arena: Arena) -> Self?
}

/// A message by its generated C form: how it is built and read; packing and unpacking follow from that.
///
/// Internal to this module, so that nobody else sees a C type.
protocol GeneratedMessage: ControlMessage {
    associatedtype Generated
    typealias Unpacking = (
        UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Generated>?

    /// The generated function that reads the bytes.
    static var generatedUnpack: Unpacking { get }
    /// Builds the C message; nil when the arena may not grow further.
    func message(in arena: Arena) -> UnsafeMutablePointer<Generated>?
    init(_ message: Generated)
}

extension GeneratedMessage {
    @safe package func pack<Result>(in arena: Arena, _ body: (ByteView) -> Result) -> Result {
        body(unsafe arena.packed(UnsafeMutableRawPointer(message(in: arena))))
    }

    @safe package static func unpack(_ bytes: ByteView, in arena: Arena) -> Self? {
        unsafe generatedUnpack(arena.allocator, bytes.count, bytes.octets).map { unsafe Self($0.pointee) }
    }
}

extension Arena {
    /// Packs any protobuf-c message into the arena; empty when the arena may not grow further.
    func packed(_ message: UnsafeMutableRawPointer?) -> ByteView {
        guard let message = unsafe message?.assumingMemoryBound(to: ProtobufCMessage.self) else { return .empty }
        let byteCount = unsafe protobuf_c_message_get_packed_size(message)
        guard byteCount > 0, let memory = unsafe allocate(byteCount) else { return .empty }
        let written = unsafe protobuf_c_message_pack(message, memory.assumingMemoryBound(to: UInt8.self))
        return unsafe ByteView(start: memory, count: written)
    }

    /// The elements of a repeated text field.
    func texts(_ texts: [String]) -> (
        start: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, count: Int
    ) {
        unsafe pointers(texts.map { unsafe text($0) })
    }
}

/// The texts of a repeated field.
func texts(_ start: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int) -> [String] {
    (0..<count).map { unsafe ByteView(start?[$0]).text }
}

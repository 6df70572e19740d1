package import HearthCore

/// The ten bytes before the data of every ttrpc frame.
///
///     offset 0  data length, 32 bits, big-endian; its high byte is always 0
///            4  stream id, 32 bits, big-endian; odd for streams that a client opened
///            8  message type
///            9  flags
///
/// Source: containerd's ttrpc, PROTOCOL.md, "Message Frame".
package struct FrameHeader: Equatable, Sendable {
    /// What a frame carries.
    package enum MessageType {
        package static let request: UInt8 = 0x01
        package static let response: UInt8 = 0x02
        package static let data: UInt8 = 0x03
    }

    /// Bits that say whether a stream goes on.
    package enum Flags {
        /// The sender sends no more on this stream.
        package static let remoteClosed: UInt8 = 0x01
        /// The sender goes on sending data on this stream.
        package static let remoteOpen: UInt8 = 0x02
        /// The frame has no message, not even an empty one.
        package static let noData: UInt8 = 0x04
    }

    package static let byteCount = 10

    package var dataLength: UInt32
    package var streamID: UInt32
    package var type: UInt8
    package var flags: UInt8

    package init(dataLength: UInt32, streamID: UInt32, type: UInt8, flags: UInt8 = 0) {
        self.dataLength = dataLength
        self.streamID = streamID
        self.type = type
        self.flags = flags
    }

    /// Reads the header at the start of `bytes`; nil when fewer than ten are there.
    @inline(__always)
    package init?(_ bytes: ByteView) {
        guard bytes.count >= Self.byteCount else { return nil }
        let start = unsafe bytes.start
        dataLength = unsafe UInt32(bigEndian: start.loadUnaligned(as: UInt32.self))
        streamID = unsafe UInt32(bigEndian: start.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        type = unsafe start.load(fromByteOffset: 8, as: UInt8.self)
        flags = unsafe start.load(fromByteOffset: 9, as: UInt8.self)
    }

    /// Writes the ten bytes at `target`, which must have room for them.
    @inline(__always)
    package func write(to target: UnsafeMutableRawPointer) {
        unsafe target.storeBytes(of: dataLength.bigEndian, as: UInt32.self)
        unsafe target.storeBytes(of: streamID.bigEndian, toByteOffset: 4, as: UInt32.self)
        unsafe target.storeBytes(of: type, toByteOffset: 8, as: UInt8.self)
        unsafe target.storeBytes(of: flags, toByteOffset: 9, as: UInt8.self)
    }
}

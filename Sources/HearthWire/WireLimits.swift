/// The bounds of what a connection may send, each with its reason.
package enum WireLimits {
    /// The most bytes in one ttrpc frame's data: the protocol's own cap (containerd's PROTOCOL.md, "Message Frame").
    package static let frameDataByteCountMax = 4 << 20
    /// The most bytes that a service or a method name may have: ours have fewer than 40.
    package static let routeByteCountMax = 256
    /// The most bytes of one frame with its header.
    package static let frameByteCountMax = FrameHeader.byteCount + frameDataByteCountMax
}

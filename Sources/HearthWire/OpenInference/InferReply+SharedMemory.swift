package import HearthCore

/// Outputs that are not sent but put into shared memory: the reply says where, and has an empty entry for each in
/// raw_output_contents, by which clients count.
extension InferReply {
    /// The place in which the output at `index` is wanted; nil when it is sent.
    package func wantedPlace(at index: Int) -> SharedMemoryPlace? {
        precondition(index >= 0 && index < outputCount, "an output beyond those of the reply")
        return unsafe outputs[index].wanted
    }

    /// The name of the output at `index`.
    package func outputName(at index: Int) -> ByteView {
        precondition(index >= 0 && index < outputCount, "an output beyond those of the reply")
        return unsafe outputs[index].name
    }

    /// Bytes of the elements of the output at `index`, as in raw_output_contents.
    package func elementsByteCount(at index: Int) -> Int {
        precondition(index >= 0 && index < outputCount, "an output beyond those of the reply")
        return unsafe outputs[index].rawByteCount
    }

    /// The elements of the output at `index`, as in raw_output_contents; nil when the arena may not grow further.
    package func elements(at index: Int) -> ByteView? {
        precondition(index >= 0 && index < outputCount, "an output beyond those of the reply")
        let output = unsafe outputs[index]
        guard let labels = unsafe output.labels?.takeUnretainedValue() else {
            return unsafe ByteView(start: output.elements, count: output.rawByteCount)
        }
        guard let memory = unsafe arena.allocate(output.rawByteCount) else { return nil }
        var cursor = unsafe memory
        unsafe writeLabels(output, labels, to: &cursor)
        return unsafe ByteView(start: memory, count: output.rawByteCount)
    }
}

extension InferReply.Output {
    /// Where the elements are, as the reply says it: the bytes that are really there, not the room for them.
    var place: SharedMemoryPlace? {
        guard var place = wanted else { return nil }
        place.byteCount = rawByteCount
        return place
    }

    /// Bytes of the entry of raw_output_contents.
    var sentByteCount: Int { wanted == nil ? rawByteCount : 0 }
}

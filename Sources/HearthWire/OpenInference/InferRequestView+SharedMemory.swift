package import HearthCore

/// Tensors that are in shared memory. Whoever has the regions reads them; here is what goes where.
extension InferRequestView {
    /// The name and place of the input at `index`; nil when its elements are in the message.
    package func sharedInput(at index: Int) -> (name: ByteView, place: SharedMemoryPlace)? {
        unsafe precondition(index >= 0 && index < inputs.count, "an input beyond those that were sent")
        return unsafe inputs[index].shared.map { (unsafe inputs[index].name, $0) }
    }

    /// The place of the output that was asked for at `index`; nil when it is wanted in the reply.
    package func sharedOutput(at index: Int) -> SharedMemoryPlace? {
        unsafe precondition(index >= 0 && index < outputs.count, "an output beyond those that were asked for")
        return unsafe outputs[index].shared
    }

    /// Whether outputs are asked for, and all of them in shared memory: then no reply grows with the rows.
    package var sharesAllOutputs: Bool {
        unsafe usesSharedMemory && !outputs.isEmpty && outputs.indices.allSatisfy { unsafe outputs[$0].shared != nil }
    }

    /// The place of the rows where they lie there just as kernels want them: one matrix of doubles. Ask it after
    /// ``rowCount(_:in:)``.
    package var sharedMatrix: SharedMemoryPlace? {
        guard unsafe sharedInputCount == 1 && inputs.count == 1 && inputs[0].datatype == .fp64 else { return nil }
        return unsafe inputs[0].shared
    }

    /// The rows of a request of which inputs are in shared memory; `read` fills a buffer from a place. Call it after
    /// ``rowCount(_:in:)``, with what that returned.
    ///
    /// Bytes are read once and then looked at here: what the client does to its memory meanwhile changes nothing.
    package func sharedRows(
        _ rowCount: Int, _ columns: InferColumns, in arena: Arena,
        read: (SharedMemoryPlace, UnsafeMutableRawBufferPointer) throws(CallFailure) -> Void
    ) throws(CallFailure) -> UnsafePointer<Double> {
        for index in unsafe 0..<inputs.count {
            guard let place = unsafe inputs[index].shared else { continue }
            guard let bytes = unsafe arena.elements(UInt8.self, count: place.byteCount) else {
                throw CallFailure(
                    .resourceExhausted,
                    "\(rowCount) rows of \(columns.count) values need more memory than one call may have; "
                        + "send fewer rows")
            }
            unsafe try read(place, UnsafeMutableRawBufferPointer(bytes))
            unsafe inputs[index].raw = ByteView(UnsafeRawBufferPointer(bytes))
        }
        guard sharedMatrix != nil else { return unsafe try rows(rowCount, columns, in: arena) }
        // The arena's memory is aligned for doubles.
        return unsafe inputs[0].raw.start.bindMemory(to: Double.self, capacity: inputs[0].elementCount)
    }
}

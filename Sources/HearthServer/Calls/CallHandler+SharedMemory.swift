import HearthCore
import HearthServing
import HearthWire

/// Tensors of `ModelInfer` that are in shared memory.
///
/// Such calls allocate a little (names to look regions up by); those without shared memory do not come here.
extension CallHandler {
    /// Refuses places that are in no region of the caller, before work is done for them.
    func checkPlaces(_ request: InferRequestView) throws(CallFailure) {
        for index in 0..<request.inputCount {
            guard let (name, place) = request.sharedInput(at: index) else { continue }
            _ = try region(place, of: "input '\(name.printable)'")
        }
        for index in 0..<request.outputCount {
            guard let place = request.sharedOutput(at: index) else { continue }
            try region(place, of: "output '\(request.outputName(at: index).printable)'").checkWritable()
        }
    }

    /// Reads a place that was checked; it is looked up again, as the region may have gone meanwhile.
    func read(_ place: SharedMemoryPlace, into buffer: UnsafeMutableRawBufferPointer) throws(CallFailure) {
        unsafe try region(place, of: "an input").read(from: place.offset, into: buffer)
    }

    /// Sends a batch to the compute pool whose rows are read from shared memory straight into its own memory.
    func submitShared(
        _ call: Call, _ entry: CacheEntry, _ request: InferRequestView, _ place: SharedMemoryPlace, rowCount: Int,
        _ output: inout OutputBuffer
    ) throws(CallFailure) {
        // What parking would refuse is not read first.
        guard place.byteCount <= context.limits.inFlightByteCountMax else {
            throw CallFailure(
                .resourceExhausted,
                "\(rowCount) rows have \(place.byteCount) bytes; the most are "
                    + "\(ByteCount(context.limits.inFlightByteCountMax)) in one call: send fewer rows")
        }
        let rows = RowMemory(valueCount: place.byteCount / 8)
        unsafe try read(place, into: rows.bytes)
        try submit(call, entry, rows, rowCount: rowCount, payload: InferCodec.outline(of: request), &output)
    }

    /// Puts the outputs into shared memory that are wanted there; none when one of them does not fit.
    func writeShared(_ reply: InferReply, rowCount: Int) throws(CallFailure) {
        for index in 0..<reply.outputCount {
            guard let place = reply.wantedPlace(at: index) else { continue }
            let byteCount = reply.elementsByteCount(at: index)
            guard byteCount <= place.byteCount else {
                throw CallFailure(
                    .invalidArgument,
                    "output '\(reply.outputName(at: index).printable)' of \(rowCount) rows has \(byteCount) bytes; its "
                        + "place in shared memory has \(place.byteCount): make it larger, or send fewer rows")
            }
        }
        for index in 0..<reply.outputCount {
            guard let place = reply.wantedPlace(at: index) else { continue }
            let region = try region(place, of: "output '\(reply.outputName(at: index).printable)'")
            guard let elements = reply.elements(at: index) else {
                throw CallFailure(
                    .resourceExhausted, "the outputs of \(rowCount) rows need more memory than a call may have")
            }
            try region.write(elements, from: place.offset)
        }
    }

    private func region(_ place: SharedMemoryPlace, of tensor: String) throws(CallFailure) -> SharedMemoryRegion {
        guard let regions = context.regions else {
            throw CallFailure(
                .unimplemented,
                "\(tensor) is in shared memory, which is off; start hearthd with --shared-memory, or send tensors in "
                    + "messages")
        }
        let region = try regions.region(place.region.text, uid: peer.uid)
        guard region.contains(from: place.offset, count: place.byteCount) else {
            throw CallFailure(
                .invalidArgument,
                "\(tensor) is \(place.byteCount) bytes from offset \(place.offset) of shared memory region "
                    + "'\(region.name)', which has \(region.byteCount)")
        }
        return region
    }
}

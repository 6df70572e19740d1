import HearthCore
import HearthServing
import HearthWire

/// Triton's extension "system shared memory": every caller sees and changes the regions of its own user alone.
extension ControlPlane {
    func sharedMemoryStatus(
        _ request: OpenInference.SharedMemoryName, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.SharedMemoryStatusResponse {
        let found = try offeredRegions().status(name: request.name, uid: peer.uid)
        return OpenInference.SharedMemoryStatusResponse(
            regions: found.map {
                OpenInference.SharedMemoryRegion(
                    name: $0.name, key: $0.key, offset: UInt64($0.offset), byteSize: UInt64($0.byteCount))
            })
    }

    func sharedMemoryRegister(
        _ request: OpenInference.SharedMemoryRegion, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.Empty {
        try offeredRegions().register(
            name: request.name, key: request.key, offset: request.offset, byteCount: request.byteSize, uid: peer.uid)
        return OpenInference.Empty()
    }

    func sharedMemoryUnregister(
        _ request: OpenInference.SharedMemoryName, _ peer: Peer
    ) throws(CallFailure) -> OpenInference.Empty {
        try offeredRegions().unregister(name: request.name, uid: peer.uid)
        return OpenInference.Empty()
    }

    private func offeredRegions() throws(CallFailure) -> SharedMemoryTable {
        guard let regions else {
            throw CallFailure(
                .unimplemented, "shared memory is off; start hearthd with --shared-memory, or send tensors in messages")
        }
        return regions
    }
}

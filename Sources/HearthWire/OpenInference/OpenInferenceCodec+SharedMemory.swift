import CHearthMessages
package import HearthCore

extension OpenInference {
    /// Names a region, or all when it is empty: the requests of `SystemSharedMemoryStatus` and
    /// `SystemSharedMemoryUnregister`.
    package struct SharedMemoryName: Equatable, Sendable {
        package var name: String

        package init(name: String = "") {
            self.name = name
        }
    }

    /// A region: the request of `SystemSharedMemoryRegister`, and what `SystemSharedMemoryStatus` tells of one.
    package struct SharedMemoryRegion: Equatable, Sendable {
        package var name: String
        package var key: String
        package var offset: UInt64
        package var byteSize: UInt64

        package init(name: String, key: String, offset: UInt64 = 0, byteSize: UInt64) {
            self.name = name
            self.key = key
            self.offset = offset
            self.byteSize = byteSize
        }
    }

    /// The regions that are registered.
    package struct SharedMemoryStatusResponse: Equatable, Sendable {
        package var regions: [SharedMemoryRegion]

        package init(regions: [SharedMemoryRegion] = []) {
            self.regions = regions
        }
    }
}

extension OpenInference.SharedMemoryName: ControlMessage {
    package func pack<Result>(in arena: Arena, _ body: (ByteView) -> Result) -> Result {
        let message = unsafe arena.message(inference__system_shared_memory_status_request__init)
        unsafe message?.pointee.name = arena.text(name)
        return body(unsafe arena.packed(UnsafeMutableRawPointer(message)))
    }

    package static func unpack(_ bytes: ByteView, in arena: Arena) -> Self? {
        unsafe inference__system_shared_memory_status_request__unpack(arena.allocator, bytes.count, bytes.octets)
            .map { unsafe Self(name: ByteView($0.pointee.name).text) }
    }
}

extension OpenInference.SharedMemoryRegion: ControlMessage {
    package func pack<Result>(in arena: Arena, _ body: (ByteView) -> Result) -> Result {
        let message = unsafe arena.message(inference__system_shared_memory_register_request__init)
        unsafe message?.pointee.name = arena.text(name)
        unsafe message?.pointee.key = arena.text(key)
        unsafe message?.pointee.offset = offset
        unsafe message?.pointee.byte_size = byteSize
        return body(unsafe arena.packed(UnsafeMutableRawPointer(message)))
    }

    package static func unpack(_ bytes: ByteView, in arena: Arena) -> Self? {
        unsafe inference__system_shared_memory_register_request__unpack(arena.allocator, bytes.count, bytes.octets)
            .map { message in
                unsafe Self(
                    name: ByteView(message.pointee.name).text, key: ByteView(message.pointee.key).text,
                    offset: message.pointee.offset, byteSize: message.pointee.byte_size)
            }
    }
}

extension OpenInference.SharedMemoryStatusResponse: ControlMessage {
    package func pack<Result>(in arena: Arena, _ body: (ByteView) -> Result) -> Result {
        let message = unsafe arena.message(inference__system_shared_memory_status_response__init)
        let entries = unsafe arena.pointers(regions.map { unsafe $0.entry(in: arena) })
        unsafe message?.pointee.regions = entries.start
        unsafe message?.pointee.n_regions = entries.count
        return body(unsafe arena.packed(UnsafeMutableRawPointer(message)))
    }

    package static func unpack(_ bytes: ByteView, in arena: Arena) -> Self? {
        unsafe inference__system_shared_memory_status_response__unpack(arena.allocator, bytes.count, bytes.octets)
            .map { message in
                unsafe Self(
                    regions: elements(
                        message.pointee.regions, message.pointee.n_regions, OpenInference.SharedMemoryRegion.init))
            }
    }
}

extension OpenInference.SharedMemoryRegion {
    /// An entry of the map of regions.
    fileprivate func entry(
        in arena: Arena
    ) -> UnsafeMutablePointer<Inference__SystemSharedMemoryStatusResponse__RegionsEntry>? {
        guard let entry = unsafe arena.message(inference__system_shared_memory_status_response__regions_entry__init),
            let value = unsafe arena.message(inference__system_shared_memory_status_response__region_status__init)
        else { return nil }
        unsafe value.pointee.name = arena.text(name)
        unsafe value.pointee.key = arena.text(key)
        unsafe value.pointee.offset = offset
        unsafe value.pointee.byte_size = byteSize
        unsafe entry.pointee.key = arena.text(name)
        unsafe entry.pointee.value = value
        return unsafe entry
    }

    fileprivate init(_ entry: Inference__SystemSharedMemoryStatusResponse__RegionsEntry) {
        self.init(name: unsafe ByteView(entry.key).text, key: "", byteSize: 0)
        guard let value = unsafe entry.value?.pointee else { return }
        unsafe key = ByteView(value.key).text
        unsafe offset = value.offset
        unsafe byteSize = value.byte_size
    }
}

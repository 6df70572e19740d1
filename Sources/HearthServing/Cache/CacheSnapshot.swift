package import HearthCore

/// One way to reach a servable: as the production version of its name, with the generation it was promoted in, or by
/// its id.
package final class CacheEntry: Sendable {
    package let servable: Servable
    /// The generation of the production pointer; 0 for an entry that is found by id.
    package let generation: UInt64

    init(servable: Servable, generation: UInt64) {
        self.servable = servable
        self.generation = generation
    }
}

/// Everything that can be asked for at one moment. Immutable: readers look names up in it without any lock.
package final class CacheSnapshot: Sendable {
    private let production: LookupTable
    private let versions: LookupTable

    init(production: [CacheEntry], versions: [CacheEntry]) {
        self.production = LookupTable(production) { $0.servable.nameBytes.view }
        self.versions = LookupTable(versions) { $0.servable.idBytes.view }
    }

    static var empty: CacheSnapshot { CacheSnapshot(production: [], versions: []) }

    /// The production entry of a registered model. Allocates nothing.
    @inline(__always)
    package func entry(named name: ByteView) -> CacheEntry? {
        production.find(name) { $0.servable.nameBytes.view }
    }

    /// The entry of a version. Allocates nothing.
    package func entry(version: ByteView) -> CacheEntry? {
        versions.find(version) { $0.servable.idBytes.view }
    }
}

/// Entries found by the bytes of a key: open addressing, at most half full, Built once, then only read.
struct LookupTable: Sendable {
    private let entries: [CacheEntry]
    /// Index into `entries`, or -1.
    private let slots: [Int32]
    private let mask: Int

    init(_ entries: [CacheEntry], key: (CacheEntry) -> ByteView) {
        self.entries = entries
        var capacity = 8
        while capacity < entries.count * 2 { capacity *= 2 }
        mask = capacity - 1
        var slots = [Int32](repeating: -1, count: capacity)
        for (index, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: key(entry).hash) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(index)
        }
        self.slots = slots
    }

    @inline(__always)
    func find(_ wanted: ByteView, key: (CacheEntry) -> ByteView) -> CacheEntry? {
        guard wanted.count <= ModelID.byteCountMax else { return nil }
        var slot = Int(truncatingIfNeeded: wanted.hash) & mask
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if key(entry).equals(wanted) { return entry }
            slot = (slot + 1) & mask
        }
        return nil
    }
}

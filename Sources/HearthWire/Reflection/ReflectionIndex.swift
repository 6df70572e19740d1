import CHearthMessages
package import HearthCore

/// What the server can tell of its own interface: built once from the descriptors of `Protos/`, then only read.
///
/// ``reply(to:)`` answers the messages of gRPC's server reflection; see `ReflectionIndex+Replies.swift`.
package final class ReflectionIndex: Sendable {
    let files: [DescriptorFile]
    let fileByName: [String: Int]
    let fileBySymbol: [String: Int]
    let messages: Set<String>
    /// The full names of all services, sorted.
    package let services: [String]

    /// Reads a serialized `google.protobuf.FileDescriptorSet`; nil for bytes that are none, or that declare a file or a
    /// symbol twice.
    package init?(descriptorSet: ByteView) {
        var files: [DescriptorFile] = []
        var reader = FieldReader(descriptorSet)
        while let (number, value) = reader.next() {
            guard number == 1, case .bytes(let bytes) = value else { continue }
            guard let file = DescriptorFile(bytes) else { return nil }
            files.append(file)
        }
        guard !reader.failed else { return nil }
        var fileByName: [String: Int] = [:]
        var fileBySymbol: [String: Int] = [:]
        for (index, file) in files.enumerated() {
            guard fileByName.updateValue(index, forKey: file.name) == nil else { return nil }
            for symbol in file.symbols {
                guard fileBySymbol.updateValue(index, forKey: symbol) == nil else { return nil }
            }
        }
        self.files = files
        self.fileByName = fileByName
        self.fileBySymbol = fileBySymbol
        messages = Set(files.flatMap(\.messages))
        services = files.flatMap(\.services).sorted()
    }

    /// The index of the services that this server has.
    package static func embedded() -> ReflectionIndex {
        guard let index = ReflectionIndex(descriptorSet: embeddedDescriptorSet) else {
            preconditionFailure("the description of the services that is compiled in is no FileDescriptorSet")
        }
        return index
    }

    /// The FileDescriptorSet that is compiled in.
    package static var embeddedDescriptorSet: ByteView {
        var byteCount = 0
        guard let start = unsafe hearth_descriptor_set(&byteCount) else { return .empty }
        return unsafe ByteView(start: UnsafeRawPointer(start), count: byteCount)
    }

    /// A file and what it imports, directly or not, each once, the file itself first.
    func closure(of file: Int) -> [Int] {
        var order: [Int] = []
        var seen: Set<Int> = []
        var open = [file]
        while let next = open.popLast() {
            guard seen.insert(next).inserted else { continue }
            order.append(next)
            open += files[next].imports.reversed().compactMap { fileByName[$0] }
        }
        return order
    }
}

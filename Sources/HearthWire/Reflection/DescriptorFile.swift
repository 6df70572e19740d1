import HearthCore

/// One `.proto` file as a `google.protobuf.FileDescriptorProto` describes it: its name, what it imports, what it
/// declares. Field numbers are those of `google/protobuf/descriptor.proto`.
struct DescriptorFile: Sendable {
    /// Messages may be declared in messages; deeper than this nobody does it.
    private static let nestingMax = 32

    var name = ""
    /// The serialized FileDescriptorProto, as clients want it.
    var bytes: [UInt8] = []
    var imports: [String] = []
    /// Full names of the services.
    var services: [String] = []
    /// Full names of the messages.
    var messages: [String] = []
    /// Full names of everything declared: messages, fields, enums and their values, services and methods.
    var symbols: [String] = []

    /// nil for bytes that are no FileDescriptorProto.
    init?(_ view: ByteView) {
        bytes = unsafe Array(view.buffer)
        var package = ""
        // The package may stand behind what is declared in it: read first.
        var reader = FieldReader(view)
        while let (number, value) = reader.next() {
            guard case .bytes(let field) = value else { continue }
            switch number {
            case 1: name = field.text
            case 2: package = field.text
            case 3: imports.append(field.text)
            default: break
            }
        }
        guard !reader.failed, !name.isEmpty else { return nil }
        reader = FieldReader(view)
        while let (number, value) = reader.next() {
            guard case .bytes(let field) = value else { continue }
            let isRead: Bool
            switch number {
            case 4: isRead = addMessage(field, in: package, depth: 0)
            case 5: isRead = addEnum(field, in: package)
            case 6: isRead = addService(field, in: package)
            case 7: isRead = addName(field, in: package) != nil
            default: isRead = true
            }
            guard isRead else { return nil }
        }
    }

    private mutating func addMessage(_ view: ByteView, in scope: String, depth: Int) -> Bool {
        guard depth < Self.nestingMax, let message = addName(view, in: scope) else { return false }
        messages.append(message)
        var reader = FieldReader(view)
        while let (number, value) = reader.next() {
            guard case .bytes(let field) = value else { continue }
            let isRead: Bool
            switch number {
            case 2, 6, 8: isRead = addName(field, in: message) != nil
            case 3: isRead = addMessage(field, in: message, depth: depth + 1)
            case 4: isRead = addEnum(field, in: message)
            default: isRead = true
            }
            guard isRead else { return false }
        }
        return !reader.failed
    }

    private mutating func addEnum(_ view: ByteView, in scope: String) -> Bool {
        guard addName(view, in: scope) != nil else { return false }
        // The values of an enum stand beside it, not in it.
        return addMembers(view, in: scope)
    }

    private mutating func addService(_ view: ByteView, in scope: String) -> Bool {
        guard let service = addName(view, in: scope) else { return false }
        services.append(service)
        return addMembers(view, in: service)
    }

    /// Adds what field 2 declares: the values of an enum, the methods of a service.
    private mutating func addMembers(_ view: ByteView, in scope: String) -> Bool {
        var reader = FieldReader(view)
        while let (number, value) = reader.next() {
            guard number == 2, case .bytes(let member) = value else { continue }
            guard addName(member, in: scope) != nil else { return false }
        }
        return !reader.failed
    }

    /// Adds the symbol whose name is field 1, as all descriptors have it. Returns its full name.
    private mutating func addName(_ view: ByteView, in scope: String) -> String? {
        var reader = FieldReader(view)
        var name = ""
        while let (number, value) = reader.next() {
            if number == 1, case .bytes(let field) = value { name = field.text }
        }
        guard !reader.failed, !name.isEmpty else { return nil }
        let symbol = scope.isEmpty ? name : "\(scope).\(name)"
        symbols.append(symbol)
        return symbol
    }
}

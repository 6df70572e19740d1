/// One value of a ``PickleDocument``, and the way that led to it, for messages.
///
/// Accessors either give what is asked for or throw an error that names the place (`estimators_[3].tree_`), what was
/// found and what was expected. Nothing here descends by itself: the cost of a call is that of the one value.
package struct PickleNode: Sendable {
    /// The file that the value belongs to.
    package let document: PickleDocument
    /// Which value it is: equal for values that the file shares.
    package let index: UInt32
    let place: PicklePlace

    var record: PickleRecord { document.records[Int(index)] }

    /// What the value is.
    package var kind: PickleKind { record.kind }

    /// Where in the content the value was made.
    package var byteOffset: Int { Int(record.offset) }

    /// The way from the root, e.g. `steps[1][1].coef_`; empty for the root itself.
    package var path: String { place.text }

    /// Whether the value is None.
    package var isNone: Bool { record.kind == .none }

    /// The class of an object, of a dictionary with a class of its own, or the name that a `name` is.
    package var className: PickleClass? {
        record.row == 0 ? nil : PickleGlobals.rows[Int(record.row)].publicClass
    }

    /// Whether the value is an object or name of this class, whatever its module.
    package func isInstance(_ name: String) -> Bool { className?.name == name }

    // MARK: Parts by name

    /// The attribute of an object's state, or the value of a dictionary's key; throws when there is none.
    package func member(_ name: String) throws(ArtifactError) -> PickleNode {
        let dictionary = try namedMembers()
        guard let value = try dictionary.lookUp(name) else {
            throw error("no '\(name)' found, which this class is expected to have")
        }
        return PickleNode(document: document, index: value, place: step(to: name))
    }

    /// The same; nil when there is no such attribute or key, or its value is None.
    package func member(ifPresent name: String) throws(ArtifactError) -> PickleNode? {
        guard let value = try namedMembers().lookUp(name) else { return nil }
        let node = PickleNode(document: document, index: value, place: step(to: name))
        return node.isNone ? nil : node
    }

    /// Whether there is such an attribute or key.
    package func hasMember(_ name: String) throws(ArtifactError) -> Bool {
        try namedMembers().lookUp(name) != nil
    }

    /// The pairs of a dictionary in its own order, keys as nodes.
    package func pairs() throws(ArtifactError) -> [(key: PickleNode, value: PickleNode)] {
        guard record.kind == .dictionary else { throw expected("a dict") }
        try document.spend(4 * PickleDocument.lookByteCount * Int(record.b) / 2, at: self)
        return stride(from: 0, to: Int(record.b), by: 2).map { position in
            let key = PickleNode(
                document: document, index: child(position), place: .member(place, "key \(position / 2)", isKey: true))
            let value = PickleNode(
                document: document, index: child(position + 1), place: .member(place, key.keyText, isKey: true))
            return (key, value)
        }
    }

    /// The state of an object: what BUILD gave it, usually a dictionary of its attributes.
    package func state() throws(ArtifactError) -> PickleNode {
        guard record.kind == .object else { throw expected("an object") }
        guard record.b != PickleRecord.nothing else { throw error("an object without state found") }
        return PickleNode(document: document, index: record.b, place: place)
    }

    /// The arguments that an object was made of, e.g. the three of a `Tree`, the packed bytes of a `datetime`.
    package func arguments() throws(ArtifactError) -> [PickleNode] {
        guard record.kind == .object else { throw expected("an object") }
        guard record.a != PickleRecord.nothing else { return [] }
        return try PickleNode(document: document, index: record.a, place: .member(place, "arguments", isKey: false))
            .items()
    }

    // MARK: Parts by position

    /// How many items a list, tuple or set has, or pairs a dictionary.
    package func count() throws(ArtifactError) -> Int {
        switch record.kind {
        case .list, .tuple, .set: Int(record.b)
        case .dictionary: Int(record.b) / 2
        default: throw expected("a list, tuple, set or dict")
        }
    }

    /// The items of a list, tuple, set, or of an array of objects in C order.
    package func items() throws(ArtifactError) -> [PickleNode] {
        switch record.kind {
        case .list, .tuple, .set:
            try document.spend(2 * PickleDocument.lookByteCount * Int(record.b), at: self)
            return (0..<Int(record.b)).map {
                PickleNode(document: document, index: child($0), place: .item(place, $0))
            }
        case .array: return try array().nodes()
        default: throw expected("a list, tuple or array of objects")
        }
    }

    /// The item at `position` of a list or tuple.
    package func item(_ position: Int) throws(ArtifactError) -> PickleNode {
        guard record.kind == .list || record.kind == .tuple else { throw expected("a list or tuple") }
        guard position >= 0, position < Int(record.b) else {
            throw error("\(record.kind.text) of \(record.b) items found, more than \(position) expected")
        }
        return PickleNode(document: document, index: child(position), place: .item(place, position))
    }

    func child(_ position: Int) -> UInt32 { document.children[Int(record.a) + position] }

    // MARK: Errors

    /// An error about this value: its place, the message, and what to do.
    package func error(
        _ message: String, code: ArtifactError.Code = .unexpectedContent, hint: String = PickleNode.contentHint
    ) -> ArtifactError {
        ArtifactError(
            code, path: document.path, byteOffset: byteOffset,
            path.isEmpty ? message : "\(shownPath): \(message)", hint: hint)
    }

    /// The path for messages: of one that is long both ends, which say the most.
    private var shownPath: String {
        let path = path
        guard path.utf8.count > 200 else { return path }
        return "\(path.prefix(60))...\(path.suffix(120))"
    }

    /// An error that tells what was found and that `what` was expected.
    package func expected(_ what: String) -> ArtifactError {
        error("\(found) found, \(what) expected")
    }

    /// What the value is, for messages: its kind, and the class if it has one.
    package var found: String {
        switch record.kind {
        case .object, .opaque, .name: className.map { "\($0)" } ?? record.kind.text
        case .array: (try? array()).map { "an array of \($0.type.text) with shape \($0.shapeText)" } ?? "an array"
        default: record.kind.text
        }
    }

    /// What to do about content that no version of the library writes.
    package static let contentHint =
        "no version of the library that is read stores this: save the fitted model again, or report its class and "
        + "version"

    // MARK: Inside

    /// The dictionary of names of an object or dictionary.
    private func namedMembers() throws(ArtifactError) -> PickleNode {
        switch record.kind {
        case .dictionary: return self
        case .object:
            let state = try state()
            guard state.record.kind == .dictionary else { throw state.expected("a dict of attributes") }
            return state
        default: throw expected("an object or dict")
        }
    }

    private func step(to name: String) -> PicklePlace {
        .member(place, name, isKey: record.kind == .dictionary && record.row == 0)
    }

    private func lookUp(_ name: String) throws(ArtifactError) -> UInt32? {
        // Every key is looked at, at most.
        try document.spend(PickleDocument.lookByteCount + 2 * Int(record.b), at: self)
        var name = name
        return name.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            for position in stride(from: 0, to: Int(record.b), by: 2) {
                let key = document.records[Int(child(position))]
                guard key.kind == .string, Int(key.b) == bytes.count else { continue }
                let range = PickleArena.Bytes(start: key.a, count: key.b, inPool: key.flags.contains(.inPool))
                if unsafe document.bytes(range).elementsEqual(bytes) { return child(position + 1) }
            }
            return nil
        }
    }

    private var keyText: String {
        switch record.kind {
        case .string: (try? string()).map { PickleText.shown($0) } ?? "?"
        case .integer, .bool: (try? integerText()) ?? "?"
        default: record.kind.text
        }
    }
}

/// The way from the root of a document to a value; text is made of it only for messages.
indirect enum PicklePlace: Sendable {
    case root
    case item(PicklePlace, Int)
    case member(PicklePlace, String, isKey: Bool)

    var text: String {
        switch self {
        case .root: ""
        case .item(let parent, let position): "\(parent.text)[\(position)]"
        case .member(let parent, let name, isKey: true): "\(parent.text)[\(name)]"
        case .member(.root, let name, isKey: false): name
        case .member(let parent, let name, isKey: false): "\(parent.text).\(name)"
        }
    }
}

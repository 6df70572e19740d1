/// A value of a document with the way to it, for reading it as what it must be.
struct BoosterScope {
    let node: BoosterNode
    let failure: BoosterFailure
    private let trail: Trail

    /// The way from the top; a text of it is made for messages only.
    private indirect enum Trail {
        case document
        case key(Trail, String)
        case item(Trail, Int)

        /// Keys and indices, e.g. `learner.gradient_booster`; at most ``BoosterLimits/depthMax`` of them.
        var text: String {
            switch self {
            case .document: ""
            case .key(.document, let key): key
            case .key(let trail, let key): "\(trail.text).\(key)"
            case .item(let trail, let index): "\(trail.text)[\(index)]"
            }
        }
    }

    init(_ document: BoosterNode, failure: BoosterFailure) {
        self.init(document, failure: failure, trail: .document)
    }

    private init(_ node: BoosterNode, failure: BoosterFailure, trail: Trail) {
        self.node = node
        self.failure = failure
        self.trail = trail
    }

    /// The value under `key`, or nil when there is none or it is null.
    func optional(_ key: String) throws(ArtifactError) -> BoosterScope? {
        guard case .object(let members) = node.content else { throw wrong("an object") }
        var found: BoosterNode?
        for member in members where member.key == key {
            guard found == nil else {
                throw failure.corrupt(member.value.offset, "key '\(key)' of \(place) found twice, one expected")
            }
            found = member.value
        }
        guard let found else { return nil }
        if case .null = found.content { return nil }
        return BoosterScope(found, failure: failure, trail: .key(trail, key))
    }

    func member(_ key: String) throws(ArtifactError) -> BoosterScope {
        guard let found = try optional(key) else {
            throw failure.corrupt(node.offset, "no key '\(key)' found in \(place), one expected")
        }
        return found
    }

    func text() throws(ArtifactError) -> String {
        guard case .text(let text) = node.content else { throw wrong("a text") }
        return text
    }

    /// A whole number from 0 to `limit`, which XGBoost writes as text.
    func count(atMost limit: Int) throws(ArtifactError) -> Int {
        let value: Int?
        switch node.content {
        case .text(let text): value = text.utf8.count <= BoosterLimits.numberByteCountMax ? Int(text) : nil
        case .number(let number): value = Int(exactly: number)
        case .null, .numbers, .list, .object: value = nil
        }
        guard let value, (0...limit).contains(value) else { throw wrong("a whole number from 0 to \(limit)") }
        return value
    }

    /// The numbers of an array, which are `count` where that is known.
    func numbers(count: Int? = nil) throws(ArtifactError) -> [Double] {
        let values: [Double]
        switch node.content {
        case .numbers(let numbers): values = numbers
        case .list(let items) where items.isEmpty: values = []
        case .null, .number, .text, .list, .object: throw wrong("numbers")
        }
        if let count, values.count != count {
            throw failure.corrupt(node.offset, "\(values.count) values of \(place) found, \(count) expected")
        }
        return values
    }

    /// The whole numbers of an array, each in `range`, whose bounds a double holds exactly.
    func integers(count: Int? = nil, in range: ClosedRange<Int>) throws(ArtifactError) -> [Int] {
        let values = try numbers(count: count)
        let (least, most) = (Double(range.lowerBound), Double(range.upperBound))
        var result: [Int] = []
        result.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard value >= least, value <= most, case let integer = Int(value), Double(integer) == value else {
                throw failure.corrupt(
                    node.offset,
                    "\(value) at \(place)[\(index)] found, a whole number from \(range.lowerBound) to "
                        + "\(range.upperBound) expected")
            }
            result.append(integer)
        }
        return result
    }

    /// The numbers of an array as float32, which the library keeps them in.
    func floats(count: Int? = nil) throws(ArtifactError) -> [Float] {
        try numbers(count: count).map { Float($0) }
    }

    func items() throws(ArtifactError) -> [BoosterScope] {
        switch node.content {
        case .numbers(let numbers) where numbers.isEmpty: return []
        case .list(let items):
            return items.enumerated().map { BoosterScope($1, failure: failure, trail: .item(trail, $0)) }
        case .null, .number, .text, .numbers, .object: throw wrong("a list")
        }
    }

    func texts() throws(ArtifactError) -> [String] {
        var texts: [String] = []
        for item in try items() { texts.append(try item.text()) }
        return texts
    }

    /// The way to the value, as messages name it.
    var place: String {
        if case .document = trail { return "the document" }
        return trail.text
    }

    private func wrong(_ expected: String) -> ArtifactError {
        var found = node.kind
        switch node.content {
        case .text(let text): found = BoosterFailure.quoted(text)
        case .number(let number): found = "\(number)"
        case .null, .numbers, .list, .object: break
        }
        return failure.corrupt(node.offset, "\(found) at \(place) found, \(expected) expected")
    }
}

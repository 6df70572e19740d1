/// A NumPy array of a ``PickleDocument``: its type, its shape, and its elements as Swift arrays in C order.
///
/// Byte order and Fortran order are dealt with. The elements are copied when they are asked for; runs of native numbers
/// in C order at the speed of memory.
package struct PickleArray: Sendable {
    /// The array as a value, for its place and its errors.
    package let node: PickleNode
    /// The type of an element.
    package let type: PickleElementType
    /// The dimensions; empty for an array of no dimension, which has one element.
    package let shape: [Int]
    /// Whether the first index is the one that changes fastest in the file.
    package let isFortran: Bool
    private let array: PickleArena.Array
    /// The part of the elements that this is.
    private let field: PickleElementType.Field?

    init(node: PickleNode, array: PickleArena.Array, shape: [Int]) {
        self.node = node
        type = node.document.elementTypes[Int(array.type)]
        self.shape = shape
        // The orders differ from two dimensions on.
        isFortran = array.isFortran && shape.count > 1
        self.array = array
        field = nil
    }

    private init(_ whole: PickleArray, field: PickleElementType.Field) {
        node = PickleNode(
            document: whole.node.document, index: whole.node.index,
            place: .member(whole.node.place, field.name, isKey: true))
        type = PickleElementType(kind: field.kind, byteCount: field.byteCount, isBigEndian: field.isBigEndian)
        shape = whole.shape
        isFortran = whole.isFortran
        array = whole.array
        self.field = field
    }

    /// The number of elements.
    package var count: Int { Int(array.count) }

    /// Where in an element of the whole array the elements of this one start: a field's offset, else 0.
    var fieldByteOffset: Int { field?.byteOffset ?? 0 }

    /// The shape as NumPy writes it.
    package var shapeText: String {
        shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
    }

    /// This array, when its shape is `expected`; nil stands for any size of a dimension.
    ///
    /// Throws `.unexpectedContent`, naming both shapes.
    @discardableResult
    package func requireShape(_ expected: [Int?]) throws(ArtifactError) -> PickleArray {
        guard shape.count == expected.count, zip(shape, expected).allSatisfy({ $1 == nil || $0 == $1 }) else {
            let text = expected.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
            throw node.error("an array of shape \(shapeText) found, (\(text)) expected")
        }
        return self
    }

    /// The field of a structured array as an array of its own, of the same shape; throws when there is none.
    package func field(_ name: String) throws(ArtifactError) -> PickleArray {
        guard let field = field(ifPresent: name) else {
            throw node.error("no field '\(name)' found in \(type.text)")
        }
        return field
    }

    /// The field of a structured array; nil when there is none.
    package func field(ifPresent name: String) -> PickleArray? {
        type.fields.first { $0.name == name }.map { PickleArray(self, field: $0) }
    }

    // MARK: Elements

    /// Floats of any size, bools, and integers that a double holds exactly; of an array of objects, its numbers.
    package func doubles() throws(ArtifactError) -> [Double] {
        if type.kind == .object {
            var values: [Double] = []
            for item in try nodes() { values.append(try item.double()) }
            return values
        }
        return try ordered(column(Double.self).doubles(), "numbers that a double holds exactly")
    }

    /// Floats of at most 32 bits.
    package func floats() throws(ArtifactError) -> [Float] { try ordered(column(Float.self).floats(), "f2 or f4") }

    /// Integers that fit 64 bits with a sign, and bools; of an array of objects, its integers.
    package func integers() throws(ArtifactError) -> [Int64] {
        if type.kind == .object {
            var values: [Int64] = []
            for item in try nodes() { values.append(try item.integer()) }
            return values
        }
        return try ordered(column(Int64.self).integers(), "integers of 64 bits")
    }

    /// Unsigned integers of at most 32 bits, such as bit sets.
    package func words() throws(ArtifactError) -> [UInt32] { try ordered(column(UInt32.self).words(), "u1, u2 or u4") }

    /// Bools, and bytes that are 0 or 1.
    package func bools() throws(ArtifactError) -> [Bool] { try ordered(column(Bool.self).bools(), "bools") }

    /// Text; of an array of objects, its strings.
    package func strings() throws(ArtifactError) -> [String] {
        if type.kind == .object {
            var values: [String] = []
            for item in try nodes() { values.append(try item.string()) }
            return values
        }
        return try ordered(column(String.self).strings(), "text")
    }

    /// The elements of an array of objects.
    package func nodes() throws(ArtifactError) -> [PickleNode] {
        guard type.kind == .object, field == nil else { throw node.expected("an array of objects") }
        let list = node.document.records[Int(array.items)]
        try node.document.spend(2 * PickleDocument.lookByteCount * Int(list.b), at: node)
        let items = node.document.children[Int(list.a)..<Int(list.a) + Int(list.b)]
        let ordered = try ordered(Array(items), "objects")
        return ordered.enumerated().map { position, index in
            PickleNode(document: node.document, index: index, place: .item(node.place, position))
        }
    }

    /// Runs `body` on the elements as the file has them, which are not copied; valid for the call.
    ///
    /// Throws `.overBudget` when the conversion has taken out too much (``PickleLimits/conversionByteCountMax``).
    package func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(ArtifactError) -> Result
    ) throws(ArtifactError) -> Result {
        try node.document.spend(PickleDocument.lookByteCount + Int(array.bytes.count), at: node)
        return try unsafe body(node.document.bytes(array.bytes))
    }

    /// The elements, of which a copy as values of `Value` is paid for.
    private func column<Value>(_: Value.Type) throws(ArtifactError) -> PickleColumn {
        // A text has its characters besides. What changes its order or its kind is held twice for a while.
        var width = MemoryLayout<Value>.stride + (Value.self == String.self ? 64 + type.byteCount : 0)
        if isFortran || Value.self == Double.self && type.kind != .float { width *= 2 }
        try node.document.spend(PickleDocument.lookByteCount + count * width, at: node)
        let whole = node.document.elementTypes[Int(array.type)]
        return PickleColumn(
            document: node.document, type: type, bytes: array.bytes, count: count, stride: whole.byteCount,
            byteOffset: field?.byteOffset ?? 0)
    }

    /// The values in C order; nil values mean that the type does not have what was asked for.
    private func ordered<Value>(_ values: [Value]?, _ what: String) throws(ArtifactError) -> [Value] {
        guard let values else { throw node.error("\(type.text) found, \(what) expected") }
        guard isFortran, values.count > 1 else { return values }
        // In the file the first index changes fastest: the weight of a dimension is the product of those before it.
        var weights: [Int] = []
        var weight = 1
        for dimension in shape {
            weights.append(weight)
            weight &*= dimension
        }
        var position = [Int](repeating: 0, count: shape.count)
        var source = 0
        var output: [Value] = []
        output.reserveCapacity(values.count)
        while output.count < values.count {
            output.append(values[source])
            var axis = shape.count - 1
            while axis >= 0 {
                position[axis] += 1
                source += weights[axis]
                if position[axis] < shape[axis] { break }
                source -= weights[axis] * shape[axis]
                position[axis] = 0
                axis -= 1
            }
        }
        return output
    }
}

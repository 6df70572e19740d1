/// What a node of a ``PickleDocument`` is.
package enum PickleKind: UInt8, Sendable, Hashable, CaseIterable {
    case none, bool, integer, float, string, bytes, list, tuple, dictionary, set
    /// A class or function that is only named, such as the `dtype` parameter of an encoder.
    case name
    /// An object of a class that a converter may read: its class, arguments and state.
    case object
    /// An object that is known and of which nothing is read, such as the state of a random generator.
    case opaque
    /// A NumPy array.
    case array
    /// A NumPy scalar.
    case scalar
    /// A NumPy element type.
    case elementType

    /// The kind with its article, for messages.
    package var text: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .integer: "an integer"
        case .float: "a float"
        case .string: "a string"
        case .bytes: "bytes"
        case .list: "a list"
        case .tuple: "a tuple"
        case .dictionary: "a dict"
        case .set: "a set"
        case .name: "the name of a class or function"
        case .object: "an object"
        case .opaque: "an object that is not read"
        case .array: "an array"
        case .scalar: "a NumPy scalar"
        case .elementType: "a dtype"
        }
    }
}

/// The class of an object, by its module and name as the file has them.
package struct PickleClass: Sendable, Hashable, CustomStringConvertible {
    package var module: String
    package var name: String

    package init(module: String, name: String) {
        self.module = module
        self.name = name
    }

    package var description: String { "\(module).\(name)" }
}

/// One node of the arena: sixteen bytes, whatever it stands for.
///
/// What `a` and `b` mean depends on the kind: halves of a number, a range of bytes, a range of children, indices.
struct PickleRecord {
    struct Flags: OptionSet {
        let rawValue: UInt8
        /// State was given; it may be given once only.
        static let built = Flags(rawValue: 1)
        /// The bytes lie in the pool of decoded bytes, not in the content.
        static let inPool = Flags(rawValue: 2)
        /// An integer beyond 64 bits, as little-endian bytes.
        static let big = Flags(rawValue: 4)
        /// A set that is the frozen kind.
        static let frozen = Flags(rawValue: 8)
        /// Bytes that were a bytearray.
        static let mutable = Flags(rawValue: 16)
        /// A set whose items are those of the list or tuple `a`.
        static let byReference = Flags(rawValue: 32)
        /// An array wrapper of joblib, whose bytes follow.
        static let wrapper = Flags(rawValue: 64)
    }

    /// No node, no segment, nothing.
    static let nothing = UInt32.max

    var kind: PickleKind
    var flags: Flags = []
    /// The row of ``PickleGlobals`` that names the class; 0 for none.
    var row: UInt16 = 0
    var a: UInt32 = 0
    var b: UInt32 = 0
    /// Where in the content the node was made.
    var offset: UInt32
}

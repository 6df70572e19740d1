/// Up to nine nodes: the arguments of a call, the state of an array. A value by itself, because a forest has thousands
/// of them and an array would be allocated for each.
struct PickleItems: RandomAccessCollection {
    static let countMax = 9

    private var nodes: InlineArray<9, UInt32>
    let endIndex: Int
    var startIndex: Int { 0 }

    /// The first `count` of a run that starts at `start`; `count` is at most ``countMax``.
    init(_ children: borrowing [UInt32], from start: Int, count: Int) {
        nodes = InlineArray(repeating: 0)
        endIndex = count
        for index in 0..<count { nodes[index] = children[start + index] }
    }

    subscript(index: Int) -> UInt32 { nodes[index] }
}

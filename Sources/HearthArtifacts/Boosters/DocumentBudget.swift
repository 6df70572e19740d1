/// What a document has used of its bounds.
struct DocumentBudget {
    private var valueCount = 0
    private var numberCount = 0
    private let numberCountMax: Int

    /// The bounds of a document of so many bytes.
    init(byteCount: Int) {
        numberCountMax = max(BoosterLimits.numberCountMax, byteCount / 4)
    }

    /// Counts one value besides the elements of number arrays.
    mutating func takeValue(at offset: Int, _ failure: BoosterFailure) throws(ArtifactError) {
        valueCount &+= 1
        guard valueCount <= BoosterLimits.valueCountMax else {
            throw failure.tooLarge(
                offset, "more than \(BoosterLimits.valueCountMax) values found, at most that many are read")
        }
    }

    /// Counts `count` numbers of an array.
    @inline(__always)
    mutating func takeNumbers(_ count: Int, at offset: Int, _ failure: BoosterFailure) throws(ArtifactError) {
        guard count <= numberCountMax &- numberCount else {
            throw failure.tooLarge(offset, "more than \(numberCountMax) numbers found, at most that many are read")
        }
        numberCount &+= count
    }

    /// Asks whether lists and objects may nest `depth` deep.
    static func check(depth: Int, at offset: Int, _ failure: BoosterFailure) throws(ArtifactError) {
        guard depth <= BoosterLimits.depthMax else {
            throw failure.corrupt(
                offset,
                "lists and objects nested \(depth) deep found, at most \(BoosterLimits.depthMax) expected")
        }
    }
}

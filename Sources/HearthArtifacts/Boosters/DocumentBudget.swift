/// What a document has used of its bounds.
struct DocumentBudget {
    private var valueCount = 0

    /// Counts one value besides the elements of number arrays.
    mutating func takeValue(at offset: Int, _ failure: BoosterFailure) throws(ArtifactError) {
        valueCount &+= 1
        guard valueCount <= BoosterLimits.valueCountMax else {
            throw failure.tooLarge(
                offset, "more than \(BoosterLimits.valueCountMax) values found, at most that many are read")
        }
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

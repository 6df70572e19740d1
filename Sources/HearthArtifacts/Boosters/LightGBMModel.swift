/// A LightGBM model as its text has it, read but not yet interpreted.
struct LightGBMModel {
    /// `v3` or `v4`.
    let version: String
    /// Name, then parameters; empty for a custom objective.
    let objective: [String]
    /// A random forest: the sum is divided by the number of trees.
    let isAveraged: Bool
    let columnCount: Int
    /// Trees of a round, which is outputs per row.
    let groupCount: Int
    let featureNames: [String]
    let trees: [LightGBMTree]

    init(_ bytes: [UInt8], failure: BoosterFailure) throws(ArtifactError) {
        var lines = LightGBMLines(bytes)
        guard let first = lines.next(), lines.isKey("tree", of: first) else {
            throw failure.corrupt(0, "no line 'tree' found at the start, one expected")
        }
        var header = LightGBMFields(bytes, failure, place: "the header", offset: first.offset)
        var line = lines.next()
        while let found = line, !lines.isKey("Tree", of: found), !lines.isKey("end of trees", of: found) {
            try header.add(found)
            line = lines.next()
        }
        version = try header.text("version") ?? ""
        guard version == "v3" || version == "v4" else {
            throw failure.unsupported(
                first.offset, "version \(BoosterFailure.quoted(version)) found, v3 or v4 expected",
                hint: "load the model with LightGBM 3 or 4 and save it again")
        }
        isAveraged = try header.has("average_output")
        columnCount = try header.count("max_feature_idx", atMost: Self.columnCountMax - 1) + 1
        groupCount = try header.count("num_tree_per_iteration", atMost: Self.groupCountMax)
        guard groupCount > 0 else {
            throw failure.corrupt(first.offset, "0 trees of a round found, 1 or more expected")
        }
        objective = try header.words("objective", atMost: Self.objectiveWordCountMax)
        featureNames = try header.words("feature_names", atMost: columnCount)

        var trees: [LightGBMTree] = []
        while let start = line, lines.isKey("Tree", of: start) {
            guard trees.count < Self.treeCountMax else {
                throw failure.tooLarge(start.offset, "more than \(Self.treeCountMax) trees found")
            }
            var fields = LightGBMFields(bytes, failure, place: "tree \(trees.count)", offset: start.offset)
            line = lines.next()
            while let found = line, !lines.isKey("Tree", of: found), !lines.isKey("end of trees", of: found) {
                try fields.add(found)
                line = lines.next()
            }
            trees.append(try LightGBMTree(fields, columnCount: columnCount, failure: failure))
        }
        guard line != nil else { throw failure.truncated(lines.offset, "the line 'end of trees'") }
        guard !trees.isEmpty, trees.count % groupCount == 0 else {
            throw failure.corrupt(first.offset, "\(trees.count) trees found, a multiple of \(groupCount) expected")
        }
        self.trees = trees
    }

    private static let columnCountMax = 65_536
    /// A name and its parameters; the library writes up to four words.
    private static let objectiveWordCountMax = 64
    private static let groupCountMax = 10_000
    private static let treeCountMax = 1_000_000
}

/// Keeps a walk over a document finite: no value within itself, no way deeper than
/// ``PickleLimits/walkDepthMax``, no more visits than the limits of the document allow.
///
///     let result = try walk.enter(node) { walk throws(ArtifactError) in try convert(node, &walk) }
///
/// A value that is shared may be visited again beside itself; the budget of visits bounds what sharing can blow up.
package struct PickleWalk {
    private var onPath: Set<UInt32> = []
    private var visitCount = 0

    package init() {}

    /// Runs `body` with `node` on the path; throws when it is there already, too deep, or one visit too many.
    package mutating func enter<Result>(
        _ node: PickleNode, _ body: (inout PickleWalk) throws(ArtifactError) -> Result
    ) throws(ArtifactError) -> Result {
        visitCount += 1
        guard visitCount <= node.document.limits.visitCountMax else {
            throw node.error(
                "more than \(node.document.limits.visitCountMax) visits needed", code: .overBudget,
                hint: "the file shares its parts so often that it grows without end: save the fitted model again")
        }
        guard onPath.count < PickleLimits.walkDepthMax else {
            throw node.error("nesting of more than \(PickleLimits.walkDepthMax) levels found", code: .overBudget)
        }
        guard onPath.insert(node.index).inserted else {
            throw node.error("a value that contains itself found")
        }
        defer { onPath.remove(node.index) }
        return try body(&self)
    }
}

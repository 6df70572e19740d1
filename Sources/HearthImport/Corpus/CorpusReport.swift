/// What became of all cases of a corpus.
package struct CorpusReport: Sendable {
    package let cases: [CaseOutcome]

    package init(_ cases: [CaseOutcome]) {
        self.cases = cases
    }

    /// One line of the table: an estimator as one set of library versions wrote it.
    package struct Line: Sendable, Equatable {
        package var estimator: String
        package var folder: String
        package var caseCount = 0
        /// Files that were read.
        package var fileCount = 0
        /// Arrays compared, those with equal bits, and those within the bound of their sums or a named exception.
        package var arrayCount = 0
        package var exactCount = 0
        package var withinBoundCount = 0
        package var differenceMax = 0.0
        package var mismatchCount = 0
        /// Files that were refused.
        package var refusedCount = 0
    }

    /// By estimator, then by folder.
    package var lines: [Line] {
        var lines: [String: Line] = [:]
        for outcome in cases {
            let key = "\(outcome.estimator) \(outcome.folder)"
            var line = lines[key] ?? Line(estimator: outcome.estimator, folder: outcome.folder)
            line.caseCount += 1
            line.refusedCount += outcome.refusals.count
            line.fileCount += outcome.files.count - outcome.refusals.count
            line.mismatchCount += outcome.files.reduce(0) { $0 + $1.problems.count }
            for array in outcome.arrays {
                line.arrayCount += 1
                line.exactCount += array.isExact ? 1 : 0
                line.withinBoundCount += !array.isExact && array.isAccepted ? 1 : 0
                line.mismatchCount += array.isAccepted ? 0 : 1
                line.differenceMax = max(line.differenceMax, array.differenceMax)
            }
            lines[key] = line
        }
        return lines.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The sums of all lines.
    package var total: Line {
        lines.reduce(into: Line(estimator: "all", folder: "")) { total, line in
            total.caseCount += line.caseCount
            total.fileCount += line.fileCount
            total.arrayCount += line.arrayCount
            total.exactCount += line.exactCount
            total.withinBoundCount += line.withinBoundCount
            total.differenceMax = max(total.differenceMax, line.differenceMax)
            total.mismatchCount += line.mismatchCount
            total.refusedCount += line.refusedCount
        }
    }

    /// Every file of every case was read, and every value is as it must be.
    package var isAccepted: Bool { cases.allSatisfy(\.isAccepted) }
}

/// Finds the name that somebody may have meant.
package enum NearestName {
    /// The one of `names` with the fewest changed, swapped, missing or added letters; nil when even that is far off.
    ///
    /// Optimal string alignment distance (Damerau and Levenshtein); at most a third of the letters may differ.
    package static func of(_ word: String, among names: [String]) -> String? {
        let word = Array(word.lowercased().unicodeScalars.prefix(lengthMax))
        let best = names.map { ($0, distance(word, Array($0.lowercased().unicodeScalars.prefix(lengthMax)))) }
            .min { ($0.1, $0.0) < ($1.1, $1.0) }
        guard let best, best.1 <= max(1, max(word.count, best.0.count) / 3) else { return nil }
        return best.0
    }

    /// Longer words are compared by their beginnings.
    private static let lengthMax = 64

    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { rows[i][0] = i }
        for j in 0...b.count { rows[0][j] = j }
        for i in 1...a.count {
            for j in 1...b.count {
                let change = a[i - 1] == b[j - 1] ? 0 : 1
                rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
                }
            }
        }
        return rows[a.count][b.count]
    }
}

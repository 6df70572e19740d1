import Glibc

/// Liu, Ting and Zhou's c(n): the average path length of an unsuccessful search in a binary search tree of
/// `sampleCount` rows, by which isolation forests count a leaf that holds several.
///
/// As scikit-learn computes it (`_average_path_length`).
package func averagePathLength(_ sampleCount: Int) -> Double {
    switch sampleCount {
    case ...1: return 0
    case 2: return 1
    default:
        let n = Double(sampleCount)
        return 2.0 * (log(n - 1.0) + 0.5772156649015329) - 2.0 * (n - 1.0) / n
    }
}

/// `numpy.percentile(values, percent)` with its default, linear interpolation, operation for operation.
///
/// `percent` lies in 0...100 and `values` is not empty.
package func percentile(_ values: [Double], _ percent: Double) -> Double {
    precondition(!values.isEmpty && (0...100).contains(percent), "a percentile is of values, 0 to 100")
    let sorted = values.sorted()
    let position = Double(sorted.count - 1) * (percent / 100.0)
    let lower = Int(position.rounded(.down))
    let upper = min(lower + 1, sorted.count - 1)
    let fraction = position - Double(lower)
    let difference = sorted[upper] - sorted[lower]
    // numpy interpolates from the nearer end, so that the result is monotonic and exact at both.
    return fraction >= 0.5
        ? sorted[upper] - difference * (1 - fraction)
        : sorted[lower] + difference * fraction
}

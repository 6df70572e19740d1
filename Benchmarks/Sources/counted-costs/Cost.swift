/// One counted cost of a call.
struct Cost {
    let name: String
    let perCall: Double
    /// More than this fails; nil for what is only reported.
    let limit: Double?

    var isOverLimit: Bool { limit.map { perCall > $0 } ?? false }

    static func table(_ costs: [Cost]) -> String {
        let width = costs.map(\.name.count).max() ?? 0
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        func figure(_ value: Double) -> String {
            let hundredths = Int((value * 100).rounded())
            return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
        }
        return costs.map { cost in
            let name = cost.name + String(repeating: " ", count: width - cost.name.count)
            let limit = cost.limit.map { "  at most \(figure($0))\(cost.isOverLimit ? "  OVER" : "")" } ?? ""
            return "\(name)  \(padded(figure(max(0, cost.perCall)), 10))\(limit)"
        }.joined(separator: "\n")
    }
}

/// Numbers for people: a fixed count of decimals.
enum PlotNumber {
    /// `value` rounded to `digits` decimals, of which `trimmed` leaves trailing zeros out.
    ///
    /// A number from 10¹⁵ on is written as Swift does.
    static func text(_ value: Double, digits: Int, trimmed: Bool = false, signed: Bool = false) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 1e15 else { return "\(value)" }
        var whole = String(Int64(scaled))
        if whole.count <= digits { whole = String(repeating: "0", count: digits + 1 - whole.count) + whole }
        var text = String(whole.dropLast(digits))
        var decimals = whole.suffix(digits)
        if trimmed { while decimals.last == "0" { decimals.removeLast() } }
        if !decimals.isEmpty { text += "." + decimals }
        let sign = value < 0 && scaled > 0 ? "-" : signed ? "+" : ""
        return sign + text
    }
}

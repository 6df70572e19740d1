import HearthCore

/// Bars as text that ``BarDecoder`` reads back to the bit: CSV lines under a header, or JSON objects.
package enum BarText {
    /// The first line of a CSV file, without its line end.
    package static let header = "open_time,close_time,open,high,low,close,volume"

    /// The fields of ``header`` for `bar`, without a line end; numbers as short as they can be read back.
    package static func csvLine(_ bar: Bar) -> String {
        "\(bar.openTime.iso8601),\(bar.closeTime.iso8601),\(bar.open),\(bar.high),\(bar.low),\(bar.close),\(bar.volume)"
    }

    /// One JSON object with the members of ``header``, without a line end.
    ///
    /// The bar is one that ``BarValidator`` let through: JSON has no NaN.
    package static func jsonLine(_ bar: Bar) -> String {
        "{\"open_time\":\"\(bar.openTime.iso8601)\",\"close_time\":\"\(bar.closeTime.iso8601)\",\"open\":\(bar.open),"
            + "\"high\":\(bar.high),\"low\":\(bar.low),\"close\":\(bar.close),\"volume\":\(bar.volume)}"
    }
}

package import HearthCore

/// A reply of `Predict` or `Detect` as it lies in the receiver's buffer: read by hand, nothing is copied or allocated.
package struct PredictReplyView {
    package var modelName = ByteView.empty
    package var modelVersion = ByteView.empty
    package var generation: UInt64 = 0
    package var source: AnswerSource?
    package var rowCount = 0
    private var outputs: FieldReader

    /// One output: its values are little-endian doubles at any alignment.
    package struct Output {
        package var name = ByteView.empty
        package var width = 0
        package var values = ByteView.empty
        /// The whole message.
        fileprivate let bytes: ByteView

        fileprivate init(_ bytes: ByteView) {
            self.bytes = bytes
        }

        /// A text label per value, for classes that are text; else empty. Made at each use, so that an answer of
        /// numbers costs no array.
        package var labels: [String] {
            var labels: [String] = []
            var reader = FieldReader(bytes)
            while let field = reader.next() {
                if field.number == 4, case .bytes(let view) = field.value { labels.append(view.text) }
            }
            return labels
        }

        /// Appends all values to `target`.
        package func append(to target: inout [Double]) {
            let start = unsafe values.start
            for index in 0..<valueCount {
                let bits = unsafe start.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
                target.append(Double(bitPattern: UInt64(littleEndian: bits)))
            }
        }

        package var valueCount: Int { values.count / 8 }

        /// The value at `index`, which must be below ``valueCount``.
        package func value(at index: Int) -> Double {
            guard let eight = values.slice(from: index * 8, count: 8) else { return .nan }
            return unsafe Double(bitPattern: UInt64(littleEndian: eight.start.loadUnaligned(as: UInt64.self)))
        }
    }

    /// Reads the reply's own fields; nil when the bytes are no such message.
    package init?(_ payload: ByteView) {
        outputs = FieldReader(payload)
        var reader = FieldReader(payload)
        while let field = reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let view)): modelName = view
            case (2, .bytes(let view)): modelVersion = view
            case (3, .varint(let value)): generation = value
            case (4, .varint(let value)): source = AnswerSource(wireNumber: value)
            case (5, .varint(let value)): rowCount = Int(clamping: value)
            case (1...5, _): return nil
            default: break
            }
        }
        if reader.failed { return nil }
    }

    /// The next output; nil after the last one.
    package mutating func nextOutput() -> Output? {
        while let field = outputs.next() {
            guard field.number == 6, case .bytes(let view) = field.value else { continue }
            var output = Output(view)
            var reader = FieldReader(view)
            while let inner = reader.next() {
                switch (inner.number, inner.value) {
                case (1, .bytes(let view)): output.name = view
                case (2, .varint(let value)): output.width = Int(clamping: value)
                case (3, .bytes(let view)): output.values = view
                default: break
                }
            }
            if reader.failed { return nil }
            return output
        }
        return nil
    }
}

/// A reply of `Detect` as it lies in the receiver's buffer.
package struct DetectReplyView {
    package var modelName = ByteView.empty
    package var modelVersion = ByteView.empty
    package var generation: UInt64 = 0
    package var source: AnswerSource?
    package var threshold = 0.0
    /// Little-endian doubles at any alignment.
    package var scores = ByteView.empty
    /// One byte per scored point: 1 for an anomaly, else 0.
    package var anomalies = ByteView.empty
    package var firstPoint = 0

    package var count: Int { min(scores.count / 8, anomalies.count) }

    /// The score of a scored point; NaN beyond the last.
    package func score(at index: Int) -> Double {
        guard let eight = scores.slice(from: index * 8, count: 8) else { return .nan }
        return unsafe Double(bitPattern: UInt64(littleEndian: eight.start.loadUnaligned(as: UInt64.self)))
    }

    /// Whether a scored point is an anomaly.
    package func isAnomaly(at index: Int) -> Bool { anomalies.byte(at: index) == 1 }

    /// Reads the reply; nil when the bytes are no such message.
    package init?(_ payload: ByteView) {
        var reader = FieldReader(payload)
        while let field = reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let view)): modelName = view
            case (2, .bytes(let view)): modelVersion = view
            case (3, .varint(let value)): generation = value
            case (4, .varint(let value)): source = AnswerSource(wireNumber: value)
            case (5, .fixed64(let bits)): threshold = Double(bitPattern: bits)
            case (6, .bytes(let view)): scores = view
            case (7, .bytes(let view)): anomalies = view
            case (8, .varint(let value)): firstPoint = Int(clamping: value)
            case (1...8, _): return nil
            default: break
            }
        }
        if reader.failed { return nil }
    }
}

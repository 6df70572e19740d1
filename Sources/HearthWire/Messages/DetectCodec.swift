import CHearthMessages
package import HearthCore

/// A `hearth.v1.DetectRequest` as it lies in the arena: valid until the arena is reset.
@safe
package struct DetectRequestView {
    package var series: ByteView
    package var modelType: ByteView
    package var modelVersion: ByteView
    /// Values per point; 0 for 1.
    package var columnCount: Int
    /// point_count x column_count, oldest first.
    package var values: UnsafeBufferPointer<Double>

    fileprivate init(_ message: UnsafeMutablePointer<Hearth__V1__DetectRequest>) {
        series = unsafe ByteView(message.pointee.series)
        modelType = unsafe ByteView(message.pointee.model_type)
        modelVersion = unsafe ByteView(message.pointee.model_version)
        columnCount = unsafe Int(message.pointee.column_count)
        unsafe values = UnsafeBufferPointer(start: message.pointee.values, count: message.pointee.n_values)
    }
}

/// What was found in a series, before it is written.
@safe
package struct DetectionView {
    package var threshold: Double
    /// One per point that was scored, higher = worse.
    package var scores: UnsafePointer<Double>
    /// One per point that was scored: 1 for an anomaly, else 0.
    package var anomalies: UnsafePointer<UInt8>
    package var count: Int
    /// Index of the first point that was scored.
    package var firstPoint: Int

    package init(
        threshold: Double, scores: UnsafePointer<Double>, anomalies: UnsafePointer<UInt8>, count: Int, firstPoint: Int
    ) {
        self.threshold = threshold
        unsafe self.scores = scores
        unsafe self.anomalies = anomalies
        self.count = count
        self.firstPoint = firstPoint
    }
}

/// Reads and writes the messages of `Detect`; see ``PredictCodec`` for what is done by hand.
package enum DetectCodec {
    /// Reads a request into `arena`; nil when the bytes are no such message or need more memory than an arena grants.
    package static func request(_ payload: ByteView, in arena: Arena) -> DetectRequestView? {
        guard
            let message = unsafe hearth__v1__detect_request__unpack(
                arena.allocator, payload.count, payload.start.assumingMemoryBound(to: UInt8.self))
        else { return nil }
        return unsafe DetectRequestView(message)
    }

    /// Bytes of a reply's payload.
    package static func replyByteCount(_ header: ReplyHeader, _ detection: DetectionView) -> Int {
        header.byteCount + (detection.threshold.bitPattern == 0 ? 0 : 9)
            + VarInt.fieldByteCount(detection.count * 8) + VarInt.fieldByteCount(detection.count)
            + VarInt.scalarByteCount(detection.firstPoint)
    }

    /// Writes a reply's payload, exactly as long as ``replyByteCount(_:_:)`` says.
    package static func writeReply(
        _ header: ReplyHeader, _ detection: DetectionView, to target: UnsafeMutableRawPointer
    ) {
        var cursor = unsafe target
        unsafe header.write(to: &cursor)
        unsafe VarInt.writeDouble(5, detection.threshold, to: &cursor)
        unsafe VarInt.writeField(6, ByteView(start: detection.scores, count: detection.count * 8), to: &cursor)
        unsafe VarInt.writeField(7, ByteView(start: detection.anomalies, count: detection.count), to: &cursor)
        unsafe VarInt.writeScalar(8, detection.firstPoint, to: &cursor)
    }

    /// Bytes of a request's payload.
    package static func requestByteCount(
        series: ByteView, modelType: ByteView, modelVersion: ByteView, columnCount: Int,
        values: UnsafeBufferPointer<Double>
    ) -> Int {
        VarInt.fieldByteCount(series.count) + VarInt.fieldByteCount(modelType.count)
            + VarInt.fieldByteCount(modelVersion.count) + VarInt.scalarByteCount(columnCount)
            + VarInt.fieldByteCount(values.count * 8)
    }

    /// Writes a request's payload.
    package static func writeRequest(
        series: ByteView, modelType: ByteView, modelVersion: ByteView, columnCount: Int,
        values: UnsafeBufferPointer<Double>, to target: UnsafeMutableRawPointer
    ) {
        var cursor = unsafe target
        unsafe VarInt.writeField(1, series, to: &cursor)
        unsafe VarInt.writeField(2, modelType, to: &cursor)
        unsafe VarInt.writeField(3, modelVersion, to: &cursor)
        unsafe VarInt.writeScalar(4, columnCount, to: &cursor)
        unsafe VarInt.writeField(5, ByteView(UnsafeRawBufferPointer(values)), to: &cursor)
    }
}

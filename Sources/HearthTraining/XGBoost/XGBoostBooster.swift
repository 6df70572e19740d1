import CXGBoost

/// A model of libxgboost while it grows, or read back from a file.
///
/// Freed at the end of its life; used by one thread at a time. The number of threads that it uses itself is a parameter
/// (`nthread`).
@safe
package struct XGBoostBooster: ~Copyable {
    private let handle: BoosterHandle

    private init(owning handle: BoosterHandle) {
        unsafe self.handle = unsafe handle
    }

    /// An empty model that is to learn from `matrix`.
    ///
    /// - Parameters:
    ///   - parameters: libxgboost's own names and values, in the order in which they are set.
    ///   - columnNames: stored in the model; one per column.
    /// - Throws: ``TrainingError`` for a parameter that libxgboost refuses.
    package static func make(
        for matrix: borrowing XGBoostMatrix, parameters: [(name: String, value: String)], columnNames: [String]
    ) throws(TrainingError) -> XGBoostBooster {
        precondition(columnNames.count == matrix.columnCount, "there is one name per column")
        var created: BoosterHandle?
        let matrices: [DMatrixHandle?] = unsafe [matrix.handle]
        try XGBoostStatus.check(unsafe XGBoosterCreate(matrices, 1, &created), "make a model")
        let booster = unsafe XGBoostBooster(owning: try existing(created))
        for (name, value) in parameters {
            try XGBoostStatus.check(
                unsafe XGBoosterSetParam(booster.handle, name, value), "set \(name) to \(value)")
        }
        try booster.setNames(columnNames)
        return booster
    }

    /// Reads a model as ``savedUBJ()`` wrote it; for predicting.
    ///
    /// Throws ``TrainingError`` for bytes that libxgboost does not take.
    package static func read(
        savedUBJ bytes: [UInt8], threadCount: Int = 1
    ) throws(TrainingError) -> XGBoostBooster {
        var created: BoosterHandle?
        try XGBoostStatus.check(unsafe XGBoosterCreate(nil, 0, &created), "make a model")
        let booster = unsafe XGBoostBooster(owning: try existing(created))
        let threads = String(max(1, threadCount))
        try XGBoostStatus.check(unsafe XGBoosterSetParam(booster.handle, "nthread", threads), "set nthread")
        let status = unsafe bytes.withUnsafeBytes {
            unsafe XGBoosterLoadModelFromBuffer(booster.handle, $0.baseAddress, UInt64($0.count))
        }
        try XGBoostStatus.check(status, "read the model")
        return booster
    }

    deinit {
        unsafe XGBoosterFree(handle)
    }

    /// The version of libxgboost, such as `1.7.4`.
    package static var libraryVersion: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        unsafe XGBoostVersion(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }

    /// Rounds that have been grown.
    package func roundCount() throws(TrainingError) -> Int {
        var count: Int32 = 0
        try XGBoostStatus.check(unsafe XGBoosterBoostedRounds(handle, &count), "count its rounds")
        return Int(count)
    }

    /// Grows one round of trees from `matrix`, which the model was made for.
    ///
    /// - Parameter round: from 0, each once: the random numbers of the round depend on it.
    package mutating func grow(round: Int, from matrix: borrowing XGBoostMatrix) throws(TrainingError) {
        try XGBoostStatus.check(
            unsafe XGBoosterUpdateOneIter(handle, Int32(clamping: round), matrix.handle), "grow round \(round)")
    }

    /// What libxgboost predicts for every row: one number each, for `binary:logistic` the probability of class 1.
    ///
    /// Throws ``TrainingError`` when the model has several outputs.
    package func predictions(of matrix: borrowing XGBoostMatrix) throws(TrainingError) -> [Float] {
        let configuration =
            #"{"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false}"#
        var shape: UnsafePointer<UInt64>?
        var dimensions: UInt64 = 0
        var result: UnsafePointer<Float>?
        try XGBoostStatus.check(
            unsafe XGBoosterPredictFromDMatrix(
                handle, matrix.handle, configuration, &shape, &dimensions, &result), "predict")
        guard dimensions == 1, let shape = unsafe shape, unsafe shape[0] == UInt64(matrix.rowCount),
            let result = unsafe result
        else {
            throw TrainingError(.learnerFailed, "libxgboost predicts several numbers per row, expected one")
        }
        // Its own memory, valid until the next call.
        return unsafe Array(UnsafeBufferPointer(start: result, count: matrix.rowCount))
    }

    /// The first `count` rounds as a model of their own.
    package func firstRounds(_ count: Int) throws(TrainingError) -> XGBoostBooster {
        precondition(count > 0, "a model has at least one round; to libxgboost 0 means all")
        var sliced: BoosterHandle?
        try XGBoostStatus.check(
            unsafe XGBoosterSlice(handle, 0, Int32(clamping: count), 1, &sliced), "keep \(count) rounds")
        return unsafe XGBoostBooster(owning: try Self.existing(sliced))
    }

    /// The model in XGBoost's own format (UBJSON), as `save_model("model.ubj")` of its Python package writes it.
    package func savedUBJ() throws(TrainingError) -> [UInt8] {
        var length: UInt64 = 0
        var bytes: UnsafePointer<CChar>?
        try XGBoostStatus.check(
            unsafe XGBoosterSaveModelToBuffer(handle, #"{"format": "ubj"}"#, &length, &bytes), "write the model")
        guard let bytes = unsafe bytes, let count = Int(exactly: length) else {
            throw TrainingError(.learnerFailed, "libxgboost wrote no model")
        }
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// The mean gain of the splits on each column, 0 for a column that no tree splits on.
    package func gains(columnCount: Int) throws(TrainingError) -> [Double] {
        let names = (0..<columnCount).map { "\"\($0)\"" }.joined(separator: ", ")
        var featureCount: UInt64 = 0
        var features: UnsafeMutablePointer<UnsafePointer<CChar>?>?
        var dimensions: UInt64 = 0
        var shape: UnsafePointer<UInt64>?
        var scores: UnsafePointer<Float>?
        try XGBoostStatus.check(
            unsafe XGBoosterFeatureScore(
                handle, #"{"importance_type": "gain", "feature_names": [\#(names)]}"#, &featureCount, &features,
                &dimensions, &shape, &scores), "tell the gains")
        var gains = [Double](repeating: 0, count: columnCount)
        guard featureCount > 0, let features = unsafe features, let scores = unsafe scores, dimensions == 1 else {
            return gains
        }
        for index in 0..<Int(clamping: featureCount) {
            guard let name = unsafe features[index], let column = Int(unsafe String(cString: name)),
                gains.indices.contains(column)
            else { throw TrainingError(.learnerFailed, "libxgboost names a column that it was not given") }
            gains[column] = Double(unsafe scores[index])
        }
        return gains
    }

    private func setNames(_ names: [String]) throws(TrainingError) {
        // One buffer for all names, and where each begins.
        var characters: [CChar] = []
        var starts: [Int] = []
        for name in names {
            starts.append(characters.count)
            characters += name.utf8CString
        }
        let status = unsafe characters.withUnsafeBufferPointer { buffer -> Int32 in
            guard let base = buffer.baseAddress else { return 0 }
            var pointers: [UnsafePointer<CChar>?] = unsafe starts.map { unsafe base + $0 }
            return unsafe XGBoosterSetStrFeatureInfo(handle, "feature_name", &pointers, UInt64(pointers.count))
        }
        try XGBoostStatus.check(status, "take the names of the columns")
    }

    private static func existing(_ handle: BoosterHandle?) throws(TrainingError) -> BoosterHandle {
        guard let handle = unsafe handle else {
            throw TrainingError(.learnerFailed, "libxgboost gave no model", hint: "try again with more memory")
        }
        return unsafe handle
    }
}

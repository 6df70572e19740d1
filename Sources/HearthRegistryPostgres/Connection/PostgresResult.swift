import CLibPQ

/// The rows of one statement, in binary form; freed at the end of its life.
@safe
struct PostgresResult: ~Copyable {
    private let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe PQclear(pointer)
    }

    var rowCount: Int { Int(unsafe PQntuples(pointer)) }
    var columnCount: Int { Int(unsafe PQnfields(pointer)) }

    /// How many rows an INSERT, UPDATE or DELETE changed.
    var changedCount: Int { unsafe Int(String(cString: unsafe PQcmdTuples(pointer))) ?? 0 }

    /// The type of a column, as the server numbers them.
    func type(ofColumn column: Int) -> UInt32 { unsafe PQftype(pointer, Int32(column)) }

    /// The bytes of a value; nil for NULL and for a place that is not there.
    func value(row: Int, column: Int) -> [UInt8]? {
        guard row >= 0, row < rowCount, column >= 0, column < columnCount,
            unsafe PQgetisnull(pointer, Int32(row), Int32(column)) == 0,
            let start = unsafe PQgetvalue(pointer, Int32(row), Int32(column))
        else { return nil }
        let count = Int(unsafe PQgetlength(pointer, Int32(row), Int32(column)))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

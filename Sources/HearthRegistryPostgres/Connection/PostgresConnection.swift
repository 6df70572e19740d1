import CLibPQ
import HearthCore
import HearthRegistry

/// One connection of libpq; used by one thread at a time, closed at the end of its life.
///
/// Statements are prepared at their first use. What goes wrong is a ``RegistryError`` that names the database.
@safe
final class PostgresConnection {
    /// Of all names, ours.
    private static let namePrefix = "hearth_"

    private let pointer: OpaquePointer
    /// Names of the prepared statements, by text.
    private var names: [String: String] = [:]
    /// Host, port, database and user, for people.
    let place: String

    /// Connects and waits for it, as long as the location's `connect_timeout`.
    ///
    /// - Parameter statementTimeout: how long a statement may take; the server ends it then.
    init(_ location: PostgresLocation, statementTimeout: Duration) throws(RegistryError) {
        let settings = location.settings
        let connected = unsafe CStringArray.with(settings.map(\.keyword)) { keywords in
            unsafe CStringArray.with(settings.map(\.value)) { values in
                unsafe PQconnectdbParams(keywords, values, 1)
            }
        }
        guard let pointer = unsafe connected else {
            throw RegistryError(.unavailable, "no memory for a connection", hint: "try again")
        }
        unsafe self.pointer = unsafe pointer
        place = unsafe Self.place(of: pointer)
        guard isUsable else {
            let message = unsafe PostgresFailure.message(of: pointer)
            throw PostgresFailure.connecting(message, place: place)
        }
        // Notices are for people at a prompt; left alone, libpq writes them to standard error.
        _ = unsafe PQsetNoticeProcessor(pointer, { _, _ in }, nil)
        let milliseconds = max(1, statementTimeout.components.seconds * 1000)
        try execute("SET statement_timeout = \(milliseconds); SET idle_in_transaction_session_timeout = '60s'")
    }

    deinit {
        unsafe PQfinish(pointer)
    }

    /// A failure without a word from the server: libpq may notice only at the next call that nobody is there.
    private var isBroken = false

    /// Whether the connection stands, as far as the last call saw.
    var isUsable: Bool { unsafe !isBroken && PQstatus(pointer) == CONNECTION_OK }

    /// Whether a transaction is open or broken off.
    var isInTransaction: Bool { unsafe PQtransactionStatus(pointer) != PQTRANS_IDLE }

    /// The server's version, e.g. 150018.
    var serverVersion: Int { Int(unsafe PQserverVersion(pointer)) }

    /// The socket, for waiting for notifications.
    var descriptor: Int32 { unsafe PQsocket(pointer) }

    /// Runs statements without values, several in one text; their rows are not looked at.
    func execute(_ sql: String) throws(RegistryError) {
        _ = unsafe try checked(unsafe PQexec(pointer, sql), sql)
    }

    /// Runs one statement; `$1` stands for the first parameter.
    func query(_ sql: String, _ parameters: [PostgresParameter] = []) throws(RegistryError) -> PostgresResult {
        let name = try prepare(sql)
        let values = ParameterMemory(parameters)
        let result = unsafe values.withPointers { pointers, lengths, formats in
            unsafe PQexecPrepared(pointer, name, Int32(parameters.count), pointers, lengths, formats, 1)
        }
        return unsafe try checked(unsafe result, sql)
    }

    /// Runs one statement and hands its rows over one at a time: the next one is received when `body` is done with the
    /// one before, so that never more than one is in memory.
    ///
    /// `body` must not use this connection; it returns false to end the statement early.
    func forEachRow(
        _ sql: String, _ parameters: [PostgresParameter] = [], _ body: (borrowing PostgresResult) -> Bool
    ) throws(RegistryError) {
        let name = try prepare(sql)
        let values = ParameterMemory(parameters)
        let isSent = unsafe values.withPointers { pointers, lengths, formats in
            unsafe PQsendQueryPrepared(pointer, name, Int32(parameters.count), pointers, lengths, formats, 1)
        }
        guard isSent == 1, unsafe PQsetSingleRowMode(pointer) == 1 else {
            isBroken = true
            throw unsafe PostgresFailure.connecting(PostgresFailure.message(of: pointer), place: place)
        }
        var failure: RegistryError?
        var isEnded = false
        // To the end in any case: what is left unread would be taken for the answer to the next statement.
        while let next = unsafe PQgetResult(pointer) {
            do throws(RegistryError) {
                let row = unsafe try checked(unsafe next, sql)
                if isEnded || row.rowCount == 0 || body(row) { continue }
                isEnded = true
                cancel()
            } catch {
                // After a cancellation the server reports one.
                if !isEnded || !isUsable { failure = failure ?? error }
                if isBroken { break }
            }
        }
        if let failure { throw failure }
    }

    /// Asks the server to end the statement that runs; a server that does not hear it sends the rest.
    private func cancel() {
        guard let request = unsafe PQgetCancel(pointer) else { return }
        var reason = [CChar](repeating: 0, count: 256)
        _ = unsafe PQcancel(request, &reason, Int32(reason.count))
        unsafe PQfreeCancel(request)
    }

    /// Takes in what the server has sent on its own, without waiting; returns whether there was a notification.
    func takeNotifications() throws(RegistryError) -> Bool {
        guard unsafe PQconsumeInput(pointer) == 1 else {
            throw unsafe PostgresFailure.connecting(PostgresFailure.message(of: pointer), place: place)
        }
        var found = false
        while let notification = unsafe PQnotifies(pointer) {
            unsafe PQfreemem(notification)
            found = true
        }
        return found
    }

    private func prepare(_ sql: String) throws(RegistryError) -> String {
        if let name = names[sql] { return name }
        let name = "\(Self.namePrefix)\(names.count)"
        _ = unsafe try checked(unsafe PQprepare(pointer, name, sql, 0, nil), sql)
        names[sql] = name
        return name
    }

    private func checked(_ result: OpaquePointer?, _ sql: String) throws(RegistryError) -> PostgresResult {
        guard let result = unsafe result else {
            throw unsafe PostgresFailure.connecting(PostgresFailure.message(of: pointer), place: place)
        }
        let owned = unsafe PostgresResult(owning: result)
        switch unsafe PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: return owned
        default:
            let failure = unsafe PostgresFailure(result, isConnected: isUsable, place: place)
            if failure.isConnectionLost { isBroken = true }
            throw failure.error
        }
    }

    private static func place(of pointer: OpaquePointer) -> String {
        func text(_ value: UnsafePointer<CChar>?) -> String { unsafe value.map { unsafe String(cString: $0) } ?? "" }
        let host = unsafe text(PQhost(pointer))
        let user = unsafe text(PQuser(pointer))
        return unsafe "database \(text(PQdb(pointer))) on \(host.isEmpty ? "this machine" : host)"
            + (host.hasPrefix("/") ? "" : ":\(text(PQport(pointer)))") + " as \(user)"
    }
}

/// The values of a call of libpq, in one piece of memory.
private struct ParameterMemory {
    private var bytes: [UInt8] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    init(_ parameters: [PostgresParameter]) {
        for parameter in parameters {
            formats.append(parameter.isBinary ? 1 : 0)
            guard let value = parameter.bytes else {
                offsets.append(nil)
                lengths.append(0)
                continue
            }
            offsets.append(bytes.count)
            lengths.append(Int32(clamping: value.count))
            bytes += value
            bytes.append(0)
        }
        bytes.append(0)
    }

    func withPointers<Value>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Value
    ) -> Value {
        unsafe bytes.withUnsafeBytes { memory in
            let start = unsafe memory.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = unsafe offsets.map { offset in
                unsafe offset.flatMap { offset in unsafe start.map { unsafe $0 + offset } }
            }
            return unsafe pointers.withUnsafeBufferPointer { pointers in
                unsafe lengths.withUnsafeBufferPointer { lengths in
                    unsafe formats.withUnsafeBufferPointer { formats in
                        unsafe body(pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}

/// C's array of texts that ends with NULL.
private enum CStringArray {
    static func with<Value>(_ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value) -> Value {
        var bytes: [CChar] = []
        var offsets: [Int] = []
        for text in texts {
            offsets.append(bytes.count)
            bytes += text.utf8CString
        }
        return unsafe bytes.withUnsafeBufferPointer { memory in
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            for offset in offsets { unsafe pointers.append(memory.baseAddress.map { unsafe $0 + offset }) }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { pointers in
                unsafe body(pointers.baseAddress)
            }
        }
    }
}

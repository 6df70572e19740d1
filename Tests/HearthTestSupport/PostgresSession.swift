import Foundation

/// A session of psql that is told one statement after the other: to hold a transaction open while others work.
package final class PostgresSession {
    private let process: Process
    private let input = Pipe()
    private let output = Pipe()

    init(_ process: Process) throws {
        self.process = process
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Sends statements, and waits until all before them and they are done.
    package func run(_ sql: String) throws {
        let mark = "done-\(UUID().uuidString)"
        try input.fileHandleForWriting.write(contentsOf: Data("\(sql);\n\\echo \(mark)\n".utf8))
        var text = ""
        while !text.contains(mark) {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw PostgresServer.Failure(description: "psql ended after: \(text)") }
            text += String(decoding: data, as: UTF8.self)
        }
    }

    /// Ends the session, and with it its transaction.
    package func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}

import Foundation
import Glibc
import Synchronization

/// A PostgreSQL of this process alone, on a socket in a temporary folder, without a network; it ends with the process.
///
/// It runs as another user when the tests run as root, as PostgreSQL will not run as root.
package final class PostgresServer: Sendable {
    /// Why there is no server.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// The one server of this process, started at first use.
    package static func shared() throws -> PostgresServer {
        try running.withLock { server in
            if let server { return server }
            let made = try PostgresServer()
            server = made
            // The process ends without running the deinit of what is global.
            atexit { PostgresServer.running.withLock { $0 }?.end() }
            return made
        }
    }

    private static let running = Mutex<PostgresServer?>(nil)
    private static let user = "hearth"

    /// The folder of the data and the socket.
    package let folder: String
    private let binaries: String
    private let process = Mutex<Process?>(nil)
    private let databaseCount = Atomic(0)

    /// A server of the caller's own, to be stopped and started; ended by ``end()``.
    package init() throws {
        binaries = try Self.findBinaries()
        folder = "/tmp/hearth-pg-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        guard unsafe chmod(folder, 0o777) == 0 else { throw Failure(description: "chmod \(folder)") }
        _ = try Self.run([
            binaries + "/initdb", "-D", folder + "/data", "-A", "trust", "-U", Self.user, "--no-sync", "-E", "UTF8",
            "--locale=C",
        ])
        try start()
    }

    /// Starts the server (again) and waits until it answers.
    package func start() throws {
        let started = Self.command([
            binaries + "/postgres", "-D", folder + "/data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
            "-c", "max_connections=60", "-c", "shared_buffers=16MB",
        ])
        started.standardOutput = FileHandle.nullDevice
        let log = folder + "/log"
        guard FileManager.default.createFile(atPath: log, contents: nil) else {
            throw Failure(description: "no \(log)")
        }
        started.standardError = FileHandle(forWritingAtPath: log)
        try started.run()
        process.withLock { $0 = started }
        let deadline = Date() + 60
        while Date() < deadline, started.isRunning {
            if (try? psql("postgres", "SELECT 1")) != nil { return }
            poll(nil, 0, 20)
        }
        throw Failure(
            description: "postgres did not start: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
    }

    /// Stops the server at once; its clients' connections break.
    package func stop() {
        process.withLock { process in
            guard let running = process, running.isRunning else { return }
            // SIGQUIT to the server itself, whose process is the wrapper's child when there is a wrapper.
            _ = try? Self.run([binaries + "/pg_ctl", "-D", folder + "/data", "-m", "immediate", "-w", "stop"])
            running.waitUntilExit()
            process = nil
        }
    }

    /// Stops the server and removes its folder.
    package func end() {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Makes an empty database and returns its connection string.
    package func makeDatabase() throws -> String {
        let name = "t\(databaseCount.add(1, ordering: .relaxed).newValue)"
        _ = try psql("postgres", "CREATE DATABASE \(name)")
        return location(of: name)
    }

    /// The connection string of a database.
    package func location(of database: String) -> String {
        "postgresql://\(Self.user)@/\(database)?host=\(folder)"
    }

    /// What `psql` prints for `sql`, a line per row, `|` between columns; throws with what it says when it fails.
    package func psql(_ database: String, _ sql: String) throws -> String {
        try Self.run(psqlCommand(database) + ["-c", sql], asServer: false)
    }

    /// A session that stays open between statements.
    package func session(_ database: String) throws -> PostgresSession {
        try PostgresSession(Self.command(psqlCommand(database), asServer: false))
    }

    /// Puts bytes where the server can read them, for `pg_read_binary_file`; returns the path.
    package func share(_ bytes: [UInt8]) throws -> String {
        let path = "\(folder)/share-\(UUID().uuidString)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        guard unsafe chmod(path, 0o644) == 0 else { throw Failure(description: "chmod \(path)") }
        return path
    }

    private func psqlCommand(_ database: String) -> [String] {
        [
            binaries + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", Self.user, "-d",
            database,
        ]
    }

    private static func findBinaries() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap(Int.init)
            .sorted()
        guard let newest = versions.last(where: { unsafe access("\(root)/\($0)/bin/initdb", X_OK) == 0 }) else {
            throw Failure(description: "no PostgreSQL server in \(root): install the package postgresql")
        }
        return "\(root)/\(newest)/bin"
    }

    /// A process of the server's user.
    private static func command(_ arguments: [String], asServer: Bool = true) -> Process {
        let process = Process()
        let prefix =
            asServer && geteuid() == 0
            ? ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : []
        let whole = prefix + arguments
        process.executableURL = URL(fileURLWithPath: whole[0])
        process.arguments = Array(whole.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        return process
    }

    private static func run(_ arguments: [String], asServer: Bool = true) throws -> String {
        let process = command(arguments, asServer: asServer)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw Failure(description: text) }
        return text
    }
}

import Foundation
import GRDB
import HearthRegistrySQLite

/// The registry's file as any other program could treat it: no foreign keys, no checks.
struct RawDatabase {
    let queue: DatabaseQueue

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA ignore_check_constraints = ON") }
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    func execute(_ sql: String) throws {
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    func texts(_ sql: String) throws -> [String] {
        try queue.unsafeRead { try String.fetchAll($0, sql: sql) }
    }

    func integer(_ sql: String) throws -> Int64? {
        try queue.unsafeRead { try Int64.fetchOne($0, sql: sql) }
    }
}

/// The bytes of the file, its log and its shared index, as they are at this moment: what a killed machine leaves.
struct RegistryFiles {
    private static let suffixes = ["", "-wal"]
    var contents: [String: Data] = [:]

    init(of path: String) throws {
        for suffix in Self.suffixes where FileManager.default.fileExists(atPath: path + suffix) {
            contents[suffix] = try Data(contentsOf: URL(fileURLWithPath: path + suffix))
        }
    }

    /// Writes them as a registry at `path`, where there was none.
    func write(to path: String) throws {
        for (suffix, data) in contents {
            try data.write(to: URL(fileURLWithPath: path + suffix))
        }
    }
}

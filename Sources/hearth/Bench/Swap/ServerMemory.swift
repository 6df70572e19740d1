import CHearthLinux
import Glibc
import HearthClient
import HearthCore

/// The memory of the process behind a socket.
struct ServerMemory {
    private let process: Int32?

    /// Asks the kernel who listens at `socketPath`.
    init(socketPath: String) throws(HearthError) {
        let connection = Connection(path: socketPath, waiting: .block)
        try connection.open(Deadline(after: .seconds(1)))
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
        let result = unsafe hearth_peer_credentials(connection.descriptorNumber, &process, &user, &group)
        self.process = result == 0 && process > 0 ? process : nil
    }

    /// Its proportional set size in bytes; nil where this user may not see it.
    var proportionalByteCount: Int? {
        guard let process else { return nil }
        let path = "/proc/\(process)/smaps_rollup"
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(owning: number)
        var bytes = [UInt8](repeating: 0, count: 4096)
        guard let count = try? unsafe bytes.withUnsafeMutableBytes({ unsafe try file.read(into: $0, subject: path) })
        else { return nil }
        for line in String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("Pss:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }
}

import HearthCore

/// Speaks to the socket of a running engine, see ``ControlServer``.
package struct ControlClient {
    private let path: String

    /// More than any snapshot.
    private static let lineByteCountMax = 1 << 20

    /// The engine at `path`; nothing is connected yet.
    package init(path: String) {
        self.path = path
    }

    /// Sends `word` and hands every line of the answer to `body`, until that returns false or the engine closes.
    ///
    /// Throws ``StrategyError`` when no engine is there.
    package func ask(_ word: String, _ body: (String) -> Bool) throws(StrategyError) {
        do throws(SystemError) {
            let socket = try StreamSocket.connect(path)
            try StreamSocket.send(Array("\(word)\n".utf8), on: socket.number)
            var rest: [UInt8] = []
            while rest.count <= Self.lineByteCountMax {
                let bytes = try StreamSocket.receive(64 << 10, from: socket.number)
                if bytes.isEmpty { return }
                rest += bytes
                while let end = rest.firstIndex(of: 0x0A) {
                    guard body(String(decoding: rest[..<end], as: UTF8.self)) else { return }
                    rest.removeSubrange(...end)
                }
            }
        } catch {
            throw StrategyError(
                .system, "no engine answers at '\(path)': \(error)",
                hint: "is hearth live running? name its socket with --control, as it was started with", cause: error)
        }
    }
}

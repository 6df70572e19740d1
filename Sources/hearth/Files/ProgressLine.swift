import Glibc

/// What is being done, on one line of a terminal that is written over; nothing where standard error is no terminal.
struct ProgressLine {
    private let total: Int
    private let isShown: Bool

    init(total: Int) {
        self.total = total
        isShown = isatty(STDERR_FILENO) == 1
    }

    /// Shows `text` for item `index` of all, counted from 0.
    func show(_ index: Int, _ text: String) {
        guard isShown else { return }
        let width = 24
        let done = total > 0 ? width * index / total : width
        let bar = String(repeating: "#", count: done) + String(repeating: ".", count: width - done)
        write("\r\u{1B}[K[\(bar)] \(index + 1)/\(total) \(text.prefix(80))")
    }

    /// Makes room for a line of output.
    func clear() {
        guard isShown else { return }
        write("\r\u{1B}[K")
    }

    private func write(_ text: String) {
        StandardErrorText.write(text)
    }
}

/// Text on standard error, as it is.
enum StandardErrorText {
    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        // Nobody reads it where this fails.
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }

    static func line(_ text: String) { write("\(text)\n") }
}

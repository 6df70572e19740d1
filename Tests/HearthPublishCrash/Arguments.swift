import Glibc

struct UsageError: Error {
    var text: String
}

/// The words of the command line: `command value value --option value ...`.
struct Arguments {
    let command: String
    private var values: [String] = []
    private var options: [String: String] = [:]

    init(_ words: [String]) {
        command = words.first ?? ""
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            if word.hasPrefix("--") {
                options[String(word.dropFirst(2))] = rest.popFirst() ?? ""
            } else {
                values.append(word)
            }
        }
    }

    /// Empty when there are fewer values.
    subscript(index: Int) -> String {
        values.indices.contains(index) ? values[index] : ""
    }

    func option(_ name: String) -> String? { options[name] }

    /// Gives up root for `--uid`, and sets `--umask`.
    func becomeUser() throws {
        if let text = option("umask"), let mask = UInt32(text, radix: 8) { umask(mask) }
        guard let text = option("uid"), let user = UInt32(text) else { return }
        guard setgid(user) == 0, setuid(user) == 0 else { throw UsageError(text: "cannot become user \(user)") }
    }
}

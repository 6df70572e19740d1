import Glibc

/// What the environment says.
enum CommandEnvironment {
    /// The variable's value; nil when it is not there or empty.
    static func text(_ name: String) -> String? {
        let text = unsafe getenv(name).map { unsafe String(cString: $0) }
        return text == "" ? nil : text
    }

    /// Who the registry's events name: the program and the user that runs it.
    static func actor(_ program: String) -> String { "\(program):\(text("USER") ?? String(getuid()))" }
}

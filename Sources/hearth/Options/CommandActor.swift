import Glibc

/// Who the registry's events name.
enum CommandActor {
    /// The command and the user who gave it.
    static func name(_ command: String) -> String {
        let user = unsafe getenv("USER").map { unsafe String(cString: $0) } ?? ""
        return "hearth-\(command):\(user.isEmpty ? String(getuid()) : user)"
    }
}

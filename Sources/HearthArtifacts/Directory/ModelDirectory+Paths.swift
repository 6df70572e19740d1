import CHearthLinux
import Glibc
import HearthCore

extension ModelDirectory {
    /// The absolute path, without links, that `path` names, which must lie inside the model directory (R28, C8).
    ///
    /// Only for paths of the registry's own `model_path` column; clients send ids. Components are compared, so
    /// `/app/ml_models_evil` is not inside `/app/ml_models`; a relative path starts at the model directory; what does
    /// not exist yet is judged by the nearest folder that does.
    ///
    /// - Throws: `.pathTraversal` («Path traversal attempt detected»).
    package func validatePath(_ candidate: String) throws(ArtifactError) -> String {
        func refusal(_ message: String) -> ArtifactError {
            ArtifactError(
                .pathTraversal, path: String(candidate.prefix(200)), "Path traversal attempt detected: \(message)",
                hint: "name a file inside \(path)")
        }
        guard !candidate.isEmpty, !candidate.utf8.contains(0), candidate.utf8.count < Int(PATH_MAX) else {
            throw refusal("an empty, overlong or unprintable path")
        }
        let absolute = candidate.hasPrefix("/") ? candidate : "\(path)/\(candidate)"
        var existing = absolute.split(separator: "/").map(String.init)
        var missing: [String] = []
        while true {
            do throws(SystemError) {
                let resolved = try Self.resolve("/" + existing.joined(separator: "/"))
                existing = resolved.split(separator: "/").map(String.init)
                break
            } catch {
                guard error.code == ENOENT, let last = existing.popLast() else {
                    throw refusal(SystemError.text(of: error.code))
                }
                missing.insert(last, at: 0)
            }
        }
        // A link whose target is missing does not resolve; opening it later would follow it.
        if let first = missing.first, Self.isLink("/" + (existing + [first]).joined(separator: "/")) {
            throw refusal("a symbolic link to what does not exist")
        }
        let result = existing + missing.filter { $0 != "." }
        let rootComponents = path.split(separator: "/").map(String.init)
        guard !missing.contains(".."), result.starts(with: rootComponents), result.count > rootComponents.count else {
            throw refusal("it leads to /\(result.joined(separator: "/").prefix(200)), outside \(path)")
        }
        return "/" + result.joined(separator: "/")
    }

    private static func resolve(_ path: String) throws(SystemError) -> String {
        guard let resolved = unsafe realpath(path, nil) else { throw SystemError.last("realpath", path) }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}

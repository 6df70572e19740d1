import Glibc
import HearthCore
import HearthRegistry
import HearthServing
import Logging

/// What a server answers with from its first moment on.
extension HearthServer {
    /// Loads what the registry has in production, or what was served last where the registry cannot be read (R74).
    static func load(_ manager: ModelManager, _ file: KnownGoodFile?, _ logger: Logger) {
        do throws(RegistryError) {
            // What is local answers at once; calls for what is being fetched wait for it.
            try manager.reconcile(waitsForRemote: false)
            return
        } catch {
            logger.error("registry cannot be read yet; trying on", metadata: ["error": "\(error)"])
        }
        guard let file else { return }
        do {
            guard let known = try file.read() else { return }
            let failures = manager.adopt(known)
            logger.warning(
                "serving the last known good set until the registry can be read",
                metadata: [
                    "models": "\(known.models.count)", "failed": "\(failures.count)",
                    "saved_at": "\(known.savedAt.iso8601)", "file": "\(file.path)",
                ])
        } catch {
            logger.error("last known good set cannot be used", metadata: ["error": "\(error)"])
        }
    }

    /// This server's name in the leases: machine, process, and a number for those whose process ids are all 1.
    static func holder() -> String {
        var name = [CChar](repeating: 0, count: 65)
        let bytes = unsafe gethostname(&name, name.count - 1) == 0 ? name.prefix { $0 != 0 } : []
        let host = String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(host.isEmpty ? "unknown" : host):\(getpid()):\(UInt32.random(in: 0...UInt32.max))"
    }
}

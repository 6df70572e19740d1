import Glibc
import HearthCore
import Logging

/// How many files and sockets the process may have open.
enum DescriptorLimit {
    /// Descriptors beside those of the connections: the registry, models that are being read, threads' own.
    private static let ownCount = 64

    /// Raises the soft limit to the hard one, and says so when it is too low for so many connections
    /// and regions of shared memory.
    static func raise(connectionCount: Int, regionCount: Int, _ logger: Logger) {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < UInt(connectionCount + regionCount + ownCount) else { return }
        logger.warning(
            "fewer files may be open than --max-connections needs; raise the limit (ulimit -n, LimitNOFILE)",
            metadata: ["limit": "\(limit.rlim_cur)", "max_connections": "\(connectionCount)"])
    }
}

import CHearthLinux
import Glibc

/// Who is at the other end of a connection, as the kernel recorded it when they connected (SO_PEERCRED).
package struct Peer: Sendable, Equatable {
    package var pid: Int32
    package var uid: UInt32
    /// The primary group.
    package var gid: UInt32
    /// Those of the supplementary groups that somebody asked for when the peer was read.
    package var groups: [UInt32]

    package init(pid: Int32, uid: UInt32, gid: UInt32, groups: [UInt32] = []) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
        self.groups = groups
    }

    /// Whether the peer is in a group, with its primary or a supplementary one.
    package func isMember(of group: UInt32) -> Bool { gid == group || groups.contains(group) }
}

extension Peer {
    /// The most groups that Linux lets a process have (NGROUPS_MAX).
    private static let groupCountMax: UInt32 = 65536

    /// Reads who connected; nil when the kernel does not say.
    ///
    /// - Parameter groups: the groups that matter. Others are not kept: a user may be in thousands, on each of
    ///   thousands of connections. Without any the kernel is not asked.
    package init?(socket: Int32, groups wanted: Set<UInt32>) {
        self.init(pid: 0, uid: UInt32.max, gid: UInt32.max)
        guard unsafe hearth_peer_credentials(socket, &pid, &uid, &gid) == 0 else { return nil }
        if !wanted.isEmpty { groups = Self.groups(of: socket).filter(wanted.contains) }
    }

    /// All supplementary groups of who connected; none from a kernel that does not tell (before Linux 4.13), where the
    /// primary group is all that counts.
    static func groups(of socket: Int32) -> [UInt32] {
        var capacity: UInt32 = 64
        while true {
            var count = capacity
            var isRead = false
            let groups = unsafe [UInt32](unsafeUninitializedCapacity: Int(capacity)) { memory, initializedCount in
                isRead = unsafe hearth_peer_groups(socket, memory.baseAddress, &count) == 0
                initializedCount = isRead ? Int(min(count, capacity)) : 0
            }
            if isRead { return groups }
            guard hearth_errno() == ERANGE, count > capacity, count <= groupCountMax else { return [] }
            capacity = count
        }
    }
}

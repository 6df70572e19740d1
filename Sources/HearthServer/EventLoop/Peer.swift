/// Who is at the other end of a connection, as the kernel recorded it when they connected (SO_PEERCRED).
package struct Peer: Sendable, Equatable {
    package var pid: Int32
    package var uid: UInt32
    package var gid: UInt32

    package init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }
}

/// Who may make the calls that change something.
package struct AccessPolicy: Sendable {
    package var adminUIDs: Set<UInt32>
    package var adminGIDs: Set<UInt32>

    package init(adminUIDs: Set<UInt32>, adminGIDs: Set<UInt32> = []) {
        self.adminUIDs = adminUIDs
        self.adminGIDs = adminGIDs
    }

    /// Whether a peer may make them: by its user, or by its primary group.
    package func isAdmin(_ peer: Peer) -> Bool {
        adminUIDs.contains(peer.uid) || adminGIDs.contains(peer.gid)
    }
}

import Foundation
import Glibc
import HearthServer
import HearthTestSupport
import Testing

/// Who the kernel says is at the other end.
@Suite struct PeerTests {
    private func ownGroups() -> Set<UInt32> {
        let count = getgroups(0, nil)
        var groups = [gid_t](repeating: 0, count: Int(max(0, count)))
        let read = unsafe getgroups(Int32(groups.count), &groups)
        return Set(groups.prefix(Int(max(0, read))))
    }

    private func socketPair() throws -> (Int32, Int32) {
        var pair: [Int32] = [-1, -1]
        try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        return (pair[0], pair[1])
    }

    @Test func `a peer has the ids of its process and those of its groups that were asked for`() throws {
        let (one, other) = try socketPair()
        defer {
            close(one)
            close(other)
        }
        let groups = ownGroups()
        let peer = try #require(Peer(socket: one, groups: groups.union([4_000_000_000])))
        #expect(peer.pid == getpid())
        #expect(peer.uid == geteuid())
        #expect(peer.gid == getegid())
        #expect(Set(peer.groups) == groups)
        #expect(Peer(socket: one, groups: [])?.groups == [])
        #expect(Peer(socket: one, groups: [4_000_000_000])?.groups == [])
    }

    @Test func `what is no socket has no peer`() throws {
        let file = unsafe open("/dev/null", O_RDONLY)
        defer { close(file) }
        #expect(Peer(socket: file, groups: [1]) == nil)
        #expect(Peer(socket: -1, groups: []) == nil)
    }

    /// setgroups needs root: the groups are those of a child that connects.
    @Test(.enabled(if: geteuid() == 0, "only root can give a process other groups"), arguments: [1, 64, 65, 3000])
    func `all supplementary groups are seen, however many there are`(count: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        let listener = try UnixListener.open(SocketOptions(path: path, mode: 0o666))
        defer { listener.unlinkSocket() }
        try #require(unsafe chmod(folder.path, 0o755) == 0)
        let groups = (0..<count).map { 100_000 + UInt32($0) }
        let script = """
            import os, socket
            os.setgroups(range(100000, 100000 + \(count)))
            os.setgid(4711)
            os.setuid(4712)
            s = socket.socket(socket.AF_UNIX)
            s.connect('\(path)')
            s.recv(1)
            """
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        child.arguments = ["python3", "-c", script]
        try child.run()
        var accepted: Int32 = -1
        while accepted < 0, child.isRunning {
            var waiting = [pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)]
            if unsafe poll(&waiting, 1, 100) == 1 { accepted = accept(listener.descriptor, nil, nil) }
        }
        try #require(accepted >= 0, "the child did not connect")
        let peer = Peer(socket: accepted, groups: Set(groups.suffix(2)).union([4711]))
        #expect(peer?.uid == 4712)
        #expect(peer?.gid == 4711)
        #expect(peer?.pid == child.processIdentifier)
        #expect(Set(peer?.groups ?? []) == Set(groups.suffix(2)))
        close(accepted)
        child.waitUntilExit()
        #expect(child.terminationStatus == 0)
    }
}

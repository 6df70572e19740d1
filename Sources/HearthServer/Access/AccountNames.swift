import Glibc

/// Finds the numbers of users and groups by name: once, when rules are read.
package struct AccountNames: Sendable {
    /// The uid of a user; nil when there is none of that name.
    package var uid: @Sendable (String) -> UInt32?
    /// The gid of a group; nil when there is none of that name.
    package var gid: @Sendable (String) -> UInt32?

    package init(uid: @escaping @Sendable (String) -> UInt32?, gid: @escaping @Sendable (String) -> UInt32?) {
        self.uid = uid
        self.gid = gid
    }

    /// As the system knows them (passwd, group and whatever nsswitch.conf adds).
    package static var system: AccountNames {
        AccountNames(
            uid: { name in
                lookUp { (buffer: inout [CChar]) in
                    var entry = unsafe passwd()
                    var found: UnsafeMutablePointer<passwd>?
                    let code = unsafe getpwnam_r(name, &entry, &buffer, buffer.count, &found)
                    return unsafe (code, found == nil ? nil : entry.pw_uid)
                }
            },
            gid: { name in
                lookUp { (buffer: inout [CChar]) in
                    var entry = unsafe group()
                    var found: UnsafeMutablePointer<group>?
                    let code = unsafe getgrnam_r(name, &entry, &buffer, buffer.count, &found)
                    return unsafe (code, found == nil ? nil : entry.gr_gid)
                }
            })
    }

    /// Asks with more room until the answer fits: a group's has the names of all its members.
    private static func lookUp(_ ask: (inout [CChar]) -> (Int32, UInt32?)) -> UInt32? {
        var byteCount = 1024
        while byteCount <= 16 << 20 {
            var buffer = [CChar](repeating: 0, count: byteCount)
            let (code, number) = ask(&buffer)
            guard code == ERANGE else { return number }
            byteCount *= 4
        }
        return nil
    }
}

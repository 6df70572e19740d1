/// Who may make some calls: the right side of a rule.
package struct Callers: Sendable, Equatable {
    /// One of the names in the list.
    enum Name: Sendable, Hashable {
        case anyone
        case nobody
        /// Whom `--admin-uid` and `--admin-gid` name.
        case admins
        case uid(UInt32)
        case gid(UInt32)
    }

    /// Those who may, unless ``excluded`` names them too.
    var included: Set<Name>
    /// Those who may not in any case.
    var excluded: Set<Name> = []

    /// Whether `peer` is one of them; `isAdmin` says whether `admins` has it.
    func contains(_ peer: Peer, isAdmin: Bool) -> Bool {
        func isNamed(in names: Set<Name>) -> Bool {
            names.contains { name in
                switch name {
                case .anyone: true
                case .nobody: false
                case .admins: isAdmin
                case .uid(let uid): peer.uid == uid
                case .gid(let gid): peer.isMember(of: gid)
                }
            }
        }
        return isNamed(in: included) && !isNamed(in: excluded)
    }

    /// The groups in the list.
    var groups: Set<UInt32> {
        Set(
            included.union(excluded).compactMap { name in
                if case .gid(let gid) = name { gid } else { nil }
            })
    }
}

extension Callers {
    private static let forms = "anyone, nobody, admins, uid:<number>, gid:<number>, user:<name> or group:<name>"

    /// Reads `uid:1000, group:traders, !uid:1003`.
    init(_ text: Substring, names: AccountNames) throws(AccessError) {
        var included: Set<Name> = []
        var excluded: Set<Name> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = part.trimmed
            if word.hasPrefix("!") {
                excluded.insert(try Self.name(word.dropFirst().trimmed, names))
            } else {
                included.insert(try Self.name(word, names))
            }
        }
        guard !included.isEmpty else {
            throw AccessError("'\(text.trimmed)' says only who may not; say first who may: anyone, \(text.trimmed)")
        }
        guard included == [.nobody] || !included.contains(.nobody), !excluded.contains(.nobody),
            !excluded.contains(.anyone)
        else {
            throw AccessError("'\(text.trimmed)': nobody stands alone, and !anyone and !nobody say nothing")
        }
        self.init(included: included, excluded: excluded)
    }

    private static func name(_ word: Substring, _ names: AccountNames) throws(AccessError) -> Name {
        switch word {
        case "anyone": return .anyone
        case "nobody": return .nobody
        case "admins": return .admins
        default: break
        }
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.last.map(String.init) ?? ""
        guard parts.count == 2, !value.isEmpty else {
            throw AccessError("'\(word)' names nobody; write \(forms)")
        }
        switch parts[0] {
        case "uid": return .uid(try number(word, value, "user"))
        case "gid": return .gid(try number(word, value, "group"))
        case "user":
            guard let uid = names.uid(value) else {
                throw AccessError("there is no user '\(value)' on this machine; create it, or write uid:<number>")
            }
            return .uid(uid)
        case "group":
            guard let gid = names.gid(value) else {
                throw AccessError("there is no group '\(value)' on this machine; create it, or write gid:<number>")
            }
            return .gid(gid)
        default: throw AccessError("'\(word)' names nobody; write \(forms)")
        }
    }

    /// The largest number is the kernel's word for no user and no group.
    private static func number(_ word: Substring, _ value: String, _ named: String) throws(AccessError) -> UInt32 {
        guard value.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = UInt32(value), number != UInt32.max else {
            throw AccessError("'\(word)' has no number from 0 to \(UInt32.max - 1); for a name write \(named):<name>")
        }
        return number
    }
}

extension Substring {
    /// Without the blanks before and after.
    var trimmed: Substring {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}

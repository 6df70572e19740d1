package import HearthCore
package import HearthWire

/// Who may call what: rules, the first that fits a call decides; where none does, data and read are for whoever may
/// connect and admin is for admins.
///
/// It is asked once for each connection, ``permitted(for:lane:)``; a call is then the test of one bit.
package struct AccessPolicy: Sendable {
    package let adminUIDs: Set<UInt32>
    package let adminGIDs: Set<UInt32>
    package let rules: [AccessRule]
    /// All groups that decide anything: what has to be known of a peer.
    package let groups: Set<UInt32>

    private static let all = RouteSet(Route.allCases)
    /// What is for everybody where no rule says otherwise.
    private static let open = RouteSet(Route.allCases.filter { $0.access != .admin })

    /// - Parameter rules: as ``AccessRule/list(_:names:)`` reads them.
    package init(adminUIDs: Set<UInt32>, adminGIDs: Set<UInt32> = [], rules: [AccessRule] = []) {
        self.adminUIDs = adminUIDs
        self.adminGIDs = adminGIDs
        self.rules = rules
        groups = rules.reduce(into: adminGIDs) { $0.formUnion($1.callers.groups) }
    }

    /// Whether a peer is an admin: by its user, or by any of its groups.
    package func isAdmin(_ peer: Peer) -> Bool {
        adminUIDs.contains(peer.uid) || adminGIDs.contains { peer.isMember(of: $0) }
    }

    /// The calls that a peer may make on a lane.
    package func permitted(for peer: Peer, lane: LaneKind) -> RouteSet {
        let isAdmin = isAdmin(peer)
        var permitted: RouteSet = []
        var undecided = Self.all
        for rule in rules where rule.lanes.contains(lane) {
            let decided = rule.calls.intersection(undecided)
            undecided.subtract(decided)
            if rule.callers.contains(peer, isAdmin: isAdmin) { permitted.formUnion(decided) }
        }
        return permitted.union((isAdmin ? Self.all : Self.open).intersection(undecided))
    }

    /// Why a call that ``permitted(for:lane:)`` does not have is refused.
    ///
    /// It says which rule decides but not what is in it: who is shut out need not learn who is not.
    package func refusal(of route: Route, for peer: Peer, lane: LaneKind) -> CallFailure {
        let place = rules.firstIndex { $0.lanes.contains(lane) && $0.calls.contains(route) }
        guard let place else {
            return CallFailure(
                .permissionDenied,
                "\(route.method) is for admins: uid \(peer.uid) is none; start hearthd with --admin-uid \(peer.uid), "
                    + "or call as an admin")
        }
        return CallFailure(
            .permissionDenied,
            "\(route.path) on the \(lane.rawValue) lane is not for uid \(peer.uid), gid \(peer.gid): --allow rule "
                + "\(place + 1) of hearthd decides; name uid:\(peer.uid) there, or call as somebody it names")
    }
}

import HearthCore
import HearthServer
import HearthWire
import Testing

/// What a connection may call, of made-up peers.
@Suite struct AccessPolicyTests {
    private let admin = Peer(pid: 1, uid: 1, gid: 100)
    private let user = Peer(pid: 2, uid: 1000, gid: 1000)

    private func names(_ set: RouteSet) -> Set<Route> { Set(Route.allCases.filter { set.contains($0) }) }

    @Test func `without rules data and read are for anyone, and changes for admins`() throws {
        let policy = AccessPolicy(adminUIDs: [1], adminGIDs: [50])
        for lane in LaneKind.allCases {
            #expect(names(policy.permitted(for: admin, lane: lane)) == Set(Route.allCases))
            #expect(
                names(policy.permitted(for: user, lane: lane)) == Set(Route.allCases.filter { $0.access != .admin }))
        }
    }

    @Test func `an admin is told by its user, its primary group or any of its supplementary groups`() {
        let policy = AccessPolicy(adminUIDs: [1], adminGIDs: [50, 60])
        #expect(policy.groups == [50, 60])
        #expect(policy.isAdmin(admin))
        #expect(policy.isAdmin(Peer(pid: 3, uid: 1000, gid: 50)))
        #expect(policy.isAdmin(Peer(pid: 3, uid: 1000, gid: 1000, groups: [7, 60])))
        #expect(!policy.isAdmin(Peer(pid: 3, uid: 1000, gid: 1000, groups: [7, 61])))
        #expect(!policy.isAdmin(user))
    }

    @Test func `the first rule that fits a call decides, also against those that follow and the defaults`() throws {
        let policy = try AccessRuleTests.policy(
            "hearth.v1.Models/Promote = uid:1000", "grpc * = admins", "hearth.v1.Inference = anyone, !uid:1000")
        let fast = policy.permitted(for: user, lane: .fast)
        #expect(fast.contains(.promote))
        #expect(!fast.contains(.rollback))
        #expect(!fast.contains(.predict))
        #expect(fast.contains(.modelInfer))
        #expect(fast.contains(.list))
        #expect(names(policy.permitted(for: user, lane: .grpc)) == [.promote])
        // Whoever a rule does not name is shut out by it, admins too.
        #expect(!policy.permitted(for: admin, lane: .fast).contains(.promote))
        #expect(names(policy.permitted(for: admin, lane: .grpc)) == Set(Route.allCases).subtracting([.promote]))
        #expect(policy.permitted(for: admin, lane: .fast).contains(.predict))
    }

    @Test func `admins in a rule are those of the options`() throws {
        let policy = try AccessRuleTests.policy("data = admins, group:traders", adminUIDs: [1])
        #expect(policy.groups == [300])
        #expect(policy.permitted(for: admin, lane: .fast).contains(.predict))
        #expect(!policy.permitted(for: user, lane: .fast).contains(.predict))
        let trader = Peer(pid: 4, uid: 1000, gid: 1000, groups: [300])
        #expect(policy.permitted(for: trader, lane: .fast).contains(.predict))
    }

    @Test func `a refusal says which rule decides and what to do, and not whom the rule names`() throws {
        let policy = try AccessRuleTests.policy("fast data = anyone", "grpc admin = uid:77")
        let refusal = policy.refusal(of: .promote, for: user, lane: .grpc)
        #expect(refusal.code == .permissionDenied)
        #expect(
            refusal.message
                == "hearth.v1.Models/Promote on the grpc lane is not for uid 1000, gid 1000: --allow rule 2 of hearthd "
                + "decides; name uid:1000 there, or call as somebody it names")
        #expect(
            policy.refusal(of: .promote, for: user, lane: .fast).message
                == "Promote is for admins: uid 1000 is none; start hearthd with --admin-uid 1000, or call as an admin")
    }
}

import HearthServer
import HearthWire
import Testing

/// The text of rules: what they let whom do, and what is wrong with those that cannot be read.
@Suite struct AccessRuleTests {
    static let names = AccountNames(
        uid: { ["alice": 1000, "root": 0][$0] }, gid: { ["ops": 200, "traders": 300][$0] })
    static let stranger = Peer(pid: 1, uid: 4711, gid: 4711)

    static func policy(_ rules: String..., adminUIDs: Set<UInt32> = [1]) throws -> AccessPolicy {
        AccessPolicy(adminUIDs: adminUIDs, rules: try AccessRule.list(rules, names: names))
    }

    private func calls(_ text: String) throws -> Set<Route> {
        let policy = try Self.policy("* = nobody")
        let ruled = try Self.policy("\(text) = anyone", "* = nobody")
        let permitted = ruled.permitted(for: Self.stranger, lane: .fast)
        #expect(policy.permitted(for: Self.stranger, lane: .fast).isEmpty)
        return Set(Route.allCases.filter { permitted.contains($0) })
    }

    @Test func `calls are named by class, by service, one by one, or all`() throws {
        #expect(try calls("data") == [.predict, .detect, .modelInfer, .modelStreamInfer])
        #expect(try calls("admin") == Set(Route.allCases.filter { $0.access == .admin }))
        #expect(try calls("read") == Set(Route.allCases.filter { $0.access == .read }))
        #expect(try calls("hearth.v1.Inference") == [.predict, .detect])
        #expect(try calls("hearth.v1.Models/Promote") == [.promote])
        #expect(
            try calls("data, hearth.v1.Models/Promote hearth.v1.Models/Rollback")
                == [.predict, .detect, .modelInfer, .modelStreamInfer, .promote, .rollback])
        #expect(try calls("any read,\tadmin") == Set(Route.allCases.filter { $0.access != .data }))
        #expect(throws: AccessError.self) { try calls("*") }
    }

    @Test func `every call can be named by its own path, and every service by its name`() throws {
        for route in Route.allCases {
            #expect(try calls(route.path) == [route])
            #expect(try calls("\(route.service)").contains(route))
        }
    }

    @Test(arguments: [
        ("anyone", true), ("nobody", false), ("admins", false), ("uid:4711", true), ("gid:4711", true),
        ("uid:1000", false), ("user:alice", false), ("group:ops", false), ("uid:1, uid:4711", true),
        ("anyone, !uid:4711", false), ("anyone, !gid:4711", false), ("anyone, ! user:alice", true),
        ("uid:4711, !admins", true), ("  gid:4711  ,  uid:0 ", true),
    ])
    func `callers are named by user, by group, or as a kind, and may be excepted`(who: String, isPermitted: Bool)
        throws
    {
        let policy = try Self.policy("grpc read = \(who)")
        #expect(policy.permitted(for: Self.stranger, lane: .grpc).contains(.list) == isPermitted)
        #expect(policy.permitted(for: Self.stranger, lane: .fast).contains(.list))
    }

    @Test(arguments: [
        (
            "grpc admin uid:1",
            "rule 'grpc admin uid:1' is not of the form '[lane] calls = who'; write for example "
                + "'grpc admin = uid:1000, group:ops'"
        ),
        (
            "= anyone",
            "rule '= anyone' is not of the form '[lane] calls = who'; write for example "
                + "'grpc admin = uid:1000, group:ops'"
        ),
        (
            "data =",
            "rule 'data =' is not of the form '[lane] calls = who'; write for example "
                + "'grpc admin = uid:1000, group:ops'"
        ),
        (
            "data = uid:1 = uid:2",
            "rule 'data = uid:1 = uid:2' is not of the form '[lane] calls = who'; write for example "
                + "'grpc admin = uid:1000, group:ops'"
        ),
        (
            "grpc = anyone",
            "rule 'grpc = anyone': no calls are named; write data, read, admin, a service, a call or *"
        ),
        (
            "http data = anyone",
            "rule 'http data = anyone': 'http' is neither a lane (fast, grpc, any) nor calls: data, read, admin, *, a "
                + "call such as hearth.v1.Models/Promote, or a service (hearth.v1.Inference, hearth.v1.Models, "
                + "inference.GRPCInferenceService, grpc.health.v1.Health, grpc.reflection.v1.ServerReflection, "
                + "grpc.reflection.v1alpha.ServerReflection)"
        ),
        (
            "hearth.v1.Inference/Promote = admins",
            "rule 'hearth.v1.Inference/Promote = admins': there is no call 'hearth.v1.Inference/Promote'; "
                + "hearth.v1.Inference has Predict, Detect"
        ),
        (
            "data = alice",
            "rule 'data = alice': 'alice' names nobody; write anyone, nobody, admins, uid:<number>, gid:<number>, "
                + "user:<name> or group:<name>"
        ),
        (
            "data = uid:",
            "rule 'data = uid:': 'uid:' names nobody; write anyone, nobody, admins, uid:<number>, gid:<number>, "
                + "user:<name> or group:<name>"
        ),
        (
            "data = uid:1,",
            "rule 'data = uid:1,': '' names nobody; write anyone, nobody, admins, uid:<number>, gid:<number>, "
                + "user:<name> or group:<name>"
        ),
        (
            "data = host:a",
            "rule 'data = host:a': 'host:a' names nobody; write anyone, nobody, admins, uid:<number>, gid:<number>, "
                + "user:<name> or group:<name>"
        ),
        (
            "data = uid:alice",
            "rule 'data = uid:alice': 'uid:alice' has no number from 0 to 4294967294; for a name write user:<name>"
        ),
        (
            "data = gid:4294967295",
            "rule 'data = gid:4294967295': 'gid:4294967295' has no number from 0 to 4294967294; for a name write "
                + "group:<name>"
        ),
        (
            "data = uid:-1",
            "rule 'data = uid:-1': 'uid:-1' has no number from 0 to 4294967294; for a name write user:<name>"
        ),
        (
            "data = uid:+1",
            "rule 'data = uid:+1': 'uid:+1' has no number from 0 to 4294967294; for a name write user:<name>"
        ),
        (
            "data = user:bob",
            "rule 'data = user:bob': there is no user 'bob' on this machine; create it, or write uid:<number>"
        ),
        (
            "data = group:bobs",
            "rule 'data = group:bobs': there is no group 'bobs' on this machine; create it, or write gid:<number>"
        ),
        (
            "data = !uid:1",
            "rule 'data = !uid:1': '!uid:1' says only who may not; say first who may: anyone, !uid:1"
        ),
        (
            "data = nobody, uid:1",
            "rule 'data = nobody, uid:1': 'nobody, uid:1': nobody stands alone, and !anyone and !nobody say nothing"
        ),
        (
            "data = anyone, !anyone",
            "rule 'data = anyone, !anyone': 'anyone, !anyone': nobody stands alone, and !anyone and !nobody say "
                + "nothing"
        ),
    ])
    func `a rule that cannot be read is told of with what was found and the mend`(text: String, message: String) {
        let error = #expect(throws: AccessError.self) { try AccessRule(text, names: Self.names) }
        #expect(error?.description == message)
    }

    @Test func `a rule that never decides, too many rules, and one without an end are refused`() throws {
        let error = #expect(throws: AccessError.self) {
            try AccessRule.list(["any admin = admins", "grpc hearth.v1.Models/Promote = anyone"], names: Self.names)
        }
        #expect(
            error?.description
                == "rule 'grpc hearth.v1.Models/Promote = anyone' never decides: rules before it cover all its calls, "
                + "and the first that fits decides; put it before them, or leave it out")
        let many = #expect(throws: AccessError.self) {
            try AccessRule.list(Array(repeating: "data = anyone", count: 257), names: Self.names)
        }
        #expect(many?.description == "257 rules were found, 256 are the most; let one name several calls")
        let long = "data = " + String(repeating: "uid:1,", count: 1000) + "uid:1"
        let error2 = #expect(throws: AccessError.self) { try AccessRule(long, names: Self.names) }
        #expect(
            error2?.description
                == "a rule of 6012 characters was found, 4096 are the most; name a group instead of its members")
        // Covered on one lane only, the rule still decides on the other.
        #expect(try AccessRule.list(["grpc data = nobody", "data = anyone"], names: Self.names).count == 2)
    }

    @Test func `any text is read or refused, never a crash`() {
        let pieces = ["grpc", "=", " ", ",", "!", "uid:", "9999999999", "*", "/", "data", "ä", "\u{0}", ":", "anyone"]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<10, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            do throws(AccessError) {
                let rule = try AccessRule(text, names: Self.names)
                #expect(rule.text == text)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test func `users and groups are found by name in the system, and names that are not there are not`() {
        let system = AccountNames.system
        #expect(system.uid("root") == 0)
        #expect(system.gid("root") == 0)
        #expect(system.uid("no-such-user-here") == nil)
        #expect(system.gid("no-such-group-here") == nil)
    }
}

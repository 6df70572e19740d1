import HearthWire

/// Who may make some calls on some lanes: `[lane] calls = who`, for example `grpc admin = uid:1000, group:ops`.
///
/// A rule is complete: for its calls, exactly those it names may make them. So a rule that forgets somebody shuts them
/// out, and none opens more than it says.
package struct AccessRule: Sendable, Equatable {
    /// More rules than anybody writes by hand.
    package static let countMax = 256
    /// Longer than any rule that can be read.
    package static let characterCountMax = 4096

    /// As it was written.
    package let text: String
    let lanes: Set<LaneKind>
    let calls: RouteSet
    let callers: Callers

    /// Reads a rule. User and group names are looked up here and not again.
    package init(_ text: String, names: AccountNames = .system) throws(AccessError) {
        guard text.count <= Self.characterCountMax else {
            throw AccessError(
                "a rule of \(text.count) characters was found, \(Self.characterCountMax) are the most; "
                    + "name a group instead of its members")
        }
        let sides = text.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, let left = sides.first?.trimmed, let right = sides.last?.trimmed, !left.isEmpty,
            !right.isEmpty
        else {
            throw AccessError(
                "rule '\(text)' is not of the form '[lane] calls = who'; write for example "
                    + "'grpc admin = uid:1000, group:ops'")
        }
        self.text = text
        do throws(AccessError) {
            (lanes, calls) = try Self.selection(left)
            callers = try Callers(right, names: names)
        } catch {
            throw AccessError("rule '\(text)': \(error)")
        }
    }

    /// Reads all rules in their order, and refuses one that could never decide anything.
    package static func list(_ texts: [String], names: AccountNames = .system) throws(AccessError) -> [AccessRule] {
        guard texts.count <= countMax else {
            throw AccessError("\(texts.count) rules were found, \(countMax) are the most; let one name several calls")
        }
        var rules: [AccessRule] = []
        var decided: [LaneKind: RouteSet] = [:]
        for text in texts {
            let rule = try AccessRule(text, names: names)
            let isNews = rule.lanes.contains { !rule.calls.subtracting(decided[$0] ?? []).isEmpty }
            guard isNews else {
                throw AccessError(
                    "rule '\(text)' never decides: rules before it cover all its calls, and the first that fits "
                        + "decides; put it before them, or leave it out")
            }
            for lane in rule.lanes { decided[lane, default: []].formUnion(rule.calls) }
            rules.append(rule)
        }
        return rules
    }

    /// The left side: an optional lane, then calls with commas or blanks between them.
    private static func selection(_ text: Substring) throws(AccessError) -> (Set<LaneKind>, RouteSet) {
        var words = text.split { $0 == "," || $0.isWhitespace }[...]
        var lanes = Set(LaneKind.allCases)
        if let first = words.first, let named = named(first) {
            lanes = named
            words.removeFirst()
        }
        guard !words.isEmpty else {
            throw AccessError("no calls are named; write data, read, admin, a service, a call or *")
        }
        var calls: RouteSet = []
        for word in words { calls.formUnion(try self.calls(word)) }
        return (lanes, calls)
    }

    private static func named(_ word: Substring) -> Set<LaneKind>? {
        word == "any" ? Set(LaneKind.allCases) : LaneKind(rawValue: String(word)).map { [$0] }
    }

    private static func calls(_ word: Substring) throws(AccessError) -> RouteSet {
        if word == "*" { return RouteSet(Route.allCases) }
        if let access = Route.Access(rawValue: String(word)) {
            return RouteSet(Route.allCases.filter { $0.access == access })
        }
        let found = Route.allCases.filter { $0.path == word || "\($0.service)" == word }
        guard found.isEmpty else { return RouteSet(found) }
        if word.contains("/") {
            let service = word.prefix { $0 != "/" }
            let methods = Route.allCases.filter { "\($0.service)" == service }.map { "\($0.method)" }
            if !methods.isEmpty {
                throw AccessError(
                    "there is no call '\(word)'; \(service) has \(methods.joined(separator: ", "))")
            }
        }
        var services: [String] = []
        for route in Route.allCases where !services.contains("\(route.service)") { services.append("\(route.service)") }
        throw AccessError(
            "'\(word)' is neither a lane (fast, grpc, any) nor calls: data, read, admin, *, a call such as "
                + "\(Route.promote.path), or a service (\(services.joined(separator: ", ")))")
    }
}

extension RouteSet {
    /// The set of several calls.
    init(_ routes: [Route]) {
        self = routes.reduce(into: []) { $0.formUnion(RouteSet($1)) }
    }
}

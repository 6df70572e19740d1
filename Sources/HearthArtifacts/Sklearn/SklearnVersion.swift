/// A version of scikit-learn, as far as files and arithmetic differ by it.
struct SklearnVersion: Comparable {
    var major: Int
    var minor: Int

    /// The oldest and the newest version that is read: all between were measured.
    static let supported = SklearnVersion(0, 24)...SklearnVersion(1, 9)

    init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// The first two numbers of a text such as `1.7.2` or `1.5rc1`; nil when it does not begin with two.
    init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isNumber }) else {
            return nil
        }
        self.init(major, minor)
    }

    static func < (left: SklearnVersion, right: SklearnVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

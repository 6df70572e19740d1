import HearthCore
import HearthRegistry
import Testing

/// What a clean-up decides, without a disk or a database.
@Suite struct RetentionPlanTests {
    private let name: ModelName
    private let other: ModelName

    init() throws {
        name = try ModelName("isolation_forest.stok_seviye")
        other = try ModelName("z_score.dolum_sure")
    }

    private func id(_ number: Int) throws -> ModelID { try ModelID("version_\(number)") }

    /// Version `number` was made at second `number`, of 100 bytes.
    private func version(
        _ number: Int, of model: ModelName? = nil, status: VersionStatus = .success, pinned: Bool = false,
        hasPath: Bool = true
    ) throws -> ModelVersion {
        let at = Timestamp(microseconds: Int64(number) * 1_000_000)
        return ModelVersion(
            modelID: try id(number), name: model ?? name, key: ModelKey(modelType: "isolation_forest"),
            status: status, path: hasPath ? "version_\(number)" : nil, trainingDate: at, createdAt: at,
            pinned: pinned, error: status == .failed ? "no rows" : nil)
    }

    private func pointer(_ current: Int, previous: Int?) throws -> ProductionPointer {
        ProductionPointer(
            name: name, modelID: try id(current), previousModelID: try previous.map(id), generation: 1,
            changedAt: Timestamp(microseconds: 0))
    }

    private func survey(
        _ versions: [ModelVersion], pointers: [ProductionPointer] = [], leased: [Int] = [], missing: [Int] = [],
        orphans: [Int] = []
    ) throws -> RetentionSurvey {
        let gone = Set(try missing.map(id))
        var folders: [ModelID: Int] = [:]
        for version in versions where version.path != nil && !gone.contains(version.modelID) {
            folders[version.modelID] = 100
        }
        for orphan in orphans { folders[try id(orphan)] = 50 }
        return RetentionSurvey(
            versions: versions, pointers: pointers, leased: Set(try leased.map(id)), folders: folders, missing: gone)
    }

    private func numbers(_ items: [RetentionPlan.Item]) -> [Int] {
        items.compactMap { $0.modelID.text.split(separator: "_").last.flatMap { Int($0) } }
    }

    @Test func `R10, R20, R80, C14: the newest three of each model stay`() throws {
        let versions = try (1...5).map { try version($0) } + (6...8).map { try version($0, of: other) }
        let plan = RetentionPlan(try survey(versions), RetentionPolicy(keepVersions: 3))
        #expect(numbers(plan.items) == [2, 1])
        #expect(plan.items.allSatisfy { $0.action == .remove && $0.cause == .beyondKept(3) })
        #expect(plan.freedByteCount == 200)
        #expect(plan.kept.count == 6)
    }

    @Test func `nothing goes without a rule`() throws {
        let plan = RetentionPlan(try survey((1...50).map { try version($0) }), RetentionPolicy())
        #expect(plan.items.isEmpty)
        #expect(plan.kept.count == 50)
    }

    @Test func `C15: production, rollback target, pinned, leased and archived versions stay, and say why`() throws {
        var versions = try (1...8).map { try version($0) }
        versions[0].status = .production
        versions[2].pinned = true
        versions[4].status = .archived
        let plan = RetentionPlan(
            try survey(versions, pointers: [pointer(1, previous: 2)], leased: [4]), RetentionPolicy(keepVersions: 1))
        #expect(numbers(plan.items) == [7, 6])
        #expect(
            Dictionary(uniqueKeysWithValues: plan.protected.map { ($0.modelID.text, $0.protection) }) == [
                "version_1": .production, "version_2": .rollbackTarget, "version_3": .pinned, "version_4": .leased,
                "version_5": .archived,
            ])
    }

    @Test func `R163: at most N versions of a model, the protected ones counted, the oldest go first`() throws {
        let versions = try (1...6).map { try version($0) }
        let plan = RetentionPlan(
            try survey(versions, pointers: [pointer(1, previous: nil)]), RetentionPolicy(maxModels: 3))
        #expect(numbers(plan.items) == [2, 3, 4])
        #expect(plan.items.allSatisfy { $0.cause == .beyondMaxModels(3) })
        #expect(Set(plan.kept.map(\.text)) == ["version_1", "version_5", "version_6"])
    }

    @Test func `both rules together take each version once`() throws {
        let versions = try (1...6).map { try version($0) }
        let plan = RetentionPlan(try survey(versions), RetentionPolicy(keepVersions: 4, maxModels: 3))
        #expect(numbers(plan.items).sorted() == [1, 2, 3])
    }

    @Test func `R69, C9: over the quota the oldest of all go, but no model loses its newest`() throws {
        let versions = try [
            version(1), version(2, of: other), version(3), version(4), version(5, of: other),
        ]
        let plan = RetentionPlan(try survey(versions), RetentionPolicy(quotaBytes: 250))
        #expect(numbers(plan.items) == [1, 2, 3])
        #expect(plan.items.allSatisfy { $0.cause == .quota(250) })
        let tight = RetentionPlan(try survey(versions), RetentionPolicy(quotaBytes: 1))
        #expect(Set(tight.kept.map(\.text)) == ["version_4", "version_5"])
    }

    @Test func `R72, R109: a full disk takes as much as is needed`() throws {
        var policy = RetentionPolicy()
        policy.bytesToFree = 101
        let plan = RetentionPlan(try survey((1...5).map { try version($0) }), policy)
        #expect(numbers(plan.items) == [1, 2])
        #expect(plan.items.allSatisfy { $0.cause == .diskFull })
    }

    @Test func `R160: rows whose artifact is gone are dropped, but for protected ones, which are shown`() throws {
        let versions = try (1...4).map { try version($0) }
        let plan = RetentionPlan(
            try survey(versions, pointers: [pointer(1, previous: nil)], missing: [1, 3]),
            RetentionPolicy(keepVersions: 1))
        #expect(numbers(plan.items) == [3, 2])
        #expect(plan.items.map(\.action) == [.dropRow, .remove])
        #expect(plan.protected.map(\.isMissing) == [true])
    }

    @Test func `folders that a removed row left go, those without a row only when asked`() throws {
        let removed = try version(2, hasPath: false)
        var found = try survey([version(1), removed], orphans: [2, 9])
        let plan = RetentionPlan(found, RetentionPolicy())
        #expect(numbers(plan.items) == [2])
        #expect(plan.items.map(\.cause) == [.removedBefore])
        #expect(plan.orphans.map(\.text) == ["version_9"])
        var policy = RetentionPolicy()
        policy.removesOrphans = true
        let all = RetentionPlan(found, policy)
        #expect(numbers(all.items) == [2, 9])
        #expect(all.orphans.isEmpty)
        found.folders = [:]
        #expect(RetentionPlan(found, policy).items.isEmpty)
    }

    @Test func `R137, C17: failed trainings are listed and left`() throws {
        let failed = try version(2, status: .failed, hasPath: false)
        let plan = RetentionPlan(try survey([version(1), failed]), RetentionPolicy(keepVersions: 0))
        #expect(plan.failed.map(\.modelID) == [failed.modelID])
        #expect(numbers(plan.items) == [1])
    }
}

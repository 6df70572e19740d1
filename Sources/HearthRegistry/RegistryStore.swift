package import HearthCore

/// The registry's truth: registered models, versions, production pointers, events.
///
/// SQLite and PostgreSQL implement it, and both pass one shared suite.
///
/// Calls block and may be made from any thread but those of the data plane. Every write is one transaction that takes
/// the next head version (commit-ordered, gap-free) and writes an event.
package protocol RegistryStore: Sendable {
    /// The number of the last change; 0 for an empty registry.
    func headVersion() throws(RegistryError) -> Int64
    /// A number that differs from the one before whenever another connection may have committed something: a cheap hint
    /// to poll.
    func changeHint() throws(RegistryError) -> Int64
    /// Tells of changes at once; nil for a store that is cheap enough to ask often.
    func makeChangeFeed() -> (any RegistryChangeFeed)?
    /// All production pointers, read at one head version.
    func productionSnapshot() throws(RegistryError) -> ProductionSnapshot
    func productionPointer(of name: ModelName) throws(RegistryError) -> ProductionPointer?

    func registeredModels() throws(RegistryError) -> [RegisteredModel]
    func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion?
    /// The pickle that is kept in the row of a version, `model_data`: what answers when its file cannot (R41). nil when
    /// there is none.
    ///
    /// Throws `.refused` for one of more than `byteCountMax` bytes, which is not read.
    func modelData(of modelID: ModelID, byteCountMax: Int) throws(RegistryError) -> [UInt8]?
    /// Newest first; `name` nil means of all registered models.
    func versions(of name: ModelName?, limit: Int) throws(RegistryError) -> [ModelVersion]
    /// Events with a head version above `head`, oldest first.
    func events(after head: Int64, limit: Int) throws(RegistryError) -> [RegistryEvent]

    /// Adds a version, and its registered model when the name is new. Throws `.conflict` when the id is taken or the
    /// name has another key.
    @discardableResult
    func register(_ version: ModelVersion, actor: String) throws(RegistryError) -> Int64
    /// Makes `modelID` the production version: demotes first, promotes second, in one transaction.
    ///
    /// The version that it replaces gets status `success`, whatever it was before it was promoted, and becomes the
    /// rollback target. Promoting what is in production already changes nothing and returns the pointer as it is: no
    /// event, no new generation. Pointer and events say who promoted what and when; `promoted_at` of a version is its
    /// last promotion.
    ///
    /// - Parameter expectedGeneration: the generation that the caller saw (0: none yet); nil promotes whatever it is.
    /// - Throws: `.conflict` with the current state when another change came between; `.notFound`; `.refused` for a
    ///   version that has failed, is archived or has no artifact.
    func promote(
        _ modelID: ModelID, of name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer
    /// Promotes the pointer's previous version. Throws `.refused` when there is none.
    ///
    /// A rollback is itself a promotion, with a new generation, and makes the version it leaves the rollback target:
    /// two rollbacks return to where one was.
    func rollback(
        _ name: ModelName, expectedGeneration: Int64?, actor: String, reason: String
    ) throws(RegistryError) -> ProductionPointer

    /// Sets a version aside: it stays on disk and is not served unless asked for by id. A version that is archived
    /// already is left as it is, without an event. Throws `.notFound`; `.refused` for the production version, the
    /// rollback target and a failed training.
    func archive(_ modelID: ModelID, actor: String, reason: String) throws(RegistryError)
    /// Protects a version from every clean-up, or ends that. No event when nothing changes. Throws `.notFound`.
    func setPinned(_ modelID: ModelID, _ pinned: Bool, actor: String, reason: String) throws(RegistryError)

    /// Takes a version out of use for good, before its files are deleted: its row stays as history without path and
    /// BLOB, or goes altogether. Event `removed`. A version that was removed before is left as it is.
    ///
    /// Throws `.notFound`; `.refused` for the production version, the rollback target, a pinned version and one that a
    /// server holds.
    func remove(_ modelID: ModelID, dropsRow: Bool, actor: String, reason: String) throws(RegistryError)

    /// The same on a disk that is full, where a registry on that disk could write nothing down: `makingRoom` deletes
    /// the version's files as soon as nobody can promote it any more, within the change where the registry lies on the
    /// disk of the models, after it where not.
    ///
    /// A process killed in between leaves a row without files, which the next clean-up drops.
    func remove(
        _ modelID: ModelID, dropsRow: Bool, actor: String, reason: String, makingRoom: () throws -> Void
    ) throws(RegistryError)

    /// Says that `holder`, a running server, holds these versions and no others until `until`: nobody may remove them
    /// meanwhile (C15). Drops leases that have ended.
    ///
    /// No change of the registry: neither event nor head version, nobody is notified. Ids that the registry does not
    /// know are leased all the same.
    func renewLeases(holder: String, modelIDs: Set<ModelID>, until: Timestamp) throws(RegistryError)
    /// The versions that somebody holds at that time.
    func leases(at time: Timestamp) throws(RegistryError) -> Set<ModelID>
}

extension RegistryStore {
    /// None: for stores whose change hint costs next to nothing.
    package func makeChangeFeed() -> (any RegistryChangeFeed)? { nil }

    /// For registries that lie elsewhere.
    package func remove(
        _ modelID: ModelID, dropsRow: Bool, actor: String, reason: String, makingRoom: () throws -> Void
    ) throws(RegistryError) {
        try remove(modelID, dropsRow: dropsRow, actor: actor, reason: reason)
        do { try makingRoom() } catch {
            throw RegistryError(
                .unavailable, "the files of version '\(modelID)' are still there: \(error)",
                hint: "its row says that it was removed; the next clean-up deletes them")
        }
    }
}

package import HearthCore

/// What a clean-up may take away. Nothing is taken without a rule that names it.
package struct RetentionPolicy: Sendable, Hashable {
    /// Of each registered model so many of the versions that nothing protects stay, the newest (R10, R20, C14, C15).
    package var keepVersions: Int?
    /// A registered model has at most so many versions in all, the protected ones included (R163).
    package var maxModels: Int?
    /// All versions together may take so many bytes (R69).
    package var quotaBytes: Int?
    /// So many bytes are to be freed, whatever the quota says: what is above the disk's line (R72, R109).
    package var bytesToFree = 0
    /// Rows whose artifact is gone are dropped (R160).
    package var dropsMissing = true
    /// Complete folders that the registry does not know are deleted; else they are only reported.
    package var removesOrphans = false

    package init(keepVersions: Int? = nil, maxModels: Int? = nil, quotaBytes: Int? = nil) {
        self.keepVersions = keepVersions
        self.maxModels = maxModels
        self.quotaBytes = quotaBytes
    }
}

/// What a clean-up decides on: the registry and the model directory at one moment.
package struct RetentionSurvey: Sendable {
    /// All rows.
    package var versions: [ModelVersion]
    package var pointers: [ProductionPointer]
    /// Versions that a running server holds.
    package var leased: Set<ModelID>
    /// Bytes of each version's folder that is there; whoever is at work in a folder is left out.
    package var folders: [ModelID: Int]
    /// Versions whose row names a file or folder that is not there.
    package var missing: Set<ModelID>

    package init(
        versions: [ModelVersion], pointers: [ProductionPointer], leased: Set<ModelID> = [],
        folders: [ModelID: Int] = [:], missing: Set<ModelID> = []
    ) {
        self.versions = versions
        self.pointers = pointers
        self.leased = leased
        self.folders = folders
        self.missing = missing
    }
}

package import HearthCore

/// What lies in a model directory, as far as tidying up is concerned: a snapshot, so that
/// ``Janitor/plan(_:knownIDs:now:grace:)`` is a pure function.
package struct JanitorSurvey: Sendable, Equatable {
    /// Whether somebody is at work in a folder.
    package enum Writer: Sendable {
        /// A living process holds the folder's lock.
        case atWork
        case gone
        /// The file system has no locks.
        case unknown
    }

    /// A folder in `.staging`.
    package struct Staging: Sendable, Equatable {
        package var name: String
        package var modified: Timestamp
        package var writer: Writer

        package init(name: String, modified: Timestamp, writer: Writer) {
            self.name = name
            self.modified = modified
            self.writer = writer
        }
    }

    /// A version's folder.
    package struct Folder: Sendable, Equatable {
        package var id: ModelID
        package var modified: Timestamp
        package var writer: Writer
        /// Why its manifest cannot be read; nil when it can.
        package var damage: String?

        package init(id: ModelID, modified: Timestamp, writer: Writer, damage: String? = nil) {
            self.id = id
            self.modified = modified
            self.writer = writer
            self.damage = damage
        }
    }

    package var staging: [Staging]
    /// Names in `.trash`.
    package var trash: [String]
    package var folders: [Folder]

    package init(staging: [Staging] = [], trash: [String] = [], folders: [Folder] = []) {
        self.staging = staging
        self.trash = trash
        self.folders = folders
    }
}

/// Where a store that can tells of changes at once, for a thread that waits on descriptors.
///
/// A hint only: who misses one finds the change by looking at the head version. Used by one thread.
package protocol RegistryChangeFeed: AnyObject {
    /// Becomes readable when something changed; nil while there is no connection.
    ///
    /// May be another one after each ``takeChanges()``.
    var descriptor: Int32? { get }

    /// Takes in what has come, and connects again when that is due; returns whether something may have changed.
    func takeChanges() -> Bool
}

/// How a run feeds its engine and where it shows its state: everything of `hearth live` but models and limits.
package struct LiveOptions: Sendable {
    /// Which clock the deadlines of bars go by.
    package enum Clock: Sendable {
        /// From a bar's turn on; the log holds no latencies, so the same bars give the same bytes.
        case replay
        /// From a bar's close on, by the wall clock.
        case wall
    }

    package var source: BarSource
    package var clock: Clock
    /// Bars per second at most; nil for as they come.
    package var barsPerSecond: Double?
    /// Connections to a socket after which its end is the end of the run; nil for any number.
    package var connectionCountMax: Int?
    /// While this file is there the engine is halted; an operator's halt makes it, resuming removes it.
    package var haltFile: String?
    /// The file of the snapshot.
    package var snapshotFile: String?
    /// The shortest time between two snapshots in the file.
    package var snapshotInterval: Duration = .milliseconds(200)
    /// The engine's own socket, see ``ControlServer``.
    package var controlSocket: String?

    /// A run over `source`: a file by the replay clock, everything else by the wall clock.
    package init(source: BarSource) {
        self.source = source
        clock = source.isLive ? .wall : .replay
    }
}

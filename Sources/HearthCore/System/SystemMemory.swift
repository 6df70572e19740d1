import CHearthLinux

/// How the process as a whole uses memory.
package enum SystemMemory {
    /// Has freed blocks of a megabyte and more go back to the system at once: left alone the C library keeps hundreds
    /// of megabytes after a burst of large calls. To be called once, before other threads are started.
    package static func giveBackLargeBlocks() {
        hearth_give_back_large_blocks()
    }
}

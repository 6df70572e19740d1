import CHearthLinux

/// Facts of the machine and the process.
package enum SystemInformation {
    /// Processors that this process may run on, at least 1.
    package static var processorCount: Int { max(1, Int(hearth_processor_count())) }
}

/// What a configuration file may be; it is read whole and parsed by recursion, so both are bounded before the parser.
package enum ConfigurationLimits {
    /// The most bytes of a file. A schedule of a hundred jobs takes some 30 KB.
    package static let byteCountMax = 256 * 1024
    /// The deepest level of lists and mappings; the schema needs 4.
    package static let depthMax = 16
    /// The most columns that a line may be indented, which bounds how deep blocks can nest before they are counted.
    package static let indentationMax = 128
    /// The most `[` and `{` of a file, which bounds how deep they can nest before they are counted.
    package static let flowCollectionCountMax = 512
    /// The most values in a file.
    package static let nodeCountMax = 20_000
    /// The most jobs of a schedule.
    package static let jobCountMax = 256
    /// The most errors of a file that are reported; the rest is counted.
    package static let errorCountMax = 50
    /// The most characters of a wrong value that an error repeats.
    static let shownCharacterCountMax = 60
}

/// Where `unsafe` may stand, and why it must. Everywhere else a span, an array or a wall's safe type does the work.
enum UnsafeCode {
    static let table: [(path: String, reason: String)] = [
        ("Sources/HearthCore/System/", "system calls take pointers"),
        ("Sources/HearthCore/Timestamp.swift", "clock_gettime and gmtime_r fill structs by pointer"),
        ("Sources/HearthCore/ByteView.swift", "bounds-checked access to bytes that belong to somebody else"),
        ("Sources/HearthCore/MonotonicTime.swift", "clock_gettime fills a struct by pointer"),
        ("Sources/HearthModel/Packed/", "sections of a packed model are views of one mapping"),
        ("Sources/HearthKernels/", "inner loops over columns that were validated at the door"),
        ("Sources/HearthArtifacts/", "anonymous mappings, libcrypto, the codecs, and files read in place"),
        ("Sources/HearthWire/", "protobuf-c structs and the arena they live in"),
        ("Sources/HearthServing/", "the predictor's scratch memory, reused from call to call"),
        ("Sources/HearthServer/", "the event loop's buffers and epoll"),
        ("Sources/hearthd/", "signals, the limit of open files and the environment are calls of C"),
        ("Sources/HearthClient/", "the socket and its buffers on the synchronous path"),
        ("Sources/HearthRegistrySQLite/FileIdentity.swift", "stat fills a struct by pointer"),
        ("Sources/HearthRegistrySQLite/RegistryOpener.swift", "stat fills a struct by pointer"),
        ("Sources/HearthRegistrySQLite/RegistryDatabase.swift", "one setting that GRDB leaves to SQLite's own call"),
        ("Sources/HearthTraining/Data/CSVRecordReader.swift", "reads a file into its one buffer"),
        ("Sources/HearthTraining/Minibar/CSVFile.swift", "writes a file from an array's bytes"),
        ("Sources/HearthTraining/Run/", "hands a table's rows and scratch memory to the kernel"),
        ("Sources/hearthd/DescriptorLimit.swift", "getrlimit and setrlimit take a struct by pointer"),
        ("Sources/hearthd/Hearthd.swift", "an environment variable is C text"),
        ("Sources/hearthd/StopSignals.swift", "signal sets are filled by pointer"),
        ("Sources/hearth/Data/CSVTable.swift", "reads a file into its one buffer"),
        ("Sources/hearth/Options/ClientOptions.swift", "an environment variable is C text"),
        ("Sources/hearth/Bench/", "the echo floor speaks to bare sockets"),
    ]
}

import Foundation
import Glibc
import HearthClient
import HearthTestSupport
import Testing

/// Heap allocations of the real program, counted by a library that stands before the C library's.
@Suite struct AllocationTests {
    /// Counts into a shared file: 8 bytes, little-endian.
    private static let counterSource = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <unistd.h>
        static unsigned long *count;
        __attribute__((constructor)) static void open_count(void) {
            const char *path = getenv("HEARTH_ALLOCATION_COUNT");
            int file = path ? open(path, O_RDWR | O_CREAT, 0600) : -1;
            if (file < 0 || ftruncate(file, 4096) != 0) return;
            void *memory = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (memory != MAP_FAILED) count = memory;
            close(file);
        }
        #define COUNTED(result, name, parameters, arguments) \\
            result name parameters { \\
                static result (*next) parameters; \\
                if (!next) next = dlsym(RTLD_NEXT, #name); \\
                if (count) __atomic_fetch_add(count, 1, __ATOMIC_RELAXED); \\
                return next arguments; \\
            }
        COUNTED(void *, malloc, (size_t size), (size))
        COUNTED(void *, realloc, (void *old, size_t size), (old, size))
        COUNTED(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
        COUNTED(int, posix_memalign, (void **to, size_t alignment, size_t size), (to, alignment, size))
        """

    #if DEBUG
    /// Without the optimizer the compiler's own temporaries are allocated.
    private static let allocationsPerCallMax = 8.0
    #else
    /// None per call: what is left is the registry's watcher, some hundred a second.
    private static let allocationsPerCallMax = 0.1
    #endif

    @Test(.enabled(if: compiler != nil, "needs a C compiler"))
    func `a warm call allocates nothing on the server`() throws {
        let forest = try ServedForest()
        let library = forest.shelf.folder.file("count.so")
        try Self.compile(to: library)
        let counts = forest.shelf.folder.file("count")
        let program = try HearthdProcess(
            shelf: forest.shelf, environment: ["LD_PRELOAD": library, "HEARTH_ALLOCATION_COUNT": counts])
        let client = program.client()
        let predictor = client.predictor(for: ServedForest.model)
        for _ in 0..<1000 { _ = try predictor.predict(ServedForest.row) }
        let before = try Self.count(in: counts)
        let callCount = 10_000
        for _ in 0..<callCount { _ = try predictor.predict(ServedForest.row) }
        let perCall = Double(try Self.count(in: counts) - before) / Double(callCount)
        #expect(before > 0)
        #expect(perCall < Self.allocationsPerCallMax)
    }

    private static let compiler = ["clang", "cc", "gcc"].lazy.compactMap { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }.first

    private static func compile(to library: String) throws {
        let source = library + ".c"
        try counterSource.write(toFile: source, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(compiler))
        process.arguments = ["-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private static func count(in path: String) throws -> Int {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(8)
        return bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}

import Foundation
import HearthArtifacts
import HearthCore
import HearthTestSupport
import Testing

/// R28, C8: no path leads out of the model directory.
struct PathTests {
    let folder: TemporaryFolder
    let directory: ModelDirectory

    init() throws {
        folder = try TemporaryFolder()
        directory = try ModelDirectory(folder.file("ml_models"), create: true)
        try write([], to: folder.file("secret"))
        unsafe mkdir(folder.file("ml_models_evil"), 0o755)
        try write([], to: folder.file("ml_models_evil/x"))
        try write([], to: folder.file("ml_models/flat.pkl"))
        unsafe mkdir(folder.file("ml_models/sub"), 0o755)
        unsafe symlink(folder.file("secret"), folder.file("ml_models/link"))
        unsafe symlink(folder.path, folder.file("ml_models/up"))
        unsafe symlink("/nowhere/at/all", folder.file("ml_models/dangling"))
        unsafe symlink("flat.pkl", folder.file("ml_models/inside"))
    }

    @Test(arguments: [
        "../secret", "sub/../../secret", "..", ".", "", "/", "/etc/passwd", "link", "up/secret", "up", "dangling",
        "missing/../../secret", "sub/missing/../../../secret", "//etc//passwd", "flat.pkl/../../secret", "\0",
        "a\0/../b",
        "dangling/x",
    ])
    func `R28: a path that leads out is refused`(path: String) throws {
        for candidate in [path, path.isEmpty || path.hasPrefix("/") ? path : "\(directory.path)/\(path)"] {
            let error = try #require(
                artifactError { () throws(ArtifactError) in try directory.validatePath(candidate) })
            #expect(error.code == .pathTraversal)
            #expect(error.description.contains("Path traversal attempt detected"))
        }
    }

    @Test func `C8: a sibling whose name begins the same is outside`() throws {
        let error = artifactError { () throws(ArtifactError) in
            try directory.validatePath(folder.file("ml_models_evil/x"))
        }
        #expect(error?.code == .pathTraversal)
    }

    @Test(arguments: [
        ("flat.pkl", "flat.pkl"), ("./flat.pkl", "flat.pkl"), ("sub/../flat.pkl", "flat.pkl"), ("inside", "flat.pkl"),
        ("new.pkl", "new.pkl"), ("sub/new/er.pkl", "sub/new/er.pkl"), ("sub//./new", "sub/new"),
        ("up/ml_models/flat.pkl", "flat.pkl"),
    ])
    func `a path inside is resolved`(path: String, expected: String) throws {
        #expect(try directory.validatePath(path) == "\(directory.path)/\(expected)")
        #expect(try directory.validatePath("\(directory.path)/\(path)") == "\(directory.path)/\(expected)")
    }

    @Test func `an overlong path is refused`() {
        let path = String(repeating: "a/", count: 5000)
        #expect(artifactError { () throws(ArtifactError) in try directory.validatePath(path) }?.code == .pathTraversal)
    }

    /// Both ways of opening: openat2(2), and component by component where the kernel or sandbox does not have it.
    @Test(arguments: ["../secret", "/etc/passwd", "link", "up/secret", "sub/../../secret", "dangling", "", "sub/.."])
    func `nothing outside is opened`(path: String) throws {
        let root = try FileDescriptor.open(directory.path, flags: O_RDONLY | O_DIRECTORY)
        // openat2 lets `..` pass as long as it stays beneath; the other way never does.
        if path != "sub/.." {
            #expect(throws: SystemError.self) { _ = try root.open(beneath: path, flags: O_RDONLY) }
        }
        #expect(throws: SystemError.self) { _ = try root.openByComponents(path, flags: O_RDONLY) }
    }

    @Test func `both ways of opening find what is inside`() throws {
        let root = try FileDescriptor.open(directory.path, flags: O_RDONLY | O_DIRECTORY)
        try write([1, 2], to: "\(directory.path)/sub/file")
        for path in ["flat.pkl", "sub/file"] {
            let one = try root.open(beneath: path, flags: O_RDONLY).status(subject: path)
            let other = try root.openByComponents(path, flags: O_RDONLY).status(subject: path)
            #expect(one == other)
        }
    }
}

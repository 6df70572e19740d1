import HearthArtifacts
import Testing

@Suite struct PickleHostileTests {
    @Test(arguments: [
        ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "exec"), ("builtins", "getattr"),
        ("__builtin__", "apply"), ("subprocess", "Popen"), ("numpy.testing._private.utils", "runstring"),
        ("numpy.f2py.crackfortran", "getlincoef"), ("joblib", "load"), ("joblib.numpy_pickle", "load"),
        ("sklearn.utils._testing", "raises"), ("operator", "attrgetter"), ("numpy", "ndarray.tofile"),
        ("numpy.ndarray", ""), ("numpy", "core.multiarray._reconstruct"), ("sklearn.pipeline ", "Pipeline"),
        ("sklearn", "pipeline.Pipeline"), ("pandas.core.frame", "DataFrame"), ("", ""), ("os\u{0}", "system"),
    ])
    func `R67, C27: a name that is not in the table is refused where it stands`(module: String, name: String) throws {
        let text = PickleWriter.pickle {
            $0.global(module, name)
            $0.tuple { $0.string("id") }
            $0.op("R")
        }
        let stack = PickleWriter.pickle { $0.stackGlobal(module, name) }
        for (bytes, offset) in [(text, 2), (stack, 2 + 4 + module.utf8.count + name.utf8.count)] {
            let error = try #require(failure(bytes))
            #expect(error.code == .refused)
            #expect(error.byteOffset == offset)
            #expect(error.path == "test.pkl")
            #expect(!error.hint.isEmpty)
        }
    }

    @Test func `a refusal tells module, name, offset and mend`() {
        let error = failure(PickleWriter.pickle { $0.global("os", "system") })
        #expect(
            error?.description
                == "test.pkl@2: 'os.system' is not among the classes that are read; nothing but the named classes of "
                + "scikit-learn, XGBoost, LightGBM and NumPy is read and nothing is run: if you trust the file, load "
                + "it in Python and save the fitted estimator alone")
    }

    @Test(arguments: [0x50, 0x51, 0x69, 0x6F, 0x82, 0x83, 0x84, 0x92, 0x97, 0x98] as [UInt8])
    func `R67, C27: an instruction that would call or fetch something is refused`(byte: UInt8) {
        let error = failure([0x80, 4, 0x28, byte, 0x30, 0x0A, 0x30, 0x0A, 0x2E])
        #expect(error?.code == .refused)
        #expect(error?.byteOffset == 3)
    }

    @Test(arguments: [
        ("numpy", "ndarray"), ("sklearn.dummy", "DummyClassifier"), ("joblib.numpy_pickle", "NumpyArrayWrapper"),
        ("builtins", "int"),
    ])
    func `a call of a class that may only be named or made empty is refused`(module: String, name: String) {
        let bytes = PickleWriter.pickle {
            $0.global(module, name)
            $0.tuple { $0.integer(1) }
            $0.op("R")
        }
        #expect(failure(bytes)?.code == .refused)
    }

    @Test(arguments: [("numpy", "dtype"), ("_codecs", "encode"), ("builtins", "set"), ("numpy", "ndarray")])
    func `a function is no class to make an object of`(module: String, name: String) {
        let bytes = PickleWriter.pickle {
            $0.global(module, name)
            $0.raw([0x29, 0x81])
        }
        #expect(failure(bytes)?.code == .refused)
    }

    @Test func `a new object takes no arguments`() {
        let bytes = PickleWriter.pickle {
            $0.global("sklearn.dummy", "DummyClassifier")
            $0.tuple { $0.integer(1) }
            $0.raw([0x81])
        }
        #expect(failure(bytes)?.code == .refused)
    }

    @Test func `a partial stays closed and cannot name what is not in the table`() throws {
        let closed = PickleWriter.pickle {
            $0.global("functools", "partial")
            $0.tuple { $0.global("sklearn.utils.validation", "check_array") }
            $0.op("R")
            $0.tuple { $0.raw(Array("NNN".utf8)) }
            $0.op("b")
        }
        let root = try read(closed).root
        #expect(root.kind == .opaque)
        #expect(throws: ArtifactError.self) { try root.arguments() }
        let armed = PickleWriter.pickle {
            $0.global("functools", "partial")
            $0.tuple { $0.global("sklearn.utils.validation", "check_array") }
            $0.op("R")
            $0.tuple { $0.global("os", "system") }
            $0.op("b")
        }
        #expect(failure(armed)?.code == .refused)
    }

    @Test func `state is given once`() {
        let object = PickleWriter.pickle {
            $0.global("sklearn.dummy", "DummyClassifier")
            $0.raw([0x29, 0x81])
            $0.raw(Array("}b}b".utf8))
        }
        #expect(failure(object)?.message == "a second state for an object found")
        #expect(failure(PickleWriter.pickle { $0.raw(Array("]}b".utf8)) })?.message == "a state for a list found")
    }

    @Test(arguments: [[0x8E], [0x96], [0x8D]] as [[UInt8]])
    func `a length beyond the file is refused before anything is allocated`(opcode: [UInt8]) {
        for length in [UInt64.max, UInt64(Int64.max), 1 << 40, 100] {
            let bytes = PickleWriter.pickle {
                $0.raw(opcode)
                $0.little(length)
            }
            #expect(failure(bytes)?.code == .truncated)
        }
    }

    @Test func `frames, long integers and their lengths are bounded`() {
        func code(_ body: (inout PickleWriter) -> Void) -> ArtifactError.Code? {
            failure(PickleWriter.pickle(4, body))?.code
        }
        #expect(
            code {
                $0.raw([0x95])
                $0.little(UInt64.max)
            } == .truncated)
        #expect(
            code {
                $0.raw([0x8B])
                $0.little(Int32(-1))
            } == .corrupt)
        #expect(
            code {
                $0.raw([0x8B])
                $0.little(Int32.max)
            } == .overBudget)
        #expect(code { $0.raw([0x8A, 65] + [UInt8](repeating: 1, count: 65)) } == .overBudget)
        #expect(code { $0.raw(Array("L\(String(repeating: "9", count: 65))L\n".utf8)) } == .corrupt)
        #expect(code { $0.raw(Array("I\(String(repeating: "9", count: 100_000))\n".utf8)) } == .corrupt)
    }

    @Test func `bytes behind the end are an error`() {
        let error = failure(PickleWriter.pickle { $0.op("N") } + [0x4E, 0x2E])
        #expect(error?.message == "2 bytes behind the end of the pickle found")
        #expect(error?.byteOffset == 4)
    }

    @Test func `the stack never goes below the mark or empty`() {
        for text in [
            "0.", "1.", "2.", "a.", "e.", "s.", "u.", "t.", "R.", "b.", "(.", "N(a.", "NN(R.", "NN.", "N(2.", ".",
        ] {
            #expect(failure([0x80, 4] + Array(text.utf8))?.code == .corrupt, "\(text)")
        }
        for byte in [0x81, 0x85, 0x86, 0x87, 0x90, 0x91, 0x93, 0x94] as [UInt8] {
            #expect(failure([0x80, 4, 0x4E, 0x28, byte, 0x2E])?.code != nil)
        }
        #expect(failure([0x80, 4, 0x68, 7, 0x2E])?.message == "the memo slot 7 is read and was never written")
    }

    @Test func `a memo slot far away costs one entry`() throws {
        let document = try read(
            PickleWriter.pickle {
                $0.op("N")
                $0.op("r")
                $0.little(UInt32.max)
                $0.raw(Array("0j".utf8))
                $0.little(UInt32.max)
            })
        #expect(document.root.isNone)
        #expect(document.arenaByteCount < 1000)
    }

    @Test func `protocols beyond 5 and in the middle are refused`() {
        #expect(
            failure([0x80, 6, 0x4E, 0x2E])?.description
                == "test.pkl@0: pickle protocol 6 found, 0 to 5 are read; save again with protocol=5")
        #expect(failure([0x80, 4, 0x4E, 0x80, 4, 0x2E])?.code == .corrupt)
        #expect(failure([0xFF, 1, 2])?.code == .notAnArtifact)
        #expect(failure([])?.code == .truncated)
    }

    @Test func `a hundred thousand nested lists are read and freed`() throws {
        let depth = 100_000
        let bytes = PickleWriter.pickle {
            $0.raw([UInt8](repeating: 0x5D, count: depth) + [UInt8](repeating: 0x61, count: depth - 1))
        }
        #expect(try read(bytes).nodeCount > depth)
        let tuples = PickleWriter.pickle { $0.raw([0x29] + [UInt8](repeating: 0x85, count: depth)) }
        #expect(try read(tuples).nodeCount > depth)
    }

    @Test func `doubling by the memo costs its nodes only, and a walk has a budget`() throws {
        // x = (x, x), forty times.
        let bytes = PickleWriter.pickle {
            $0.op(")")
            for _ in 0..<40 { $0.raw(Array("2".utf8) + [0x86]) }
        }
        let document = try read(bytes, limits: PickleLimits(visitCountMax: 1000))
        #expect(document.nodeCount < 50)
        func visit(_ node: PickleNode, _ walk: inout PickleWalk) throws(ArtifactError) {
            try walk.enter(node) { walk throws(ArtifactError) in
                for item in try node.items() { try visit(item, &walk) }
            }
        }
        var walk = PickleWalk()
        let error = #expect(throws: ArtifactError.self) { try visit(document.root, &walk) }
        #expect(error?.code == .overBudget)
    }

    @Test func `a list within itself is read, and a walk refuses it`() throws {
        let document = try read(PickleWriter.pickle { $0.raw([0x5D, 0x94, 0x68, 0, 0x61]) })
        let item = try document.root.item(0)
        #expect(item.index == document.root.index)
        var walk = PickleWalk()
        let error = #expect(throws: ArtifactError.self) {
            try walk.enter(document.root) { walk throws(ArtifactError) in
                try walk.enter(item) { _ throws(ArtifactError) in }
            }
        }
        #expect(error?.message == "[0]: a value that contains itself found")
    }

    @Test func `nodes, instructions and the stack have budgets`() {
        let lists = PickleWriter.pickle { $0.raw([UInt8](repeating: 0x5D, count: 10_000)) }
        let error = failure(lists, limits: PickleLimits(arenaByteCountMax: 65_536))
        #expect(error?.code == .overBudget)
        #expect(error?.byteOffset ?? 0 < 5000)
        let idle = PickleWriter.pickle { $0.raw([UInt8](repeating: 0x4E, count: 10_000)) }
        #expect(failure(idle, limits: PickleLimits(operationCountMax: 1000))?.code == .overBudget)
        let deep = PickleWriter.pickle { $0.raw([UInt8](repeating: 0x4E, count: PickleLimits.stackDepthMax + 1)) }
        #expect(failure(deep)?.code == .overBudget)
        let names = PickleWriter.pickle {
            for _ in 0...PickleLimits.globalCountMax {
                $0.global("numpy", "float64")
                $0.op("0")
            }
        }
        #expect(failure(names)?.code == .overBudget)
        #expect(failure(lists, limits: PickleLimits(fileByteCountMax: 100))?.code == .tooLarge)
    }

    @Test func `keys of dicts are plain and stand once`() {
        // A tuple in a tuple in a tuple as a key.
        let deep = PickleWriter.pickle { $0.raw(Array("})".utf8) + [0x85, 0x85] + Array("Ns".utf8)) }
        #expect(failure(deep)?.code == .unsupported)
        let list = PickleWriter.pickle { $0.raw(Array("}]Ns".utf8)) }
        #expect(failure(list)?.code == .unsupported)
        func dictionary(_ keys: [String]) -> [UInt8] {
            PickleWriter.pickle {
                $0.raw(Array("}(".utf8))
                for key in keys {
                    $0.string(key)
                    $0.op("N")
                }
                $0.op("u")
            }
        }
        #expect(failure(dictionary(["nodes", "values", "nodes"]))?.message == "a dict with 'nodes' twice found")
        let many = (0..<100).map { "k\($0)" }
        #expect(failure(dictionary(many)) == nil)
        #expect(failure(dictionary(many + ["k50"]))?.message == "a dict with 'k50' twice found")
        #expect(failure(dictionary([String(repeating: "k", count: 10_000)]))?.code == .overBudget)
    }

    @Test func `shapes and sizes of arrays must agree`() {
        func code(_ spec: String, _ shape: [Int32], _ byteCount: Int) -> ArtifactError.Code? {
            failure(
                PickleWriter.pickle {
                    $0.array(spec, shape: shape) { $0.data([UInt8](repeating: 0, count: byteCount)) }
                })?.code
        }
        #expect(code("f8", [2, 3], 48) == nil)
        #expect(code("f8", [], 8) == nil)
        #expect(code("f8", [0, 3], 0) == nil)
        #expect(code("f8", [2, 3], 47) == .corrupt)
        #expect(code("f8", [-1], 8) == .corrupt)
        #expect(code("f8", [.max, .max, .max], 8) == .corrupt)
        #expect(code("f8", [0, .max], 0) == .corrupt)
        #expect(code("f8", [1, 1, 1, 1, 1, 1, 1, 1], 8) == nil)
        #expect(code("f8", [1, 1, 1, 1, 1, 1, 1, 1, 1], 8) == .corrupt)
        #expect(code("U0", [1], 0) == .unsupported)
        #expect(code("U1025", [1], 4100) == .unsupported)
        #expect(code("V2147483648", [1], 8) == .unsupported)
        #expect(code("V8", [1], 8) == .corrupt)
        #expect(code("M8[ns]", [1], 8) == .unsupported)
        #expect(code("c16", [1], 16) == .unsupported)
        #expect(code("f16", [1], 16) == .unsupported)
        #expect(code("O8", [1], 8) == .corrupt)
    }

    @Test func `an array of objects has as many as its shape says`() throws {
        func pickle(_ count: Int, closing: [UInt8] = []) -> [UInt8] {
            PickleWriter.pickle {
                $0.array("O8", shape: [2]) { writer in
                    writer.raw([0x5D, 0x94])
                    writer.raw([UInt8](repeating: 0x4E, count: count).flatMap { [$0, 0x61] })
                }
                $0.raw(closing)
            }
        }
        #expect(failure(pickle(2)) == nil)
        #expect(failure(pickle(3))?.message == "an array of 2 objects with 3 of them found")
        // The list grows after the array was made of it.
        #expect(failure(pickle(2, closing: [0x68, 0, 0x4E, 0x61, 0x30]))?.code == .corrupt)
    }

    @Test func `a dtype does not change under an array that relies on it`() {
        let bytes = PickleWriter.pickle {
            $0.global("numpy", "dtype")
            $0.tuple { $0.string("f8") }
            $0.raw([0x52, 0x94])
            $0.global("numpy.core.multiarray", "scalar")
            $0.raw([0x68, 0])
            $0.data([UInt8](repeating: 0, count: 8))
            $0.raw([0x86, 0x52, 0x30, 0x68, 0])
            $0.tuple {
                $0.integer(3)
                $0.string(">")
                $0.raw(Array("NNN".utf8))
                $0.integer(-1)
                $0.integer(-1)
                $0.integer(0)
            }
            $0.op("b")
        }
        #expect(failure(bytes)?.code == .corrupt)
    }

    @Test func `fields lie within their element`() {
        func pickle(offset: Int32, spec: String = "f8", names: [String] = ["a"]) -> [UInt8] {
            PickleWriter.pickle {
                $0.global("numpy", "dtype")
                $0.tuple { $0.string("V16") }
                $0.op("R")
                $0.tuple {
                    $0.integer(3)
                    $0.string("|")
                    $0.op("N")
                    $0.tuple { for name in names { $0.string(name) } }
                    $0.op("}")
                    $0.string("a")
                    $0.tuple {
                        $0.elementType(spec)
                        $0.integer(offset)
                    }
                    $0.op("s")
                    $0.integer(16)
                    $0.integer(1)
                    $0.integer(16)
                }
                $0.op("b")
            }
        }
        #expect(failure(pickle(offset: 8)) == nil)
        for bytes in [
            pickle(offset: 9), pickle(offset: -1), pickle(offset: .max), pickle(offset: 0, spec: "O8"),
            pickle(offset: 0, names: ["b"]), pickle(offset: 0, names: ["a", "a"]), pickle(offset: 0, names: []),
        ] {
            #expect(failure(bytes)?.code == .corrupt)
        }
    }
}

import HearthArtifacts
import Testing

@Suite struct PickleMachineTests {
    @Test func `a list that is memoised before it is filled is one list`() throws {
        // l = [1]; (l, l), as protocol 4 writes it.
        let bytes = PickleWriter.pickle {
            $0.raw([0x5D, 0x94])
            $0.raw([0x4B, 1, 0x61])
            $0.raw([0x68, 0, 0x86])
        }
        let items = try read(bytes).root.items()
        #expect(items.map(\.index) == [items[0].index, items[0].index])
        #expect(try items[1].integers() == [1])
    }

    @Test func `lists that grow in turns keep their items apart`() throws {
        // a = [], b = []; a and b get items alternately through the memo.
        let bytes = PickleWriter.pickle {
            $0.raw([0x5D, 0x94, 0x5D, 0x94, 0x86])
            for value in UInt8(0)..<6 { $0.raw([0x68, value % 2, 0x4B, value, 0x61, 0x30]) }
        }
        let items = try read(bytes).root.items()
        #expect(try items.map { try $0.integers() } == [[0, 2, 4], [1, 3, 5]])
    }

    @Test func `protocol 0 is read`() throws {
        let text = """
            (dp0
            Vname
            p1
            Vx\\u015f\\U0001f600
            sVnumbers
            (lp2
            I-7
            aI01
            aL123456789012345678901234567890L
            aF2.5
            aNas.
            """
        let root = try read(Array(text.utf8)).root
        #expect(try root.member("name").string() == "xş😀")
        let numbers = try root.member("numbers").items()
        #expect(try numbers[0].integer() == -7)
        #expect(try numbers[1].bool())
        #expect(try numbers[2].integerText() == "123456789012345678901234567890")
        #expect(try numbers[3].double() == 2.5)
        #expect(numbers[4].isNone)
    }

    @Test func `an object of protocol 0 is made by the reconstructor`() throws {
        let text =
            "ccopy_reg\n_reconstructor\n(csklearn.dummy\nDummyClassifier\nc__builtin__\nobject\nNtR(dVclasses_\nI3\nsb."
        let root = try read(Array(text.utf8)).root
        #expect(root.className?.description == "sklearn.dummy.DummyClassifier")
        #expect(try root.member("classes_").integer() == 3)
    }

    @Test func `a dictionary with a class of its own is read in protocol 0`() throws {
        let text = "ccopy_reg\n_reconstructor\n(csklearn.utils._bunch\nBunch\nc__builtin__\ndict\n(dVa\nI3\nstR(db."
        let root = try read(Array(text.utf8)).root
        #expect(root.kind == .dictionary && root.isInstance("Bunch"))
        #expect(try root.member("a").integer() == 3)
    }

    @Test func `long integers keep their sign and all their digits`() throws {
        let values: [([UInt8], String)] = [
            ([], "0"), ([0xFF], "-1"), ([0xFF, 0x00], "255"), ([0, 0, 0, 0, 0, 0, 0, 0x80], "-9223372036854775808"),
            ([0, 0, 0, 0, 0, 0, 0, 0x80, 0], "9223372036854775808"),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0x80], "-2361183241434822606848"),
        ]
        for (bytes, text) in values {
            let pickle = PickleWriter.pickle { $0.raw([0x8A, UInt8(bytes.count)] + bytes) }
            #expect(try read(pickle).root.integerText() == text)
        }
    }

    @Test func `numbers beyond 64 bits are no integers`() throws {
        let pickle = PickleWriter.pickle { $0.raw([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0]) }
        let root = try read(pickle).root
        #expect(throws: ArtifactError.self) { try root.integer() }
    }

    @Test func `lone surrogates are kept and shown as replacement characters`() throws {
        let pickle = PickleWriter.pickle { $0.raw([0x8C, 4, 0x61, 0xED, 0xA0, 0x80]) }
        let root = try read(pickle).root
        #expect(try root.string().hasPrefix("a\u{FFFD}"))
        #expect(try root.bytes() == [0x61, 0xED, 0xA0, 0x80])
        let global = PickleWriter.pickle {
            $0.raw([0x8C, 4, 0x61, 0xED, 0xA0, 0x80])
            $0.string("x")
            $0.raw([0x93])
        }
        #expect(failure(global)?.code == .refused)
    }

    @Test func `arrays in either order and byte order give the same numbers`() throws {
        let values: [Double] = [1, 2, 3, 4, 5, 6]
        func bytes(_ values: [Double], swapped: Bool) -> [UInt8] {
            values.flatMap { value in
                unsafe withUnsafeBytes(of: swapped ? value.bitPattern.byteSwapped : value.bitPattern) {
                    unsafe Array($0)
                }
            }
        }
        let c = PickleWriter.pickle { $0.array(shape: [2, 3]) { $0.data(bytes(values, swapped: false)) } }
        let fortran = PickleWriter.pickle {
            $0.array(shape: [2, 3], fortran: true) { $0.data(bytes([1, 4, 2, 5, 3, 6], swapped: false)) }
        }
        #expect(try read(c).root.doubles() == values)
        #expect(try read(fortran).root.doubles() == values)
        let swapped = PickleWriter.pickle {
            $0.global("numpy.core.multiarray", "scalar")
            $0.tuple {
                $0.elementType("f8", order: ">")
                $0.data(bytes([2.5], swapped: true))
            }
            $0.op("R")
        }
        #expect(try read(swapped).root.double() == 2.5)
    }

    @Test func `bytes of protocol 2 are decoded from Latin-1 once`() throws {
        let pickle = PickleWriter.pickle(2) {
            $0.op("(")
            for index in 0..<2 {
                $0.global("_codecs", "encode")
                $0.op("(")
                if index == 0 {
                    $0.op("X")
                    $0.little(UInt32(4))
                    $0.raw([0xC3, 0xBF, 0x61, 0x00])
                    $0.raw([0x71, 0])
                } else {
                    $0.raw([0x68, 0])
                }
                $0.string("latin1")
                $0.raw(Array("tR".utf8))
            }
            $0.op("t")
        }
        let items = try read(pickle).root.items()
        #expect(try items.map { try $0.bytes() } == [[0xFF, 0x61, 0], [0xFF, 0x61, 0]])
    }

    @Test func `errors of accessors name the place, what was found and what was expected`() throws {
        let pickle = PickleWriter.pickle {
            $0.global("sklearn.pipeline", "Pipeline")
            $0.raw([0x29, 0x81, 0x7D])
            $0.op("(")
            $0.string("steps")
            $0.op("]")
            $0.op("(")
            $0.tuple {
                $0.string("scaler")
                $0.integer(5)
            }
            $0.op("e")
            $0.op("u")
            $0.op("b")
        }
        let root = try read(pickle).root
        let step = try root.member("steps").item(0).item(1)
        let error = #expect(throws: ArtifactError.self) { try step.array() }
        #expect(error?.code == .unexpectedContent)
        #expect(error?.message == "steps[0][1]: an integer found, an array expected")
        let missing = #expect(throws: ArtifactError.self) { try root.member("coef_") }
        #expect(missing?.message == "no 'coef_' found, which this class is expected to have")
    }

    @Test func `fields of a structured array are columns by name`() throws {
        let bytes = try Corpus.bytes("sklearn-1.7.2/dt_clf.p4.pkl")
        let tree = try read(bytes).root.member("tree_")
        #expect(try tree.arguments().count == 3)
        let nodes = try tree.member("nodes").array()
        let count = try tree.member("node_count").integer()
        #expect(nodes.shape == [Int(count)])
        #expect(nodes.type.byteCount == 64)
        let left = try nodes.field("left_child").integers()
        #expect(left.count == Int(count) && left.contains(-1) && left.first == 1)
        #expect(try nodes.field("threshold").doubles().contains(-2))
        let error = #expect(throws: ArtifactError.self) { try nodes.field("nothing") }
        #expect(error?.message.hasPrefix("tree_.nodes: no field 'nothing' found in |V64") == true)
    }

    @Test func `every row of the table is listed once and stands for itself`() throws {
        // Reading any name walks the table, whose initialiser refuses doubles.
        let root = try read(PickleWriter.pickle { $0.stackGlobal("numpy", "float64") }).root
        #expect(root.kind == .name)
        #expect(root.className == PickleClass(module: "numpy", name: "float64"))
    }

    @Test func `a distribution may name its methods and nothing else may`() throws {
        func pickle(_ module: String, _ name: String) -> [UInt8] {
            PickleWriter.pickle {
                $0.stackGlobal(module, name)
                $0.raw([0x29, 0x81, 0x94])
                $0.stackGlobal("builtins", "getattr")
                $0.raw([0x68, 0])
                $0.string("_entropy")
                $0.raw([0x86])
                $0.raw(Array("R0".utf8))
            }
        }
        #expect(failure(pickle("scipy.stats._discrete_distns", "randint_gen")) == nil)
        #expect(failure(pickle("sklearn.dummy", "DummyClassifier"))?.code == .refused)
    }
}

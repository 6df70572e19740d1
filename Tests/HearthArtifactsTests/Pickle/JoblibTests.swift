import HearthArtifacts
import Testing

@Suite struct JoblibTests {
    private let element: [UInt8] = [0, 0, 0, 0, 0, 0, 0x04, 0x40]

    @Test(arguments: [0, 1, 7, 16] as [UInt8])
    func `padding of any length up to the alignment is passed over`(count: UInt8) throws {
        let bytes = PickleWriter.pickle {
            $0.wrapper(shape: [1])
            $0.raw([count] + [UInt8](repeating: 0xFF, count: Int(count)) + element)
        }
        #expect(try read(bytes).root.doubles() == [2.5])
    }

    @Test func `an array of joblib before 1.2 has no padding`() throws {
        let bytes = PickleWriter.pickle {
            $0.wrapper(shape: [1], alignment: nil)
            $0.raw(element)
        }
        #expect(try read(bytes).root.doubles() == [2.5])
    }

    @Test func `the wrapper keeps the memo slot for its array`() throws {
        let bytes = PickleWriter.pickle {
            $0.wrapper(shape: [1], alignment: nil)
            $0.raw(element)
            $0.raw([0x94, 0x68, 0, 0x86])
        }
        let items = try read(bytes).root.items()
        #expect(try items.map { try $0.doubles() } == [[2.5], [2.5]])
    }

    @Test func `padding that is too long or not 0xFF is refused`() {
        for padding in [[17] + [UInt8](repeating: 0xFF, count: 17), [2, 0xFF, 0xFE]] as [[UInt8]] {
            let bytes = PickleWriter.pickle {
                $0.wrapper(shape: [1])
                $0.raw(padding + element)
            }
            #expect(failure(bytes)?.code == .corrupt)
        }
    }

    @Test func `an array larger than the file is refused before it is made`() {
        for shape in [[2], [1 << 20, 8]] as [[Int32]] {
            let bytes = PickleWriter.pickle {
                $0.wrapper(shape: shape)
                $0.raw([0] + element)
            }
            #expect(failure(bytes)?.code == .truncated)
        }
        let huge = PickleWriter.pickle { $0.wrapper(shape: [.max, .max]) }
        #expect(failure(huge)?.code == .corrupt)
    }

    @Test func `a pickle within the pickle is under the same table, budgets and end`() throws {
        func nested(_ body: (inout PickleWriter) -> Void) -> [UInt8] {
            PickleWriter.pickle {
                $0.wrapper("O8", shape: [1])
                $0.raw(PickleWriter.pickle(2, body))
            }
        }
        let good = nested {
            $0.array("O8", shape: [1]) {
                $0.op("]")
                $0.string("x")
                $0.op("a")
            }
        }
        #expect(try read(good).root.strings() == ["x"])
        let armed = failure(nested { $0.global("os", "system") })
        #expect(armed?.code == .refused)
        #expect(armed?.byteOffset ?? 0 > 100)
        // The memo of the outer pickle is not that of the inner one.
        #expect(failure(nested { $0.raw([0x68, 0]) })?.code == .corrupt)
        #expect(failure(nested { $0.op("N") })?.code == .corrupt)
        let other = nested { $0.array("O8", shape: [2]) { $0.raw(Array("]NaNa".utf8)) } }
        #expect(failure(other)?.code == .corrupt)
        let count = good.count
        #expect(failure(good, limits: PickleLimits(operationCountMax: count / 8))?.code == .overBudget)
    }

    @Test func `pickles within pickles end at a depth`() {
        func nest(_ depth: Int) -> [UInt8] {
            PickleWriter.pickle {
                if depth == 0 {
                    $0.array("O8", shape: [1]) { $0.raw(Array("]Na".utf8)) }
                } else {
                    $0.wrapper("O8", shape: [1])
                    $0.raw(nest(depth - 1))
                }
            }
        }
        #expect(failure(nest(PickleLimits.streamDepthMax - 1)) == nil)
        #expect(failure(nest(PickleLimits.streamDepthMax))?.code == .overBudget)
        #expect(failure(nest(50))?.code == .overBudget)
    }

    @Test func `the old wrapper is refused with the way out`() {
        let bytes = PickleWriter.pickle { $0.wrapper(shape: [1], name: "NDArrayWrapper") }
        let error = failure(bytes)
        #expect(error?.code == .refused)
        #expect(
            error?.hint == "joblib 0.9 and older wrote several files: load it there and save again with a newer joblib")
    }
}

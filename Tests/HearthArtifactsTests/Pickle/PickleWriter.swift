import HearthArtifacts

/// Assembles pickles instruction by instruction, hostile ones included.
struct PickleWriter {
    var bytes: [UInt8] = []

    /// A pickle of this protocol that `body` fills, with STOP at its end.
    static func pickle(_ version: UInt8 = 4, _ body: (inout PickleWriter) -> Void) -> [UInt8] {
        var writer = PickleWriter()
        if version >= 2 { writer.bytes += [0x80, version] }
        body(&writer)
        writer.op(".")
        return writer.bytes
    }

    /// An instruction by its letter.
    mutating func op(_ letter: Character) { bytes += Array(String(letter).utf8) }

    mutating func raw(_ more: [UInt8]) { bytes += more }

    mutating func little(_ value: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes += Array($0) }
    }

    mutating func string(_ text: String) {
        let utf8 = Array(text.utf8)
        if utf8.count < 256 {
            bytes += [0x8C, UInt8(utf8.count)] + utf8
        } else {
            op("X")
            little(UInt32(utf8.count))
            bytes += utf8
        }
    }

    mutating func data(_ data: [UInt8]) {
        op("B")
        little(UInt32(data.count))
        bytes += data
    }

    mutating func integer(_ value: Int32) {
        op("J")
        little(value)
    }

    /// GLOBAL, the text form.
    mutating func global(_ module: String, _ name: String) { bytes += Array("c\(module)\n\(name)\n".utf8) }

    mutating func stackGlobal(_ module: String, _ name: String) {
        string(module)
        string(name)
        bytes.append(0x93)
    }

    mutating func tuple(_ body: (inout PickleWriter) -> Void) {
        op("(")
        body(&self)
        op("t")
    }

    /// A dtype as NumPy writes it.
    mutating func elementType(_ spec: String, order: String = "<", byteCount: Int32 = -1) {
        global("numpy", "dtype")
        tuple {
            $0.string(spec)
            $0.raw([0x89, 0x88])
        }
        op("R")
        tuple {
            $0.integer(3)
            $0.string(order)
            $0.raw(Array("NNN".utf8))
            $0.integer(byteCount)
            $0.integer(-1)
            $0.integer(0)
        }
        op("b")
    }

    /// An array as protocols 2 to 4 write it, whatever its parts say.
    mutating func array(
        _ spec: String = "f8", shape: [Int32], fortran: Bool = false, data: (inout PickleWriter) -> Void
    ) {
        global("numpy.core.multiarray", "_reconstruct")
        tuple {
            $0.global("numpy", "ndarray")
            $0.tuple { $0.integer(0) }
            $0.data([0x62])
        }
        op("R")
        tuple {
            $0.integer(1)
            $0.tuple { for dimension in shape { $0.integer(dimension) } }
            $0.elementType(spec)
            $0.raw([fortran ? 0x88 : 0x89])
            data(&$0)
        }
        op("b")
    }

    /// A joblib array wrapper and its state; what follows is up to the caller.
    mutating func wrapper(
        _ spec: String = "f8", shape: [Int32], alignment: Int32? = 16, module: String = "joblib.numpy_pickle",
        name: String = "NumpyArrayWrapper"
    ) {
        global(module, name)
        raw([0x29, 0x81])
        op("}")
        op("(")
        string("subclass")
        global("numpy", "ndarray")
        string("shape")
        tuple { for dimension in shape { $0.integer(dimension) } }
        string("order")
        string("C")
        string("dtype")
        elementType(spec, order: spec.hasPrefix("O") ? "|" : "<")
        string("allow_mmap")
        raw([0x88])
        if let alignment {
            string("numpy_array_alignment_bytes")
            integer(alignment)
        }
        op("u")
        op("b")
    }
}

/// Reads bytes that a test made.
func read(_ bytes: [UInt8], limits: PickleLimits = PickleLimits()) throws(ArtifactError) -> PickleDocument {
    try PickleFile.read(bytes: bytes, path: "test.pkl", limits: limits)
}

/// The error that reading gives; nil when it succeeds.
func failure(_ bytes: [UInt8], limits: PickleLimits = PickleLimits()) -> ArtifactError? {
    do {
        _ = try read(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

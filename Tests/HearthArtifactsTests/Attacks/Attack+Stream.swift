import HearthArtifacts

/// Attacks on the reader of pickles: names, lengths, and graphs that grow.
extension Attack {
    private static func call(_ module: String, _ name: String) -> PickleValue {
        { writer in
            writer.global(module, name)
            writer.tuple { $0.string("touch /tmp/hearth") }
            writer.op("R")
        }
    }

    private static let gadgets = [
        ("os", "system"), ("builtins", "eval"), ("numpy.testing._private.utils", "runstring"),
        ("numpy.f2py.crackfortran", "getlincoef"), ("joblib", "load"), ("sklearn.datasets", "load_files"),
        ("operator", "attrgetter"), ("importlib", "import_module"),
        // A known module or class with a path behind it, and a known one as a prefix.
        ("sklearn.pipeline", "Pipeline.__init__"), ("numpy", "ndarray.tofile"), ("numpy", "core.multiarray.scalar"),
        ("sklearn.tree._tree.os", "system"), ("sklearn", "tree._tree.Tree"),
    ]

    static let names: [Attack] =
        gadgets.flatMap { module, name in
            [
                Attack("code by GLOBAL", "\(module).\(name)", .refused, says: "'\(module).\(name)' is not among") {
                    pickle(call(module, name))
                },
                Attack("code by STACK_GLOBAL", "\(module).\(name)", .refused, says: "'\(module).\(name)' is not among")
                {
                    pickle { writer in
                        writer.stackGlobal(module, name)
                        writer.raw([0x29, 0x52])
                    }
                },
            ]
        } + [
            Attack("code by INST", "os.system", .refused, says: "INST found, which makes an object by calling") {
                pickle { $0.raw(Array("(ios\nsystem\n".utf8)) }
            },
            Attack("code by OBJ", "a known class", .refused, says: "OBJ found, which makes an object by calling") {
                pickle { $0.raw(Array("(csklearn.dummy\nDummyClassifier\no".utf8)) }
            },
            Attack("code by NEWOBJ_EX", "a known class", .refused, says: "NEWOBJ_EX found") {
                pickle { writer in
                    writer.global("sklearn.dummy", "DummyClassifier")
                    writer.raw([0x29, 0x7D, 0x92])
                }
            },
            Attack("code by REDUCE", "a class of estimators", .refused, says: "a call of sklearn.dummy") {
                pickle(call("sklearn.dummy", "DummyClassifier"))
            },
            Attack("code by BUILD", "a state for a list", .corrupt, says: "a state for a list found") {
                pickle { $0.raw(Array("]}b".utf8)) }
            },
            Attack("code by partial", "a state of os.system", .refused, says: "'os.system' is not among") {
                pickle { writer in
                    writer.global("functools", "partial")
                    writer.tuple { $0.global("sklearn.utils.validation", "check_array") }
                    writer.op("R")
                    writer.tuple { $0.global("os", "system") }
                    writer.op("b")
                }
            },
            Attack("hidden", "in a nested joblib stream", .refused, says: "'os.system' is not among") {
                pickle { writer in
                    writer.wrapper("O8", shape: [1])
                    writer.raw(PickleWriter.pickle(2, call("os", "system")))
                }
            },
            Attack("hidden", "nested five deep", .overBudget, says: "pickles within pickles found, more than 4 deep") {
                nested(5)
            },
            Attack("hidden", "after STOP", .corrupt, says: "bytes behind the end of the pickle found") {
                pickle(TreeParts().regressor()) + pickle(call("os", "system"))
            },
            Attack("hidden", "a class swapped in the memo", .refused, says: "a call of sklearn.dummy") {
                // Slot 0 is a harmless function first, then a class.
                pickle { writer in
                    writer.global("numpy", "dtype")
                    writer.raw([0x71, 0, 0x30])
                    writer.global("sklearn.dummy", "DummyClassifier")
                    writer.raw([0x71, 0, 0x30, 0x68, 0])
                    writer.tuple { $0.string("f8") }
                    writer.op("R")
                }
            },
            Attack("hidden", "a name that is made later", .corrupt, says: "were expected (strings") {
                pickle { $0.raw([0x5D, 0x5D, 0x93]) }
            },
        ]

    private static func nested(_ depth: Int) -> [UInt8] {
        pickle { writer in
            if depth == 0 { return writer.op("N") }
            writer.wrapper("O8", shape: [1])
            writer.raw(nested(depth - 1))
        }
    }

    /// Every instruction with a length, and lengths that no file has.
    static let lengths: [Attack] =
        [0x8E, 0x96, 0x8D].flatMap { (opcode: UInt8) in
            [UInt64.max, 1 << 63, 1 << 40, 1000].map { length in
                Attack("lengths", "\(opcode) with \(length)", .truncated, says: "\(length) bytes of ") {
                    pickle { writer in
                        writer.raw([opcode])
                        writer.little(length)
                    }
                }
            }
        }
        + [0x58, 0x42].map { (opcode: UInt8) in
            Attack("lengths", "\(opcode) with 4294967295", .truncated, says: "4294967295 bytes of ") {
                pickle { $0.raw([opcode, 0xFF, 0xFF, 0xFF, 0xFF]) }
            }
        }
        + [0x8C, 0x43, 0x55].map { (opcode: UInt8) in
            Attack("lengths", "\(opcode) with 255", .truncated, says: "255 bytes of ") {
                pickle { $0.raw([opcode, 0xFF]) }
            }
        } + [
            Attack("lengths", "a string of -1", .corrupt, says: "a string of -1 bytes found") {
                pickle { $0.raw([0x54, 0xFF, 0xFF, 0xFF, 0xFF]) }
            },
            Attack("lengths", "an integer of -1", .corrupt, says: "an integer of -1 bytes found") {
                pickle { $0.raw([0x8B, 0xFF, 0xFF, 0xFF, 0xFF]) }
            },
            Attack("lengths", "an integer of 2 GB", .overBudget, says: "an integer of 2147483647 bytes found") {
                pickle { $0.raw([0x8B, 0xFF, 0xFF, 0xFF, 0x7F]) }
            },
            Attack("lengths", "an integer of 65 bytes", .overBudget, says: "an integer of 65 bytes found") {
                pickle { $0.raw([0x8A, 65] + [UInt8](repeating: 1, count: 65)) }
            },
            Attack("lengths", "an integer of a million digits", .corrupt, says: "a line of more than") {
                pickle { $0.raw(Array("L".utf8) + [UInt8](repeating: 0x39, count: 1_000_000) + Array("L\n".utf8)) }
            },
            Attack("lengths", "a frame beyond the end", .truncated, says: "a frame of 18446744073709551615 bytes") {
                pickle { writer in
                    writer.raw([0x95])
                    writer.little(UInt64.max)
                }
            },
        ]

    /// Graphs that are larger than their file, deeper than a stack, or without an end.
    static let graphs: [Attack] = [
        Attack("amplification", "tuples of tuples, fifty times doubled", .unsupported, says: "without a fitted") {
            pickle { writer in
                writer.op(")")
                for _ in 0..<50 { writer.raw(Array("2".utf8) + [0x86]) }
            }
        },
        Attack("amplification", "a key that is a tuple of tuples", .unsupported, says: "a tuple as a dict's key found")
        {
            pickle { writer in
                writer.op("}")
                writer.op(")")
                for _ in 0..<50 { writer.raw(Array("2".utf8) + [0x86]) }
                writer.raw(Array("Ns".utf8))
            }
        },
        Attack("nesting", "100,000 lists", .unsupported, says: "without a fitted") {
            pickle { $0.raw([UInt8](repeating: 0x5D, count: 100_000) + [UInt8](repeating: 0x61, count: 99_999)) }
        },
        Attack("nesting", "100,000 tuples", .unsupported, says: "without a fitted") {
            pickle { $0.raw([0x29] + [UInt8](repeating: 0x85, count: 100_000)) }
        },
        Attack("nesting", "201 pipelines", .overBudget, says: "nesting of more than 200 levels found") {
            pickle((0...200).reduce(TreeParts().regressor()) { inner, _ in pipeline([inner]) })
        },
        Attack("cycles", "a list in itself", .unexpectedContent, says: "a value that contains itself found") {
            pickle { $0.raw([0x5D, 0x94, 0x68, 0, 0x61]) }
        },
        Attack("cycles", "a dict in itself", .unexpectedContent, says: "a value that contains itself found") {
            pickle { writer in
                writer.raw([0x7D, 0x94])
                writer.string("model")
                writer.raw([0x68, 0, 0x73])
            }
        },
        Attack("cycles", "a pipeline as its own step", .unexpectedContent, says: "a value that contains itself found") {
            pickle(pipeline(memo: 7, [{ $0.raw([0x68, 7]) }]))
        },
        Attack("cycles", "a pipeline as a transformer of itself", .unexpectedContent, says: "contains itself found") {
            pickle(pipeline(memo: 7, [{ $0.raw([0x68, 7]) }, TreeParts().regressor()]))
        },
        Attack("cycles", "a search that found itself", .unexpectedContent, says: "a value that contains itself found") {
            pickle { writer in
                writer.object(
                    "sklearn.model_selection._search", "GridSearchCV", memo: 3,
                    [("best_estimator_", { $0.raw([0x68, 3]) })])
            }
        },
    ]

    /// dtypes and shapes that promise more than there is.
    static let shapes: [Attack] =
        ([
            ("f8", [1 << 26, 1 << 26], "more elements than the content can hold"),
            ("f8", [-1], "that is no integer of 0 to"), ("f8", [0, .max], "that is no integer of 0 to"),
            ("f8", [2, 3], "an array of shape (2, 3) and 8 bytes an element with 8 bytes found"),
            ("f8", [Int32](repeating: 1, count: 70), "no tuple of at most 8 dimensions found"),
        ] as [(String, [Int32], String)]).map { spec, shape, says in
            Attack("shapes", "\(spec) of \(shape.prefix(4))", .corrupt, says: says) {
                pickle { $0.array(spec, shape: shape) { $0.data([UInt8](repeating: 0, count: 8)) } }
            }
        }
        + ["V2147483648", "U0", "S0", "U99999999", "f16", "c16", "M8[ns]", "i9"].map { spec in
            Attack("dtypes", spec, .unsupported, says: "the dtype '\(spec)' found") {
                pickle { $0.array(spec, shape: [1]) { $0.data([UInt8](repeating: 0, count: 8)) } }
            }
        } + [
            Attack("shapes", "a joblib array beyond the file", .truncated, says: "bytes are left") {
                pickle { writer in
                    writer.wrapper(shape: [1 << 20])
                    writer.raw([0])
                }
            },
            Attack("dtypes", "a field beyond its element", .corrupt, says: "a plain type within 64 bytes expected") {
                var parts = TreeParts()
                parts.fields[3].offset = 57
                return pickle(parts.regressor())
            },
        ]
}

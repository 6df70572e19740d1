/// The closed table of the classes and functions that a pickle may name, and what becomes of each.
///
/// Names are compared exactly, module and name. Nothing in the table is ever called: a row says which inert node an
/// instruction makes. Whatever is not here is refused where it is named. The versions: scikit-learn 0.24 to 1.9, NumPy
/// 1.19 to 2.4, XGBoost 1.4 to 3.2, LightGBM 3.3 to 4.7.
enum PickleGlobals {
    /// What may be done with a name.
    enum Role: Hashable {
        /// It may stand as a value and nothing else.
        case token
        /// A class of objects made empty and given a state.
        case object
        /// A class of objects made by arguments, which stay readable, without a state.
        case value
        /// A class of objects made by arguments, which stay readable, and given a state.
        case stateful
        /// A dictionary of a class of its own.
        case dictionary
        /// Anything may be given to it and nothing of it is read.
        case opaque
        /// Like `opaque`, and what follows may name one of its methods.
        case distribution
        /// The method of a `distribution`, by name; nothing else has methods.
        case method
        case elementType, array, reconstructArray, arrayFromBuffer, scalar
        case encode, set, frozenSet, bytes, byteArray, reconstructObject
        case arrayWrapper
    }

    /// One row.
    struct Row {
        var module: String
        var name: String
        var role: Role

        var publicClass: PickleClass { PickleClass(module: module, name: name) }
    }

    /// The rows by index; row 0 stands for no class.
    static let rows: [Row] = {
        var rows = [Row(module: "", name: "", role: .token)]
        for (role, module, names) in table + PickleScikitGlobals.table + PickleInertGlobals.table {
            for name in names.split(separator: " ") {
                rows.append(Row(module: module, name: String(name), role: role))
            }
        }
        return rows
    }()

    /// The index of a name in ``rows``, by `module name`.
    static let index: [String: UInt16] = {
        var index: [String: UInt16] = [:]
        for (number, row) in rows.enumerated().dropFirst() {
            let previous = index.updateValue(UInt16(number), forKey: "\(row.module) \(row.name)")
            precondition(previous == nil, "\(row.module).\(row.name) stands in the table twice")
        }
        return index
    }()

    /// What Python, NumPy and joblib themselves write.
    private static let table: [(Role, String, String)] = [
        (.elementType, "numpy", "dtype"),
        (.array, "numpy", "ndarray"),
        (
            .token, "numpy",
            "float64 float32 float16 int64 int32 int16 int8 uint8 uint16 uint32 uint64 bool_ bool object_"
        ),
        (.token, "numpy", "str_ memmap number integer signedinteger unsignedinteger floating inexact generic"),
        (.token, "numpy.core.memmap", "memmap"),
        (.token, "numpy._core.memmap", "memmap"),
        (.reconstructArray, "numpy.core.multiarray", "_reconstruct"),
        (.reconstructArray, "numpy._core.multiarray", "_reconstruct"),
        (.scalar, "numpy.core.multiarray", "scalar"),
        (.scalar, "numpy._core.multiarray", "scalar"),
        (.arrayFromBuffer, "numpy.core.numeric", "_frombuffer"),
        (.arrayFromBuffer, "numpy._core.numeric", "_frombuffer"),
        (.arrayWrapper, "joblib.numpy_pickle", "NumpyArrayWrapper"),
        (.arrayWrapper, "sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper"),
        (.encode, "_codecs", "encode"),
        (.set, "builtins", "set"),
        (.set, "__builtin__", "set"),
        (.frozenSet, "builtins", "frozenset"),
        (.frozenSet, "__builtin__", "frozenset"),
        (.bytes, "builtins", "bytes"),
        (.bytes, "__builtin__", "bytes"),
        (.byteArray, "builtins", "bytearray"),
        (.byteArray, "__builtin__", "bytearray"),
        (.value, "builtins", "slice complex"),
        (.value, "__builtin__", "slice complex"),
        (.token, "builtins", "int float str bool object list dict"),
        (.token, "__builtin__", "int long float unicode str bool object list dict"),
        (.reconstructObject, "copyreg", "_reconstructor"),
        (.reconstructObject, "copy_reg", "_reconstructor"),
        (.dictionary, "collections", "OrderedDict defaultdict"),
        (.value, "datetime", "datetime date time timedelta timezone"),
        (.method, "builtins", "getattr"),
        (.method, "__builtin__", "getattr"),
    ]

    /// Names that deserve a word of their own when they are refused.
    static func hint(module: String, name: String) -> String {
        let top = module.split(separator: ".").first.map(String.init) ?? module
        switch top {
        case "pandas":
            return "pandas objects are not read: save the estimator without DataFrames (fit and save with .to_numpy())"
        case "joblib" where name.hasSuffix("NDArrayWrapper"):
            return "joblib 0.9 and older wrote several files: load it there and save again with a newer joblib"
        case "sklearn", "xgboost", "lightgbm", "numpy", "scipy":
            return "this class is not supported: see the estimators that 'hearth inspect' lists, or save the fitted "
                + "estimator without it"
        default:
            return "nothing but the named classes of scikit-learn, XGBoost, LightGBM and NumPy is read and nothing is "
                + "run: if you trust the file, load it in Python and save the fitted estimator alone"
        }
    }
}

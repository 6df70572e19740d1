/// How much of the machine a pickle or joblib file may ask for.
///
/// Each bound is checked before anything is allocated, copied or walked. With the defaults a hostile file of 10 MB
/// costs at most 96 MiB of content, the arena (64 MiB, 96 for the moment in which a table grows), what a conversion
/// takes out of both, and a second of work.
package struct PickleLimits: Sendable, Hashable {
    /// The most bytes of the file itself; the limit per file of the model directory unless set.
    package var fileByteCountMax: Int
    /// The most bytes of the content after decompression: four times the 20 MB that a forest of 200 deep trees takes.
    package var contentByteCountMax: Int
    /// The most bytes of everything that is built from the content: nodes, lists of children, memo, decoded text.
    ///
    /// Arrays stay ranges of the content and cost nothing here, except in protocol 2 and below, which writes them as
    /// text. Three million small values fit.
    package var arenaByteCountMax: Int
    /// The most opcodes: five for each of the nodes that fit.
    package var operationCountMax: Int
    /// The most nodes that a ``PickleWalk`` enters.
    package var visitCountMax: Int
    /// The most bytes that a conversion takes out of the document, looked up values included (see
    /// ``PickleDocument/spend(_:at:)``); the most bytes of content unless set.
    ///
    /// A model takes out each of its arrays once. A file that names one array a million times would take it out as
    /// often.
    package var conversionByteCountMax: Int

    package init(
        fileByteCountMax: Int = ArtifactLimits().fileByteCountMax, contentByteCountMax: Int = 96 << 20,
        arenaByteCountMax: Int = 64 << 20, operationCountMax: Int = 20_000_000, visitCountMax: Int = 1_000_000,
        conversionByteCountMax: Int? = nil
    ) {
        self.fileByteCountMax = fileByteCountMax
        // Positions in the content are 32 bits wide.
        self.contentByteCountMax = min(contentByteCountMax, Int(Int32.max))
        self.arenaByteCountMax = min(arenaByteCountMax, Int(Int32.max))
        self.operationCountMax = operationCountMax
        self.visitCountMax = visitCountMax
        self.conversionByteCountMax = conversionByteCountMax ?? contentByteCountMax
    }

    /// The newest protocol there is.
    package static let protocolMax = 5
    /// Values on the stack at once; the pickler never holds more than a batch of a thousand beside the open containers,
    /// a tuple of any length apart.
    package static let stackDepthMax = 1 << 20
    /// Marks on the stack at once: one for each open container.
    package static let markCountMax = 1 << 20
    /// Pickles within pickles: joblib writes object arrays as one inside the other, so two are in use.
    package static let streamDepthMax = 4
    /// Names of classes in one file; each is memoised by the pickler, so real files have fewer than a hundred.
    package static let globalCountMax = 10_000
    /// Bytes of a module's or class's name: twice the longest one in the table.
    package static let nameByteCountMax = 160
    /// Bytes of one integer: the generators' states take 16.
    package static let integerByteCountMax = 64
    /// Digits of one number written as text (protocol 0), sign and point included.
    package static let numberTextByteCountMax = 66
    /// Dimensions of an array: estimators use three.
    package static let dimensionCountMax = 8
    /// Bytes of one array element: a text of 1,024 characters.
    package static let elementByteCountMax = 4096
    /// Fields of a structured array element: a node of a boosted tree has thirteen.
    package static let fieldCountMax = 64
    /// Bytes of a text that is a dictionary's key.
    package static let keyByteCountMax = 512
    /// Bytes of keys that are compared with each other, over all dictionaries; those that differ at once do not count.
    package static let comparedKeyByteCountMax = 64 << 20
    /// Keys and values of a dictionary with a class of its own in protocols 0 and 1, which are copied: a Bunch has a
    /// few.
    package static let reconstructedCountMax = 2_000
    /// Parts of a tuple that is a dictionary's key.
    package static let keyTupleCountMax = 16
    /// How deep a ``PickleWalk`` goes: a pipeline in a search in an ensemble is a dozen.
    package static let walkDepthMax = 200
    /// The most times that content may be larger than the compressed file, from ``ratioFreeByteCount`` on.
    ///
    /// Models compress two to thirty times; zeros a thousand times.
    package static let compressionRatioMax = 250
    /// Content up to this size may compress as well as it likes.
    package static let ratioFreeByteCount = 1 << 20
    /// Memory for the decoder of xz and lzma: a dictionary of 64 MiB, the largest that any preset uses, and its state.
    package static let lzmaMemoryByteCountMax = 66 << 20
}

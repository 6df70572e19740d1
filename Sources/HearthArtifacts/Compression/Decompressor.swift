/// Takes one layer of compression off a file, in a stream, within the limits of content and ratio.
enum Decompressor {
    /// What one step of a decoder did.
    struct Step {
        var consumed: Int
        var produced: Int
        /// Whether the compressed stream is complete, its check sum verified.
        var isDone: Bool
    }

    /// Room for output that is asked for at a time.
    private static let chunkByteCount = 256 << 10

    /// The content of `file`.
    ///
    /// - Throws: `.overBudget` beyond the limits, `.truncated` when the stream does not end, `.corrupt` for damage,
    ///   bytes behind the end, and a second layer.
    static func expand(
        _ file: ByteStore, _ codec: Codec, limits: PickleLimits, path: String
    ) throws(ArtifactError) -> ByteStore {
        let content =
            switch codec {
            case .zlib: try run(ZlibDecoder(hasGzipHeader: false, path: path), file, codec, limits, path)
            case .gzip: try run(ZlibDecoder(hasGzipHeader: true, path: path), file, codec, limits, path)
            case .bzip2: try run(Bzip2Decoder(path: path), file, codec, limits, path)
            case .xz: try run(LZMADecoder(isAlone: false, path: path), file, codec, limits, path)
            case .lzma: try run(LZMADecoder(isAlone: true, path: path), file, codec, limits, path)
            case .lz4: try run(LZ4Decoder(path: path), file, codec, limits, path)
            }
        if let inner = try unsafe Codec.of(content.bytes, path: path) {
            throw ArtifactError(
                .unsupported, path: path, byteOffset: 0, "\(inner) within \(codec) found, one layer is read",
                hint: "decompress the file once before")
        }
        return content
    }

    private static func run<Decoder: StreamDecoder & ~Copyable>(
        _ decoder: consuming Decoder, _ file: ByteStore, _ codec: Codec, _ limits: PickleLimits, _ path: String
    ) throws(ArtifactError) -> ByteStore {
        let content = ByteStore()
        var consumed = 0
        while true {
            // One byte more than allowed tells that it is too many.
            let wanted = min(chunkByteCount, limits.contentByteCountMax &- content.count &+ 1)
            let room = try unsafe content.room(for: wanted, path: path)
            let input = unsafe UnsafeRawBufferPointer(rebasing: file.bytes[consumed...])
            guard let step = try unsafe decoder.step(input, into: room) else {
                throw ArtifactError(
                    .corrupt, path: path, byteOffset: consumed, "damaged \(codec) data found",
                    hint: PickleReader.truncatedHint)
            }
            consumed += step.consumed
            content.commit(step.produced)
            try check(content.count, consumed, codec, limits, path)
            if step.isDone { break }
            guard step.consumed > 0 || step.produced > 0 else {
                throw ArtifactError(
                    .truncated, path: path, byteOffset: consumed,
                    "the file ends in the middle of its \(codec) data, \(content.count) bytes of content so far",
                    hint: PickleReader.truncatedHint)
            }
        }
        guard consumed == file.count else {
            throw ArtifactError(
                .corrupt, path: path, byteOffset: consumed,
                "\(file.count - consumed) bytes behind the end of the \(codec) data found",
                hint: "a file holds one compressed stream: save the model again")
        }
        return content
    }

    private static func check(
        _ produced: Int, _ consumed: Int, _ codec: Codec, _ limits: PickleLimits, _ path: String
    ) throws(ArtifactError) {
        guard produced <= limits.contentByteCountMax else {
            throw ArtifactError(
                .overBudget, path: path, byteOffset: consumed,
                "more than \(limits.contentByteCountMax) bytes of content in \(codec) data found",
                hint: "train a smaller model or raise contentByteCountMax")
        }
        guard produced <= PickleLimits.ratioFreeByteCount || produced / PickleLimits.compressionRatioMax <= consumed
        else {
            throw ArtifactError(
                .overBudget, path: path, byteOffset: consumed,
                "\(produced) bytes of content in the first \(consumed) bytes of \(codec) data found, at most "
                    + "\(PickleLimits.compressionRatioMax) times as many are read",
                hint: "no model compresses so well: save it without compression")
        }
    }
}

/// A decoder of one compressed stream; four libraries are behind it.
protocol StreamDecoder: ~Copyable {
    /// Decodes some of `input` into `output`; nil when the data is damaged.
    mutating func step(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ArtifactError) -> Decompressor.Step?
}

extension ArtifactError {
    /// A library's own start failed, which happens when there is no memory.
    static func noDecoder(_ path: String, _ name: String) -> ArtifactError {
        ArtifactError(
            .system, path: path, "no decoder could be made by \(name)", hint: "free memory on this machine")
    }
}

import CHearthMessages
package import HearthCore

/// A `ModelInferRequest` as it lies in the payload and in the arena: valid until the arena is reset.
@safe
package struct InferRequestView {
    package var modelName = ByteView.empty
    package var modelVersion = ByteView.empty
    /// Comes back in the reply.
    package var id = ByteView.empty
    /// In the arena; what is found out about an input is noted there.
    let inputs: UnsafeMutableBufferPointer<InferInputView>
    let outputs: UnsafeMutableBufferPointer<InferWantedOutput>
    /// Entries of raw_input_contents.
    let rawCount: Int
    /// Inputs whose elements are in shared memory.
    var sharedInputCount = 0
    /// Whether any input or output is in shared memory.
    package internal(set) var usesSharedMemory = false

    init(
        inputs: UnsafeMutableBufferPointer<InferInputView>, outputs: UnsafeMutableBufferPointer<InferWantedOutput>,
        rawCount: Int
    ) {
        unsafe self.inputs = inputs
        unsafe self.outputs = outputs
        self.rawCount = rawCount
    }

    package var inputCount: Int { unsafe inputs.count }

    /// Outputs that are asked for by name; 0 for all that the model has.
    package var outputCount: Int { unsafe outputs.count }

    /// Whether the elements came in `contents`: then the reply's do too.
    package var isTyped: Bool { rawCount == 0 && sharedInputCount == 0 }

    /// The name of the output that was asked for at `index`.
    package func outputName(at index: Int) -> ByteView {
        unsafe precondition(index >= 0 && index < outputs.count, "an output name beyond those that were asked for")
        return unsafe outputs[index].name
    }
}

/// One input tensor of a request.
@safe
struct InferInputView {
    var name: ByteView
    var datatypeName: ByteView
    var shape: UnsafeBufferPointer<Int64>
    /// Its entry of raw_input_contents.
    var raw = ByteView.empty
    /// Its typed elements; nil when it has none.
    var contents: UnsafeMutablePointer<Inference__InferTensorContents>?
    /// Where the elements are when they are not in the message; they are read into ``raw``.
    var shared: SharedMemoryPlace?

    // Noted while the request is held against its model.
    var datatype = OpenInference.Datatype.fp64
    var elementCount = 0
    /// The first column that it fills.
    var column = 0
}

/// One output that a request asks for.
struct InferWantedOutput {
    var name: ByteView
    /// Where the values are wanted when not in the reply.
    var shared: SharedMemoryPlace?
    /// Whether the best classes are wanted instead of the values.
    var wantsClassification = false
}

/// Reads and writes the messages of `ModelInfer` and `ModelStreamInfer`.
///
/// The form that clients send, every field once and the elements in raw_input_contents, is read by hand where it lies;
/// every other legal form by protobuf-c. Tests hold one against the other. Replies (``InferReply``) are written by hand
/// in one pass straight into the output buffer.
package enum InferCodec {
    /// Reads a request; nil when the bytes are no such message or need more memory than an arena grants. What is
    /// returned lies partly in `payload`, partly in `arena`.
    @inline(__always)
    package static func request(_ payload: ByteView, in arena: Arena) -> InferRequestView? {
        usualRequest(payload, in: arena) ?? anyRequest(payload, in: arena)
    }

    // MARK: - By hand

    /// Reads the usual form of a request; nil for every other one.
    static func usualRequest(_ payload: ByteView, in arena: Arena) -> InferRequestView? {
        var texts = (name: ByteView.empty, version: ByteView.empty, id: ByteView.empty)
        var seen: UInt64 = 0
        var (inputCount, outputCount, rawCount) = (0, 0, 0)
        var reader = FieldReader(payload)
        while let field = reader.next() {
            guard case .bytes(let view) = field.value else { return nil }
            switch field.number {
            case 1...3:
                guard seen & 1 << field.number == 0 else { return nil }
                seen |= 1 << field.number
                if field.number == 1 { texts.name = view }
                if field.number == 2 { texts.version = view }
                if field.number == 3 { texts.id = view }
            case 5: inputCount += 1
            case 6: outputCount += 1
            case 7: rawCount += 1
            default: return nil
            }
        }
        guard !reader.failed, inputCount > 0, inputCount == rawCount,
            let inputs = unsafe arena.elements(InferInputView.self, count: inputCount),
            let outputs = unsafe arena.elements(InferWantedOutput.self, count: outputCount)
        else { return nil }
        guard unsafe readTensors(payload, inputs, outputs, in: arena) else { return nil }
        var request = unsafe InferRequestView(inputs: inputs, outputs: outputs, rawCount: rawCount)
        (request.modelName, request.modelVersion, request.id) = texts
        return request
    }

    /// Fills the inputs and outputs, whose number is known; false when one of them has an unusual form.
    private static func readTensors(
        _ payload: ByteView, _ inputs: UnsafeMutableBufferPointer<InferInputView>,
        _ outputs: UnsafeMutableBufferPointer<InferWantedOutput>, in arena: Arena
    ) -> Bool {
        var (input, output) = (0, 0)
        var reader = FieldReader(payload)
        while let field = reader.next() {
            guard case .bytes(let view) = field.value else { return false }
            if field.number == 5 {
                guard let read = usualInput(view, in: arena) else { return false }
                unsafe inputs[input] = read
                input += 1
            } else if field.number == 6 {
                guard let name = usualOutput(view) else { return false }
                unsafe outputs[output] = InferWantedOutput(name: name)
                output += 1
            }
        }
        // Raw contents may stand before their inputs, so they are handed out when all inputs are there.
        input = 0
        reader = FieldReader(payload)
        while let field = reader.next() {
            guard field.number == 7, case .bytes(let view) = field.value else { continue }
            unsafe inputs[input].raw = view
            input += 1
        }
        return true
    }

    private static func usualInput(_ bytes: ByteView, in arena: Arena) -> InferInputView? {
        var (name, datatype, shape) = (ByteView.empty, ByteView.empty, ByteView.empty)
        var seen: UInt64 = 0
        var reader = FieldReader(bytes)
        while let field = reader.next() {
            guard case .bytes(let view) = field.value, field.number <= 3, seen & 1 << field.number == 0 else {
                return nil
            }
            seen |= 1 << field.number
            if field.number == 1 { name = view }
            if field.number == 2 { datatype = view }
            if field.number == 3 { shape = view }
        }
        guard !reader.failed, let dimensions = unsafe dimensions(shape, in: arena) else { return nil }
        return unsafe InferInputView(name: name, datatypeName: datatype, shape: dimensions, contents: nil)
    }

    /// Packed varints; nil when they are cut, or more than the two of a matrix.
    private static func dimensions(_ packed: ByteView, in arena: Arena) -> UnsafeBufferPointer<Int64>? {
        guard let numbers = unsafe arena.elements(Int64.self, count: 2) else { return nil }
        var (count, offset) = (0, 0)
        while offset < packed.count {
            guard count < 2, let number = VarInt.read(packed, at: &offset) else { return nil }
            unsafe numbers[count] = Int64(bitPattern: number)
            count += 1
        }
        return unsafe UnsafeBufferPointer(start: numbers.baseAddress, count: count)
    }

    private static func usualOutput(_ bytes: ByteView) -> ByteView? {
        var name: ByteView?
        var reader = FieldReader(bytes)
        while let field = reader.next() {
            guard field.number == 1, name == nil, case .bytes(let view) = field.value else { return nil }
            name = view
        }
        return reader.failed ? nil : name
    }

    // MARK: - By protobuf-c

    /// Reads any legal form of a request.
    static func anyRequest(_ payload: ByteView, in arena: Arena) -> InferRequestView? {
        guard
            let message = unsafe inference__model_infer_request__unpack(
                arena.allocator, payload.count, payload.octets),
            let inputs = unsafe arena.elements(InferInputView.self, count: message.pointee.n_inputs),
            let outputs = unsafe arena.elements(InferWantedOutput.self, count: message.pointee.n_outputs)
        else { return nil }
        // Entries of raw_input_contents belong to the inputs that are not in shared memory.
        var rawIndex = 0
        for index in 0..<inputs.count {
            guard let input = unsafe message.pointee.inputs?[index]?.pointee else { return nil }
            unsafe inputs[index] = anyInput(input)
            guard unsafe inputs[index].shared == nil else { continue }
            defer { rawIndex += 1 }
            guard unsafe rawIndex < message.pointee.n_raw_input_contents,
                let raw = unsafe message.pointee.raw_input_contents?[rawIndex]
            else { continue }
            unsafe inputs[index].raw = ByteView(UnsafeRawBufferPointer(start: raw.data, count: raw.len))
        }
        for index in 0..<outputs.count {
            guard let output = unsafe message.pointee.outputs?[index]?.pointee else { return nil }
            unsafe outputs[index] = anyOutput(output)
        }
        var request = unsafe InferRequestView(
            inputs: inputs, outputs: outputs, rawCount: message.pointee.n_raw_input_contents)
        request.modelName = unsafe ByteView(message.pointee.model_name)
        request.modelVersion = unsafe ByteView(message.pointee.model_version)
        request.id = unsafe ByteView(message.pointee.id)
        request.sharedInputCount = inputs.count - rawIndex
        request.usesSharedMemory =
            request.sharedInputCount > 0 || outputs.indices.contains { unsafe outputs[$0].shared != nil }
        return request
    }

    private static func anyInput(_ input: Inference__ModelInferRequest__InferInputTensor) -> InferInputView {
        var view = unsafe InferInputView(
            name: ByteView(input.name), datatypeName: ByteView(input.datatype),
            shape: UnsafeBufferPointer(start: input.shape, count: input.n_shape), contents: input.contents)
        for index in 0..<(unsafe input.n_parameters) {
            guard let entry = unsafe input.parameters?[index]?.pointee else { continue }
            unsafe SharedMemoryPlace.read(ByteView(entry.key), entry.value, into: &view.shared)
        }
        return view
    }

    private static func anyOutput(
        _ output: Inference__ModelInferRequest__InferRequestedOutputTensor
    ) -> InferWantedOutput {
        var wanted = InferWantedOutput(name: unsafe ByteView(output.name))
        for index in 0..<(unsafe output.n_parameters) {
            guard let entry = unsafe output.parameters?[index]?.pointee else { continue }
            let key = unsafe ByteView(entry.key)
            unsafe SharedMemoryPlace.read(key, entry.value, into: &wanted.shared)
            if key.equals("classification") { wanted.wantsClassification = true }
        }
        return wanted
    }
}

extension ByteView {
    func hasPrefix(_ text: StaticString) -> Bool {
        slice(from: 0, count: text.utf8CodeUnitCount)?.equals(text) ?? false
    }
}

extension Arena {
    /// Room for `count` elements, not initialized; nil when the arena may not grow further.
    func elements<Element>(_ type: Element.Type, count: Int) -> UnsafeMutableBufferPointer<Element>? {
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflow, let memory = unsafe allocate(byteCount) else { return nil }
        return unsafe UnsafeMutableBufferPointer(
            start: memory.bindMemory(to: Element.self, capacity: count), count: count)
    }
}

extension VarInt {
    /// The number at `offset`, which moves behind it; nil when it is cut or longer than ten bytes.
    @inline(__always)
    static func read(_ bytes: ByteView, at offset: inout Int) -> UInt64? {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while shift < 64, let byte = bytes.byte(at: offset) {
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}

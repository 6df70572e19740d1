import CHearthMessages
import Glibc
import HearthCore

/// Text fields of protobuf-c messages. proto3's empty string is one shared constant there, never nil after unpacking.
extension ByteView {
    init(_ text: UnsafeMutablePointer<CChar>?) {
        guard let text = unsafe text else {
            self = .empty
            return
        }
        self = unsafe ByteView(start: UnsafeRawPointer(text), count: strlen(text))
    }
}

/// Building protobuf-c messages in the arena, so that nothing of them is freed one by one.
extension Arena {
    /// A message with its defaults; nil when the arena may not grow further.
    func message<Message>(
        _ initialize: (UnsafeMutablePointer<Message>) -> Void
    ) -> UnsafeMutablePointer<Message>? {
        guard let memory = unsafe allocate(MemoryLayout<Message>.size) else { return nil }
        let message = unsafe memory.bindMemory(to: Message.self, capacity: 1)
        unsafe initialize(message)
        return unsafe message
    }

    /// A C copy of `text`; C text ends at the first NUL byte. nil when the arena may not grow further, which protobuf-c
    /// packs as the empty text.
    func text(_ text: String) -> UnsafeMutablePointer<CChar>? {
        let bytes = text.utf8
        guard let memory = unsafe allocate(bytes.count + 1) else { return nil }
        let copy = unsafe memory.bindMemory(to: CChar.self, capacity: bytes.count + 1)
        var end = 0
        for byte in bytes {
            unsafe copy[end] = CChar(bitPattern: byte)
            end += 1
        }
        unsafe copy[end] = 0
        return unsafe copy
    }

    /// The array of pointers that a repeated message field wants; what could not be made is left out.
    func pointers<Message>(
        _ messages: [UnsafeMutablePointer<Message>?]
    ) -> (start: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, count: Int) {
        let made = unsafe messages.filter { unsafe $0 != nil }
        guard
            let memory = unsafe allocate(made.count * MemoryLayout<UnsafeMutablePointer<Message>?>.stride)
        else { return (nil, 0) }
        let start = unsafe memory.bindMemory(to: UnsafeMutablePointer<Message>?.self, capacity: made.count)
        for index in unsafe made.indices { unsafe start[index] = made[index] }
        return unsafe (start, made.count)
    }
}

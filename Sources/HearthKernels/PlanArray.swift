/// Values of a plan at a fixed address, freed with the object.
@safe
final class PlanArray<Element: BitwiseCopyable>: Sendable {
    // Filled by the initialiser, read-only afterwards.
    nonisolated(unsafe) let start: UnsafePointer<Element>

    init(_ elements: [Element]) {
        // One more, so that an empty array has an address too.
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count + 1)
        for (index, element) in elements.enumerated() { unsafe (memory + index).initialize(to: element) }
        unsafe start = UnsafePointer(memory)
    }

    deinit {
        unsafe start.deallocate()
    }
}

/// Memory for the rows of a batch that are not in a message: filled by whoever has them, then given to the batch.
@safe
package struct RowMemory: ~Copyable {
    let values: UnsafeMutablePointer<Double>
    package let valueCount: Int

    /// Not initialized: ``bytes`` is written before it is read.
    package init(valueCount: Int) {
        unsafe values = .allocate(capacity: max(1, valueCount))
        self.valueCount = valueCount
    }

    deinit {
        unsafe values.deallocate()
    }

    /// All of it, valid as long as the memory is.
    package var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: values, count: valueCount &* 8)
    }

    /// Gives the memory away: the caller frees it.
    consuming func release() -> UnsafeMutablePointer<Double> {
        let values = unsafe self.values
        discard self
        return unsafe values
    }
}

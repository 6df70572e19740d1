/// The nearest points so far, farthest first: scikit-learn's `heap_push` and `simultaneous_sort`, step for step.
///
/// Their steps decide which of two equally near points stays and which comes first.
@safe
struct NeighborHeap {
    let distances: UnsafeMutablePointer<Double>
    let points: UnsafeMutablePointer<Int>
    let count: Int

    /// Takes memory for `count` (at least 1) distances and points.
    init(distances: UnsafeMutablePointer<Double>, points: UnsafeMutablePointer<Int>, count: Int) {
        unsafe self.distances = distances
        unsafe self.points = points
        self.count = count
    }

    var farthest: Double { unsafe distances[0] }

    func clear() {
        unsafe distances.update(repeating: .infinity, count: count)
        unsafe points.update(repeating: 0, count: count)
    }

    /// Keeps a point if it is nearer than the farthest of a full heap.
    @inline(__always)
    func push(_ distance: Double, _ point: Int) {
        if unsafe distance < distances[0] { replaceFarthest(distance, point) }
    }

    private func replaceFarthest(_ distance: Double, _ point: Int) {
        var place = 0
        while true {
            let left = 2 &* place &+ 1
            guard left < count else { break }
            let right = left &+ 1
            let greater = unsafe right < count && distances[left] < distances[right] ? right : left
            guard unsafe distances[greater] > distance else { break }
            unsafe distances[place] = distances[greater]
            unsafe points[place] = points[greater]
            place = greater
        }
        unsafe distances[place] = distance
        unsafe points[place] = point
    }

    /// Nearest first.
    func sort(usesIntrosort: Bool) {
        if usesIntrosort {
            introsort(0, count, depth: 2 &* (Int.bitWidth &- 1 &- max(count, 1).leadingZeroBitCount))
        } else {
            quicksort(0, count)
        }
    }

    @inline(__always)
    private func swap(_ left: Int, _ right: Int) {
        unsafe (distances[left], distances[right]) = (distances[right], distances[left])
        unsafe (points[left], points[right]) = (points[right], points[left])
    }

    /// The middle one of three to the end, the least to the start.
    private func placeMedian(_ first: Int, _ size: Int) {
        let (last, middle) = (first &+ size &- 1, first &+ size / 2)
        if unsafe distances[first] > distances[last] { swap(first, last) }
        if unsafe distances[last] > distances[middle] {
            swap(last, middle)
            if unsafe distances[first] > distances[last] { swap(first, last) }
        }
    }

    /// Up to scikit-learn 1.8 (`utils/_sorting.pyx`). The two sides do not touch each other, so the smaller one is
    /// sorted first and the depth stays below the bits of the count.
    private func quicksort(_ start: Int, _ size: Int) {
        var (first, size) = (start, size)
        while size > 1 {
            if size == 2 {
                if unsafe distances[first] > distances[first &+ 1] { swap(first, first &+ 1) }
                return
            }
            if size == 3 {
                if unsafe distances[first] > distances[first &+ 1] { swap(first, first &+ 1) }
                if unsafe distances[first &+ 1] > distances[first &+ 2] {
                    swap(first &+ 1, first &+ 2)
                    if unsafe distances[first] > distances[first &+ 1] { swap(first, first &+ 1) }
                }
                return
            }
            placeMedian(first, size)
            let last = first &+ size &- 1
            let pivot = unsafe distances[last]
            var store = first
            for index in first..<last where unsafe distances[index] < pivot {
                swap(index, store)
                store &+= 1
            }
            swap(store, last)
            let (leftSize, rightSize) = (store &- first, last &- store)
            if leftSize < rightSize {
                quicksort(first, leftSize)
                (first, size) = (store &+ 1, rightSize)
            } else {
                quicksort(store &+ 1, rightSize)
                size = leftSize
            }
        }
    }

    /// From scikit-learn 1.9 on (`introsort_2way`).
    private func introsort(_ start: Int, _ size: Int, depth: Int) {
        var (first, size, depth) = (start, size, depth)
        while size > 15 {
            guard depth > 0 else { return heapsort(first, size) }
            depth &-= 1
            placeMedian(first, size)
            let last = first &+ size &- 1
            let pivot = unsafe distances[last]
            var (low, high) = (first &+ 1, last &- 1)
            while true {
                while low <= high, unsafe distances[low] < pivot { low &+= 1 }
                while low <= high, unsafe distances[high] > pivot { high &-= 1 }
                guard low < high else { break }
                swap(low, high)
                low &+= 1
                high &-= 1
            }
            swap(low, last)
            introsort(first, low &- first, depth: depth)
            size &-= low &- first &+ 1
            first = low &+ 1
        }
        for index in stride(from: first &+ 1, to: first &+ size, by: 1) {
            let (distance, point) = unsafe (distances[index], points[index])
            var place = index
            while place > first, unsafe distances[place &- 1] > distance {
                unsafe distances[place] = distances[place &- 1]
                unsafe points[place] = points[place &- 1]
                place &-= 1
            }
            unsafe distances[place] = distance
            unsafe points[place] = point
        }
    }

    private func heapsort(_ first: Int, _ size: Int) {
        for start in stride(from: (size &- 2) / 2, through: 0, by: -1) { siftDown(first, start, size) }
        for end in stride(from: size &- 1, to: 0, by: -1) {
            swap(first, first &+ end)
            siftDown(first, 0, end)
        }
    }

    private func siftDown(_ first: Int, _ start: Int, _ end: Int) {
        var root = start
        while true {
            let child = root &* 2 &+ 1
            var greatest = root
            if child < end, unsafe distances[first &+ greatest] < distances[first &+ child] { greatest = child }
            if child &+ 1 < end, unsafe distances[first &+ greatest] < distances[first &+ child &+ 1] {
                greatest = child &+ 1
            }
            guard greatest != root else { return }
            swap(first &+ root, first &+ greatest)
            root = greatest
        }
    }
}

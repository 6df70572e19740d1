import HearthCore
import Synchronization
import Testing

@Suite struct ThreadTests {
    @Test func `a queue gives first what came first, and nil when it is closed and empty`() {
        let queue = BlockingQueue<Int>()
        for number in 0..<3000 { #expect(queue.put(number)) }
        for number in 0..<2000 { #expect(queue.take() == number) }
        for number in 3000..<3100 { #expect(queue.put(number)) }
        queue.close()
        #expect(!queue.put(1))
        for number in 2000..<3100 { #expect(queue.take() == number) }
        #expect(queue.take() == nil)
    }

    @Test func `a full queue refuses`() {
        let queue = BlockingQueue<Int>(countMax: 2)
        #expect(queue.put(1) && queue.put(2))
        #expect(!queue.put(3))
        #expect(queue.take() == 1)
        #expect(queue.put(3))
    }

    private final class Thing: Sendable {}

    @Test func `a queue keeps nothing alive that was taken`() {
        let queue = BlockingQueue<Thing>()
        weak var watched: Thing?
        do {
            let thing = Thing()
            watched = thing
            _ = queue.put(thing)
        }
        _ = queue.put(Thing())
        #expect(watched != nil)
        _ = queue.take()

        #expect(watched == nil)
    }

    @Test func `what four threads put in, four threads take out once`() throws {
        let queue = BlockingQueue<Int>()
        let sum = Atomic<Int>(0)
        let count = Atomic<Int>(0)
        var takers: [SystemThread] = []
        for index in 0..<4 {
            takers.append(
                try SystemThread(name: "taker-\(index)") {
                    while let number = queue.take() {
                        sum.wrappingAdd(number, ordering: .relaxed)
                        count.wrappingAdd(1, ordering: .relaxed)
                    }
                })
        }
        var putters: [SystemThread] = []
        for index in 0..<4 {
            putters.append(
                try SystemThread(name: "putter-\(index)", niceness: 1) {
                    for number in 0..<1000 { _ = queue.put(index * 1000 + number) }
                })
        }
        for thread in putters { thread.join() }
        queue.close()
        for thread in takers { thread.join() }

        #expect(count.load(ordering: .relaxed) == 4000)
        #expect(sum.load(ordering: .relaxed) == 4000 * 3999 / 2)
    }

    @Test func `a closed queue wakes who waits`() throws {
        let queue = BlockingQueue<Int>()
        let thread = try SystemThread(name: "waits-with-a-name-longer-than-allowed") { while queue.take() != nil {} }
        queue.close()
        thread.join()
    }

    @Test func `a thread that was joined may be joined again`() throws {
        let thread = try SystemThread(name: "joined") {}
        thread.join()
        thread.join()
    }

    @Test func `a group waits until all have left`() throws {
        let group = CompletionGroup()
        let count = Atomic<Int>(0)
        for _ in 0..<4 { group.enter() }
        var threads: [SystemThread] = []
        for _ in 0..<4 {
            threads.append(
                try SystemThread(name: "leaver") {
                    count.wrappingAdd(1, ordering: .relaxed)
                    group.leave()
                })
        }
        group.wait()
        #expect(count.load(ordering: .relaxed) == 4)
        for thread in threads { thread.join() }
        group.wait()
    }
}

import CKernels
import Glibc
import Testing

@testable import Kernels

@Suite("The pool of threads") struct PoolTests {
  /// What a region's pieces saw.
  final class Region: Sendable {
    let pieces = Locked<[Range<Int>]>([])
    /// Called in every piece.
    let inner: @Sendable () -> Void

    init(_ inner: @escaping @Sendable () -> Void = {}) { self.inner = inner }

    /// Runs a region and gives its pieces in ascending order.
    func run(_ count: Int, operations: Double = 1e9) -> [Range<Int>] {
      pieces.withLock { $0 = [] }
      ck_parallel(
        count, operations,
        { context, begin, end in
          guard let context else { return }
          let region = Unmanaged<Region>.fromOpaque(context).takeUnretainedValue()
          region.pieces.withLock { $0.append(begin..<end) }
          region.inner()
        }, Unmanaged.passUnretained(self).toOpaque())
      return pieces.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } }
    }
  }

  static let best = Machine.variants[Machine.variants.count - 1]

  @Test(
    "pieces depend on the count and the shares alone", arguments: [1, 2, 3, 5, 7, 64],
    [0, 1, 2, 3, 7, 8, 63, 64, 65, 1000])
  func pieces(shares: Int, count: Int) throws {
    let number = min(shares, count)
    let expected = (0..<number).map { count * $0 / number..<count * ($0 + 1) / number }
    let region = Region()
    for operations in [0, 1e9] {
      let found = Machine.with(variant: Self.best, shares: shares) {
        region.run(count, operations: operations)
      }
      #expect(found == expected)
    }
  }

  @Test("small work is one piece unless tests ask for all")
  func small() throws {
    let found = Machine.with(variant: Self.best, shares: 3, cutsAll: false) {
      Region().run(10, operations: 100)
    }
    #expect(found == [0..<10])
  }

  @Test("counts near the largest do not overflow")
  func large() throws {
    let found = try #require(
      Machine.with(variant: Self.best, shares: 7) { Region().run(Int.max) })
    #expect(found.count == 7)
    #expect(found.first?.lowerBound == 0 && found.last?.upperBound == Int.max)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
  }

  @Test("every index is visited once, in many regions one after another")
  func manyRegions() throws {
    let region = Region()
    let wrong = Machine.with(variant: Self.best, shares: 3) {
      (1...20_000).filter { index in
        let count = index % 11 + 1
        let found = region.run(count)
        return found.count != min(3, count) || found.reduce(0) { $0 + $1.count } != count
      }
    }
    #expect(wrong == [])
  }

  @Test("a region inside a piece is done by its thread, with the same pieces")
  func nested() throws {
    let expected = (0..<3).map { 10 * $0 / 3..<10 * ($0 + 1) / 3 }
    let wrong = Locked(0)
    let region = Region {
      for _ in 0..<50 where Region().run(10) != expected { wrong.withLock { $0 += 1 } }
    }
    let outer = Machine.with(variant: Self.best, shares: 3) { (0..<50).map { _ in region.run(10) } }
    #expect(outer?.allSatisfy { $0 == expected } == true)
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test("callers at the same time all get their pieces")
  func concurrentCallers() async throws {
    let expected = (0..<3).map { 100 * $0 / 3..<100 * ($0 + 1) / 3 }
    let wrong = Locked(0)
    _ = Machine.with(variant: Self.best, shares: 3) {
      withoutActuallyEscaping({ @Sendable in
        let region = Region()
        for _ in 0..<3000 where region.run(100) != expected { wrong.withLock { $0 += 1 } }
      }) { body in Self.onThreads(7, body) }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test("a thread's limit is its own and ends with its body")
  func limit() throws {
    let seen = Machine.with(variant: Self.best, shares: 5) {
      let inside = Machine.limitingShares(to: 2) {
        let other = Locked(0)
        Self.onThreads(1) { other.withLock { $0 = Machine.shares } }
        return [
          Machine.shares, Region().run(10).count, other.withLock { $0 },
          Machine.limitingShares(to: 9) { Machine.shares },
          Machine.limitingShares(to: 0) { Machine.shares }, Machine.shares,
        ]
      }
      return inside + [Machine.shares, Region().run(10).count]
    }
    #expect(seen == [2, 2, 5, 5, 1, 2, 5, 5])
  }

  @Test("pieces round to nearest, whatever the caller's state was")
  func floatingPointState() throws {
    let sums = Locked<[Float]>([])
    let step = Locked<Float>(0x1p-30)  // not known to the compiler
    let region = Region {
      let tiny = step.withLock { $0 }
      // Rounded up it would be above 1.
      sums.withLock { $0.append(1 + tiny) }
    }
    let before = fegetround()
    fesetround(FE_UPWARD)
    _ = Machine.with(variant: Self.best, shares: 3) { region.run(3) }
    fesetround(before)
    #expect(sums.withLock { $0 } == [1, 1, 1])
  }

  @Test("there are never more workers than cores")
  func workers() {
    _ = Machine.with(variant: Self.best, shares: 64) { Region().run(64) }
    #expect(Int(ck_workers()) < max(Machine.cores, 2))
    #expect(Machine.cores >= 1)
  }

  @Test(
    "the quota of control groups, rounded up",
    arguments: [
      // version 2: the group's own, one above it, none
      (["a/cpu.max": "150000 100000\n"], "0::/a\n", 2),
      (["a/cpu.max": "max 100000\n", "cpu.max": "400000 100000\n"], "0::/a\n", 4),
      (["a/cpu.max": "300000 100000\n", "cpu.max": "100 100000\n"], "0::/a/b/c\n", 1),
      (["a/cpu.max": "max 100000\n"], "0::/a\n", 0),
      (["cpu.max": "50000 100000\n"], "0::/\n", 1),
      (["cpu.max": "200000 100000\n"], "0::/../of/the/host\n", 2),
      // version 1
      (
        [
          "cpu,cpuacct/x/cpu.cfs_quota_us": "250000\n",
          "cpu,cpuacct/x/cpu.cfs_period_us": "100000",
        ],
        "7:memory:/y\n3:cpu,cpuacct:/x\n", 3
      ),
      (
        ["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"],
        "1:cpu:/\n2:cpuset:/\n", 0
      ),
      // nonsense
      (["cpu.max": "1 0\n"], "0::/\n", 0), (["cpu.max": ""], "0::/\n", 0),
      ([:], "no group\n", 0), ([:], "", 0),
      (["cpu.max": "9223372036854775807 1\n"], "0::/\n", 1 << 20),
    ] as [([String: String], String, Int32)])
  func quota(files: [String: String], membership: String, cores: Int32) throws {
    var template = Array("/tmp/tessera-quota-XXXXXX".utf8CString)
    let folder = String(cString: try #require(mkdtemp(&template)))
    var made = ["member"]
    for (path, text) in files.merging(["member": membership], uniquingKeysWith: { a, _ in a }) {
      let parts = path.split(separator: "/")
      for end in 1..<max(parts.count, 1) {
        let parent = parts.prefix(end).joined(separator: "/")
        if mkdir("\(folder)/\(parent)", 0o700) == 0 { made.append(parent) }
      }
      let file = try #require(fopen("\(folder)/\(path)", "w"))
      fputs(text, file)
      fclose(file)
      if path != "member" { made.append(path) }
    }
    #expect(ck_quota_cores(folder, "\(folder)/member") == cores)
    for path in made.sorted(by: >) { remove("\(folder)/\(path)") }
    remove(folder)
  }

  /// Runs `body` on `count` threads at once and waits for all.
  static func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    final class Work: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let threads = (0..<count).compactMap { _ -> pthread_t? in
      var thread = pthread_t()
      let work = Unmanaged.passRetained(Work(body))
      let status = pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        }, work.toOpaque())
      return status == 0 ? thread : nil
    }
    for thread in threads { pthread_join(thread, nil) }
  }
}

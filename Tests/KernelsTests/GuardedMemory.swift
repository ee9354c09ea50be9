import Glibc
import Testing

/// Memory between two pages that may not be touched: a kernel that reads or writes beyond an operand
/// ends the test run.
final class GuardedMemory<Value> {
  private let pages: UnsafeMutableRawPointer
  private let size: Int
  let values: UnsafeMutableBufferPointer<Value>

  /// `atEnd`: the values end where the second page starts; else they start where the first ends.
  init(_ initial: [Value], atEnd: Bool) throws {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let bytes = initial.count * MemoryLayout<Value>.stride
    let inside = (bytes + page - 1) / page * page
    size = inside + 2 * page
    let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    pages = try #require(mapped != MAP_FAILED ? mapped : nil)
    try #require(mprotect(pages, page, PROT_NONE) == 0)
    try #require(mprotect(pages + (size - page), page, PROT_NONE) == 0)
    let start = pages + page + (atEnd ? inside - bytes : 0)
    values = UnsafeMutableBufferPointer(
      start: start.bindMemory(to: Value.self, capacity: initial.count), count: initial.count)
    _ = values.initialize(from: initial)
  }

  deinit { munmap(pages, size) }

  var readable: UnsafeBufferPointer<Value> { UnsafeBufferPointer(values) }
}

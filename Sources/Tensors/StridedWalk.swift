import Kernels

/// How operands of one shape, each with its own strides, are walked together in row-major order.
struct StridedWalk {
  /// The extents, neighbouring axes joined where all operands allow it; at least one.
  let extents: [Int]
  /// For each axis the operands' strides, one after another.
  private let steps: [Int]
  private let operands: Int
  let count: Int
  /// Whether a stop is looked for; nothing is thrown where it is not.
  let polls: Bool

  /// So many elements are walked between two looks for a stop.
  private static let pollInterval = 1 << 20

  /// - Parameter strides: one list an operand, as long as `shape`.
  init(_ shape: [Int], _ strides: [[Int]], polls: Bool = true) {
    self.polls = polls
    operands = strides.count
    count = shape.contains(0) ? 0 : shape.reduce(1, &*)
    var extents: [Int] = []
    var steps: [Int] = []
    for axis in shape.indices where shape[axis] != 1 {
      let own = strides.map { $0[axis] }
      let outer = steps.suffix(operands)
      if !extents.isEmpty, zip(outer, own).allSatisfy({ $0 == $1 &* shape[axis] }) {
        extents[extents.count - 1] &*= shape[axis]
        steps.replaceSubrange((steps.count - operands)..., with: own)
      } else {
        extents.append(shape[axis])
        steps += own
      }
    }
    if extents.isEmpty {
      extents = [1]
      steps = [Int](repeating: 0, count: operands)
    }
    (self.extents, self.steps) = (extents, steps)
  }

  /// How an operand steps inside a run.
  func step(_ operand: Int) -> Int { steps[steps.count - operands + operand] }

  /// How an operand steps along an axis of ``extents``.
  func step(_ operand: Int, axis: Int) -> Int { steps[axis * operands + operand] }

  /// Calls `body` for every run along the last axis with each operand's first offset and the number
  /// of elements; looks for a stop in between.
  @inline(__always)
  func forEachRun(
    _ body: (_ offsets: UnsafeBufferPointer<Int>, _ count: Int) throws(TensorError) -> Void
  ) throws(TensorError) {
    if count == 0 { return }
    let last = extents.count - 1
    let row = extents[last]
    var offsets = [Int](repeating: 0, count: operands)
    var index = [Int](repeating: 0, count: extents.count)
    var walked = 0
    while true {
      var start = 0
      while start < row {
        let length = min(row - start, Self.pollInterval)
        try offsets.withUnsafeBufferPointer { (offsets) throws(TensorError) in
          try body(offsets, length)
        }
        start += length
        walked += length
        if walked >= Self.pollInterval {
          walked = 0
          try poll()
        }
        for operand in 0..<operands { offsets[operand] &+= length &* step(operand) }
      }
      for operand in 0..<operands { offsets[operand] &-= row &* step(operand) }
      var axis = last - 1
      while axis >= 0 {
        index[axis] += 1
        for operand in 0..<operands { offsets[operand] &+= step(operand, axis: axis) }
        if index[axis] < extents[axis] { break }
        for operand in 0..<operands {
          offsets[operand] &-= extents[axis] &* step(operand, axis: axis)
        }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// Throws if a stop was asked for.
  func poll() throws(TensorError) { if polls { try Self.poll() } }

  static func poll() throws(TensorError) {
    do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
  }

  /// The results of `body` for every element, one after another.
  @inline(__always)
  func map<Element, Result>(
    _ from: UnsafePointer<Element>, into out: UnsafeMutablePointer<Result>,
    _ body: (Element) -> Result
  ) throws(TensorError) {
    let step = step(0)
    var to = out
    try forEachRun { offsets, count in
      let a = from + offsets[0]
      if step == 1 {
        for i in 0..<count { (to + i).initialize(to: body(a[i])) }
      } else {
        for i in 0..<count { (to + i).initialize(to: body(a[i &* step])) }
      }
      to += count
    }
  }

  /// The results of `body` for every pair, one after another.
  @inline(__always)
  func map<Element, Result>(
    _ left: UnsafePointer<Element>, _ right: UnsafePointer<Element>,
    into out: UnsafeMutablePointer<Result>, _ body: (Element, Element) -> Result
  ) throws(TensorError) {
    let (stepLeft, stepRight) = (step(0), step(1))
    var to = out
    try forEachRun { offsets, count in
      let (a, b) = (left + offsets[0], right + offsets[1])
      switch (stepLeft, stepRight) {
      case (1, 1): for i in 0..<count { (to + i).initialize(to: body(a[i], b[i])) }
      case (1, 0):
        let scalar = b[0]
        for i in 0..<count { (to + i).initialize(to: body(a[i], scalar)) }
      case (0, 1):
        let scalar = a[0]
        for i in 0..<count { (to + i).initialize(to: body(scalar, b[i])) }
      default:
        for i in 0..<count {
          (to + i).initialize(to: body(a[i &* stepLeft], b[i &* stepRight]))
        }
      }
      to += count
    }
  }
}

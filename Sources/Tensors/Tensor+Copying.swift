/// Elements moved between strided places, whatever their type.
enum StridedCopy {
  /// An edge of the squares in which transposed elements are moved, so that cache lines are used whole.
  private static let tile = 16

  /// Copies elements of `width` bytes; strides and addresses are those of the first elements.
  static func copy(
    shape: [Int], width: Int, from: UnsafeRawPointer, strides fromStrides: [Int],
    to: UnsafeMutableRawPointer, strides toStrides: [Int], polls: Bool = true
  ) throws(TensorError) {
    let walk = StridedWalk(shape, [fromStrides, toStrides], polls: polls)
    switch width {
    case 1: try copy(walk, from, to, of: UInt8.self)
    case 2: try copy(walk, from, to, of: UInt16.self)
    case 4: try copy(walk, from, to, of: UInt32.self)
    default: try copy(walk, from, to, of: UInt64.self)
    }
  }

  private static func copy<Word: FixedWidthInteger & BitwiseCopyable>(
    _ walk: StridedWalk, _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, of _: Word.Type
  ) throws(TensorError) {
    let width = MemoryLayout<Word>.size
    let (read, write) = (walk.step(0) &* width, walk.step(1) &* width)
    if let turned = TurnedPlane(walk) {
      try turned.copy(from, to, of: Word.self, tile: tile)
      return
    }
    try walk.forEachRun { offsets, count in
      let (source, target) = (from + offsets[0] &* width, to + offsets[1] &* width)
      if read == width && write == width {
        target.copyMemory(from: source, byteCount: count &* width)
      } else if read == 0 && write == width {
        let word = source.loadUnaligned(as: Word.self)
        for i in 0..<count {
          target.storeBytes(of: word, toByteOffset: i &* width, as: Word.self)
        }
      } else {
        for i in 0..<count {
          let word = source.loadUnaligned(fromByteOffset: i &* read, as: Word.self)
          target.storeBytes(of: word, toByteOffset: i &* write, as: Word.self)
        }
      }
    }
  }
}

/// Two axes of which the source has one as its fast axis and the target the other.
private struct TurnedPlane {
  let walk: StridedWalk
  /// The source's fast axis; the target's is the last.
  let axis: Int

  init?(_ walk: StridedWalk) {
    let last = walk.extents.count - 1
    guard last > 0, walk.count > 0, walk.step(1) == 1, walk.step(0) != 1, walk.extents[last] >= 8,
      let axis = (0..<last).last(where: { walk.step(0, axis: $0) == 1 && walk.extents[$0] >= 8 })
    else { return nil }
    (self.walk, self.axis) = (walk, axis)
  }

  func copy<Word: FixedWidthInteger & BitwiseCopyable>(
    _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, of _: Word.Type, tile: Int
  ) throws(TensorError) {
    let width = MemoryLayout<Word>.size
    let last = walk.extents.count - 1
    let (rows, columns) = (walk.extents[axis], walk.extents[last])
    let (read, write) = (walk.step(0) &* width, walk.step(1, axis: axis) &* width)
    let others = (0..<last).filter { $0 != axis }
    let planes = StridedWalk(
      others.map { walk.extents[$0] },
      [others.map { walk.step(0, axis: $0) }, others.map { walk.step(1, axis: $0) }],
      polls: walk.polls)
    let (stepRead, stepWrite) = (planes.step(0) &* width, planes.step(1) &* width)
    try planes.forEachRun { (offsets, count) throws(TensorError) in
      for plane in 0..<count {
        let source = from + offsets[0] &* width + plane &* stepRead
        let target = to + offsets[1] &* width + plane &* stepWrite
        for top in stride(from: 0, to: rows, by: tile) {
          try walk.poll()
          for left in stride(from: 0, to: columns, by: tile) {
            for row in top..<min(top + tile, rows) {
              for column in left..<min(left + tile, columns) {
                let word = source.loadUnaligned(
                  fromByteOffset: row &* width &+ column &* read, as: Word.self)
                target.storeBytes(
                  of: word, toByteOffset: row &* write &+ column &* width, as: Word.self)
              }
            }
          }
        }
      }
    }
  }
}

extension Tensor {
  /// The same tensor with its elements one after another: itself, or a copy of a view.
  func contiguous() throws(TensorError) -> Tensor { isContiguous ? self : try copied() }

  /// A tensor of its own memory.
  func copied() throws(TensorError) -> Tensor {
    let buffer = try TensorBuffer(elementType, shape: shape)
    let result = Tensor(buffer, shape: shape)
    try write(into: buffer.memory, strides: result.strides)
    return result
  }

  /// Writes the elements to other memory, of the same element type.
  func write(
    into target: UnsafeMutableRawPointer, strides targetStrides: [Int], polls: Bool = true
  ) throws(TensorError) {
    defer { withExtendedLifetime(buffer) {} }
    let width = elementType.byteCount
    try StridedCopy.copy(
      shape: shape, width: width, from: buffer.memory + offset * width, strides: strides,
      to: target, strides: targetStrides, polls: polls)
  }

  /// Writes the elements row-major, without looking for a stop.
  func copyElements<T>(to out: UnsafeMutablePointer<T>) {
    try? write(into: out, strides: Shape.strides(shape), polls: false)
  }
}

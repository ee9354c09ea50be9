extension KernelError {
  /// The product of extents; what is negative or too large is no size.
  static func extent(_ kernel: String, _ extents: Int...) throws(KernelError) -> Int {
    var product = 1
    for extent in extents {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      if extent < 0 || overflow {
        throw .size(kernel: kernel, argument: "extents", needed: 0, found: extent)
      }
      product = next
    }
    return product
  }

  /// Every index is in `0..<count`.
  static func check(
    _ kernel: String, _ argument: String, _ indices: UnsafeBufferPointer<Int32>, below count: Int
  ) throws(KernelError) {
    let bound = UInt32(clamping: count)
    for place in indices.indices where UInt32(bitPattern: indices[place]) >= bound {
      throw .index(
        kernel: kernel, argument: argument, place: place, index: Int(indices[place]), count: count)
    }
  }
}

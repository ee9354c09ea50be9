import CKernels

/// A product that is to be made: a matrix, and where its outputs go.
///
/// Plain memory, so that a decode step makes no objects: whoever uses it keeps the matrix and the
/// outputs alive.
public struct QuantizedProduct {
  var product: ck_packed_product
  let inputs: Int
  let room: Int

  /// - Parameters:
  ///   - y: `[rows, outputs]`
  ///   - adding: the product is added to what `y` holds, by one addition more.
  public init(
    _ matrix: QuantizedMatrix, into y: UnsafeMutableBufferPointer<Float>, adding: Bool = false
  ) {
    product = ck_packed_product(
      format: matrix.format.code, packed: matrix.packed, outputs: matrix.outputs,
      y: y.baseAddress, y_row: matrix.outputs, adds: adding)
    inputs = matrix.inputs
    room = y.count
  }

  func check(rows: Int, width: Int) throws(KernelError) {
    try KernelError.check("quantized product", "x", width, inputs)
    let (needed, overflow) = rows.multipliedReportingOverflow(by: product.outputs)
    try KernelError.check("quantized product", "y", room, overflow ? Int.max : needed)
  }
}

/// Rows in 8 bits that products take.
public protocol QuantizedActivations: AnyObject {
  var rows: Int { get }
  var width: Int { get }
  var memory: QuantizedMemory { get }
}

extension QuantizedActivations {
  /// One product.
  public func multiply(_ product: QuantizedProduct) throws(KernelError) {
    try product.check(rows: rows, width: width)
    withUnsafePointer(to: product.product) { run($0, 1) }
  }

  /// Two products with the same rows, in one parallel region.
  public func multiply(_ first: QuantizedProduct, _ second: QuantizedProduct) throws(KernelError) {
    try first.check(rows: rows, width: width)
    try second.check(rows: rows, width: width)
    withUnsafeTemporaryAllocation(of: ck_packed_product.self, capacity: 2) { all in
      all.initializeElement(at: 0, to: first.product)
      all.initializeElement(at: 1, to: second.product)
      if let start = all.baseAddress { run(start, 2) }
    }
  }

  /// Three products with the same rows, in one parallel region.
  public func multiply(
    _ first: QuantizedProduct, _ second: QuantizedProduct, _ third: QuantizedProduct
  ) throws(KernelError) {
    try first.check(rows: rows, width: width)
    try second.check(rows: rows, width: width)
    try third.check(rows: rows, width: width)
    withUnsafeTemporaryAllocation(of: ck_packed_product.self, capacity: 3) { all in
      all.initializeElement(at: 0, to: first.product)
      all.initializeElement(at: 1, to: second.product)
      all.initializeElement(at: 2, to: third.product)
      if let start = all.baseAddress { run(start, 3) }
    }
  }

  /// Any number of products with the same rows, in one parallel region.
  public func multiply(_ products: UnsafeBufferPointer<QuantizedProduct>) throws(KernelError) {
    for product in products { try product.check(rows: rows, width: width) }
    withUnsafeTemporaryAllocation(of: ck_packed_product.self, capacity: products.count) { all in
      for (place, product) in products.enumerated() {
        all.initializeElement(at: place, to: product.product)
      }
      if let start = all.baseAddress { run(start, products.count) }
    }
  }

  private func run(_ products: UnsafePointer<ck_packed_product>, _ count: Int) {
    var x = ck_quantized_rows(
      q: memory.numbers, scales: memory.scales, sums: memory.sums, rows: rows, inputs: width)
    ck_multiply_packed(&x, products, count)
  }
}

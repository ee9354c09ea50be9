import Files

extension SafetensorsWriter {
  /// A tensor that is to come.
  public struct Declaration: Sendable {
    public let name: String
    public let shape: [Int]
    public let format: NumberFormat

    public init(name: String, shape: [Int], format: NumberFormat) {
      (self.name, self.shape, self.format) = (name, shape, format)
    }
  }

  /// Writes a file whose tensors are asked for one at a time, whole or not at all.
  ///
  /// - Parameter values: a tensor's numbers, row-major, asked for in the order of `tensors`.
  /// - Throws: what `values` throws; ``ModelError/malformed(path:field:reason:)`` for names that are
  ///   taken, shapes that cannot be, other numbers of values, and values that are finite but become
  ///   infinite; ``ModelError/file(_:)``, ``ModelError/interrupted(_:)``.
  public static func write(
    _ tensors: [Declaration], metadata: [(key: String, value: String)] = [], to path: String,
    values: (Declaration) throws(ModelError) -> [Float]
  ) throws(ModelError) {
    func fail(_ name: String, _ reason: String) -> ModelError {
      .malformed(path: path, field: "tensor '\(name)'", reason: reason)
    }
    var entries: [Entry] = []
    var names: Set<String> = ["__metadata__"]
    var end = 0
    for tensor in tensors {
      guard names.insert(tensor.name).inserted else { throw fail(tensor.name, "the name is taken") }
      var length = tensor.format.byteCount
      for extent in tensor.shape {
        let (product, overflow) = length.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else {
          throw fail(tensor.name, "the shape \(tensor.shape) cannot be")
        }
        length = product
      }
      let (next, overflow) = end.addingReportingOverflow(length)
      guard !overflow else { throw fail(tensor.name, "the file would be larger than can be") }
      entries.append(
        Entry(name: tensor.name, format: tensor.format, shape: tensor.shape, range: end..<next))
      end = next
    }
    let stream = try ModelFileStream(path: path)
    try stream.write(header(entries, metadata: metadata))
    for (tensor, entry) in zip(tensors, entries) {
      let numbers = try values(tensor)
      let bytes: [UInt8]
      do throws(TooLarge) { bytes = try tensor.format.encoding(numbers) } catch {
        throw fail(tensor.name, "\(error.value) is too large for \(tensor.format.rawValue)")
      }
      guard bytes.count == entry.range.count else {
        throw fail(
          tensor.name, "\(numbers.count) values do not fill the shape \(tensor.shape)")
      }
      try stream.write(bytes)
    }
    try stream.finish()
  }
}

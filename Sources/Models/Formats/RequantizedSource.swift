import Kernels

/// A checkpoint whose matrices are rounded to another type when they are read: what a file written by
/// ``ModelConversion`` would hold, without the file.
struct RequantizedSource: TensorSource {
  let base: any TensorSource
  let types: ModelConversion.TypeChoice
  /// Tensors that stay as they are: norms, routers, positions.
  let kept: Set<String>

  var path: String { base.path }
  var tensorNames: [String] { base.tensorNames }
  func shape(of name: String) -> [Int]? { base.shape(of: name) }
  func digest() throws(ModelError) -> String { try base.digest() }

  var identity: String? { base.identity.map { "\($0) as \(types)" } }

  private func type(_ name: String) -> GGUFTensorType? {
    base.shape(of: name).map { kept.contains(name) ? .f32 : types.type(of: name, shape: $0) }
  }

  func typeName(of name: String) -> String? { type(name)?.name }

  func byteCount(of name: String) -> Int? {
    guard let type = type(name), let count = shape(of: name)?.reduce(1, &*) else { return nil }
    return count / type.blockLength * type.blockBytes
  }

  private func bytes(_ name: String, _ type: GGUFTensorType) throws(ModelError) -> [UInt8] {
    if base.typeName(of: name) == type.name, let bytes = try (base as? GGUFFile)?.bytes(name) {
      return bytes
    }
    return try encoded(try base.floats(name), name, type)
  }

  private func encoded(_ values: [Float], _ name: String, _ type: GGUFTensorType)
    throws(ModelError) -> [UInt8]
  {
    do throws(KernelError) { return try type.encoding(values) } catch {
      throw .configuration(
        path: path, field: name,
        reason: "it cannot be kept as \(type.name): \(error.message)")
    }
  }

  func floats(_ name: String) throws(ModelError) -> [Float] {
    guard let type = type(name) else { throw .missingTensor(path: path, name: name) }
    // What is kept so already means what it meant.
    if base.typeName(of: name) == type.name { return try base.floats(name) }
    return try rounded(try base.floats(name), name, type)
  }

  private func rounded(_ values: [Float], _ name: String, _ type: GGUFTensorType)
    throws(ModelError) -> [Float]
  {
    if base.typeName(of: name) == type.name { return values }
    let decoder: ElementDecoder
    switch type {
    case .f32: return values
    case .f16: decoder = .f16
    case .bf16: decoder = .bf16
    default:
      guard let format = type.blockFormat else {
        throw .unsupported(path: path, feature: "weights kept as \(type.name)")
      }
      decoder = .blocks(format)
    }
    return try decoder.floats(try encoded(values, name, type))
  }

  func rows(_ name: String, _ range: Range<Int>) throws(ModelError) -> [Float] {
    guard let type = type(name), let shape = shape(of: name), let rows = shape.first,
      range.lowerBound >= 0, range.upperBound <= rows
    else { throw .missingTensor(path: path, name: name) }
    // Rows are whole blocks, so some of them are rounded as all of them are.
    return try rounded(try base.rows(name, range), name, type)
  }

  func halves(_ name: String) throws(ModelError) -> StoredHalves? {
    guard let type = type(name), let format = type.halfFormat, let shape = shape(of: name),
      shape.count == 2
    else { return nil }
    if base.typeName(of: name) == type.name { return try base.halves(name) }
    return StoredHalves(
      format: format, values: format.narrowing(try base.floats(name)), outputs: shape[0],
      inputs: shape[1])
  }

  func quantized(_ name: String) throws(ModelError) -> QuantizedMatrix? {
    guard let type = type(name), let format = type.blockFormat, let shape = shape(of: name),
      shape.count == 2
    else { return nil }
    do {
      return try QuantizedMatrix.copying(
        try bytes(name, type), format: format, inputs: shape[1], outputs: shape[0])
    } catch { throw ModelError(cause: error) }
  }
}

import Files
import Kernels

/// Checkpoints written again: other element types, other formats.
///
/// Tensors are read, changed and written one at a time.
public enum ModelConversion {
  /// How a tensor is written: its name there and, where the formats order numbers differently, what is
  /// done to them.
  public struct Place: Sendable {
    public var name: String
    /// Outermost extent first.
    public var shape: [Int]
    /// Numbers in, as many numbers out.
    public var rearranging: (@Sendable ([Float]) throws(ModelError) -> [Float])?

    public init(
      name: String, shape: [Int],
      rearranging: (@Sendable ([Float]) throws(ModelError) -> [Float])? = nil
    ) {
      (self.name, self.shape, self.rearranging) = (name, shape, rearranging)
    }
  }

  /// The place of a tensor in the new file by its name and shape in the old one; nil leaves it out.
  public typealias Mapping = @Sendable (_ name: String, _ shape: [Int]) throws(ModelError) -> Place?

  /// Every tensor as it is.
  public static let identity: Mapping = { (name, shape) throws(ModelError) in
    Place(name: name, shape: shape)
  }

  // MARK: To GGUF

  /// Writes a GGUF file of any source's tensors.
  ///
  /// Tensors with fewer than two axes become F32. A tensor that has the wanted type already, or is of
  /// whole numbers or F64 in a GGUF file, and is not rearranged is copied bit for bit.
  ///
  /// - Parameters:
  ///   - metadata: sets the file's metadata, but for its alignment, `general.file_type` and
  ///     `general.quantization_version`.
  ///   - types: the types by the name in the new file.
  /// - Throws: what the mapping throws; ``ModelError/configuration(path:field:reason:)`` where numbers
  ///   cannot be written in the type; what reading and writing throws.
  public static func writeGGUF(
    _ source: some TensorSource, to path: String, types: TypeChoice, mapping: Mapping = identity,
    metadata: (inout GGUFWriter) throws(ModelError) -> Void
  ) throws(ModelError) {
    var writer = GGUFWriter()
    try metadata(&writer)
    try writer.set("general.file_type", .uint32(types.fileType))
    if types.isQuantized { try writer.set("general.quantization_version", .uint32(2)) }
    var work: [String: (source: String, place: Place, type: GGUFTensorType)] = [:]
    for name in source.tensorNames {
      guard let shape = source.shape(of: name), let place = try mapping(name, shape) else {
        continue
      }
      var type = types.type(of: place.name, shape: place.shape)
      if place.rearranging == nil, let kept = (source as? GGUFFile)?.type(of: name),
        !kept.isWritable,
        kept.blockLength == 1
      {
        type = kept
      }
      try writer.declare(place.name, shape: place.shape, type: type)
      work[place.name] = (name, place, type)
    }
    try writer.write(to: path) { (name) throws(ModelError) in
      guard let item = work[name] else { throw .missingTensor(path: source.path, name: name) }
      if item.place.rearranging == nil, source.typeName(of: item.source) == item.type.name,
        let bytes = try (source as? GGUFFile)?.bytes(item.source)
      {
        return bytes
      }
      let values = try numbers(source, item.source, item.place)
      do throws(KernelError) { return try item.type.encoding(values) } catch {
        throw .configuration(
          path: source.path, field: item.source,
          reason: "it cannot be written as \(item.type.name): \(error.message)")
      }
    }
  }

  /// Writes a GGUF file again with other types; its metadata are kept.
  public static func quantize(_ source: GGUFFile, to path: String, types: TypeChoice)
    throws(ModelError)
  {
    try writeGGUF(source, to: path, types: types) { (writer) throws(ModelError) in
      try writer.set(
        from: source.header, leaving: ["general.file_type", "general.quantization_version"])
    }
  }

  // MARK: To safetensors

  /// Writes a safetensors file of any source's tensors, all of one type.
  ///
  /// - Throws: as ``writeGGUF(_:to:types:mapping:metadata:)``.
  public static func writeSafetensors(
    _ source: some TensorSource, to path: String, format: SafetensorsWriter.NumberFormat,
    metadata: [(key: String, value: String)] = [("format", "pt")], mapping: Mapping = identity
  ) throws(ModelError) {
    var tensors: [SafetensorsWriter.Declaration] = []
    var work: [String: (source: String, place: Place)] = [:]
    for name in source.tensorNames {
      guard let shape = source.shape(of: name), let place = try mapping(name, shape) else {
        continue
      }
      tensors.append(.init(name: place.name, shape: place.shape, format: format))
      work[place.name] = (name, place)
    }
    try SafetensorsWriter.write(tensors, metadata: metadata, to: path) {
      (tensor) throws(ModelError) in
      guard let item = work[tensor.name] else {
        throw .missingTensor(path: source.path, name: tensor.name)
      }
      return try numbers(source, item.source, item.place)
    }
  }

  private static func numbers(_ source: some TensorSource, _ name: String, _ place: Place)
    throws(ModelError) -> [Float]
  {
    let values = try source.floats(name)
    guard let rearranging = place.rearranging else { return values }
    return try rearranging(values)
  }
}

import Files
import Kernels
import Tensors

/// Tensors that stand in no file, as a model takes its weights from.
struct MemoryTensors: TensorSource {
  let path: String
  private let tensors: [(name: String, value: Tensor)]

  init(name: String, _ tensors: [(name: String, value: Tensor)]) {
    (path, self.tensors) = (name, tensors)
  }

  /// A network's weights in the form of a file, whose recipes are gone back.
  ///
  /// - Throws: ``ModelError/missingTensor(path:name:)`` and ``ModelError/shape(path:name:expected:found:)`` for
  ///   weights that do not fit the network; ``ModelError/unsupported(path:feature:)`` for recipes of formats
  ///   that are only read.
  init(name: String, _ reading: ArchitectureReading, weights: [WeightKey: Tensor])
    throws(ModelError)
  {
    var order: [String] = []
    var parts: [String: [(recipe: WeightRecipe, value: Tensor)]] = [:]
    for (key, shape) in reading.network.weightShapes {
      guard let value = weights[key], let recipe = reading.recipes[key] else {
        throw .missingTensor(path: name, name: key.name)
      }
      guard value.shape == shape else {
        throw .shape(path: name, name: key.name, expected: shape, found: value.shape)
      }
      if parts[recipe.source] == nil { order.append(recipe.source) }
      parts[recipe.source, default: []].append((recipe, value))
    }
    var tensors: [(name: String, value: Tensor)] = []
    for source in order {
      tensors.append((source, try Self.stored(parts[source] ?? [], source, name)))
    }
    self.init(name: name, tensors)
  }

  /// The tensors of several networks of one file.
  init(joining parts: [MemoryTensors], name: String) {
    self.init(name: name, parts.flatMap(\.tensors))
  }

  /// Weights that stand in one tensor, put together as they are stored.
  private static func stored(
    _ parts: [(recipe: WeightRecipe, value: Tensor)], _ name: String, _ path: String
  ) throws(ModelError) -> Tensor {
    var rows: [(start: Int, value: Tensor)] = []
    for (recipe, value) in parts {
      let plain = recipe.slice == nil && recipe.offset == 0 && recipe.others.isEmpty
      switch recipe.rows {
      case .all where plain: rows.append((0, value))
      case .range(let range) where plain: rows.append((range.lowerBound, value))
      default: throw .unsupported(path: path, feature: "writing '\(name)' in this format")
      }
    }
    rows.sort { $0.start < $1.start }
    do throws(TensorError) {
      let all = rows.count == 1 ? rows[0].value : try Tensor.concatenated(rows.map(\.value))
      return parts.contains { $0.recipe.isTransposed } ? try all.transposed() : all
    } catch { throw ModelError(cause: error) }
  }

  var tensorNames: [String] { tensors.map(\.name) }
  func shape(of name: String) -> [Int]? { value(name)?.shape }
  func typeName(of name: String) -> String? { value(name) == nil ? nil : "F32" }
  func byteCount(of name: String) -> Int? { value(name).map { 4 * $0.count } }
  func quantized(_ name: String) throws(ModelError) -> QuantizedMatrix? { nil }

  private func value(_ name: String) -> Tensor? { tensors.first { $0.name == name }?.value }

  func floats(_ name: String) throws(ModelError) -> [Float] {
    guard let value = value(name) else { throw .missingTensor(path: path, name: name) }
    return value.floats
  }

  func rows(_ name: String, _ range: Range<Int>) throws(ModelError) -> [Float] {
    guard let value = value(name), value.rank > 0, range.lowerBound >= 0,
      range.upperBound <= value.shape[0]
    else { throw .missingTensor(path: path, name: name) }
    let width = value.shape.dropFirst().reduce(1, &*)
    return Array(value.floats[range.lowerBound * width..<range.upperBound * width])
  }

  func digest() throws(ModelError) -> String {
    var digest = Digest()
    for (name, value) in tensors {
      digest.add(field: "\(name) \(value.shape)")
      for number in value.floats {
        withUnsafeBytes(of: number.bitPattern.littleEndian) { digest.add($0) }
      }
    }
    return digest.hexadecimal()
  }
}

import Files
import Kernels
import Tensors

extension InputMap {
  private static let kindField = "input"
  private static let probabilityField = "input_probability"

  /// What `config.json` says of a map that gives each sequence a table of its own; nothing of others.
  var sequenceFields: [JSON.Member] {
    switch self {
    case .learned, .frozen, .codes: []
    case .normalPerSequence:
      [.init(Self.kindField, .string(Kind.normalPerSequence.rawValue))]
    case .semiLexinvariant(let probability):
      [
        .init(Self.kindField, .string(Kind.semiLexinvariant.rawValue)),
        .init(Self.probabilityField, .number(probability)),
      ]
    }
  }

  /// The map that ``sequenceFields`` speaks of; nil where there is none.
  init?(sequenceFields fields: [JSON.Member]) {
    func field(_ name: String) -> JSON? { fields.first { $0.key == name }?.value }
    switch field(Self.kindField)?.stringValue.flatMap({ Kind(rawValue: $0) }) {
    case .normalPerSequence: self = .normalPerSequence
    case .semiLexinvariant:
      guard let probability = field(Self.probabilityField)?.doubleValue,
        (0...1).contains(probability)
      else { return nil }
      self = .semiLexinvariant(probability: probability)
    default: return nil
    }
  }
}

extension TransformerModel {
  /// The input map of a model whose sequences have tables of their own; nil for all others.
  ///
  /// Such a model, as it stands, reads every sequence by one table: a draw that its seed names, or the
  /// trained table of ``InputMap/semiLexinvariant(probability:)``.
  public var sequenceInput: InputMap? { InputMap(sequenceFields: configuration) }

  /// The same network with a sequence's own table, drawn as in training.
  ///
  /// - Parameter stream: names the draw; the same one gives the same bits.
  /// - Throws: ``ModelError/input(reason:)`` for a model with one table for all sequences.
  /// - Complexity: O(parameters): all weights are packed again.
  public func drawingTable(stream: RandomStream) throws(ModelError) -> TransformerModel {
    guard let input = sequenceInput else {
      throw .input(
        reason: "'\(name)' reads all sequences by one table; those of models made with "
          + "input=gauss_per_sequence or semilex are drawn")
    }
    let trained = Variable(constant: try weight(WeightKey(.embedding).name))
    let table: Tensor
    do throws(TensorError) { table = try input.sequenceTable(trained, stream: stream).value } catch
    {
      throw ModelError(cause: error)
    }
    return try replacingTable(table)
  }

  /// The same network with another table of its input, which is that of its scores where they are tied.
  ///
  /// - Parameter table: `[vocabulary, width]`.
  /// - Throws: ``ModelError/shape(path:name:expected:found:)``, and ``ModelError/unsupported(path:feature:)``
  ///   for a format that does not hold the table as it is.
  public func replacingTable(_ table: Tensor) throws(ModelError) -> TransformerModel {
    let key = WeightKey(.embedding)
    let shape = [network.embedding.vocabularySize, network.width]
    guard table.shape == shape else {
      throw .shape(path: name, name: key.name, expected: shape, found: table.shape)
    }
    guard let recipe = reading.recipes[key], recipe.isIdentity else {
      throw .unsupported(path: name, feature: "another input table in this format")
    }
    return try TransformerModel(
      name: name, reading: reading,
      source: ReplacedTensor(base: source, name: recipe.source, value: table),
      activations: activations, tokenizer: tokenizer, configuration: configuration)
  }
}

/// The tensors of a checkpoint, but for one.
private struct ReplacedTensor: TensorSource {
  let base: any TensorSource
  let name: String
  let value: Tensor

  var path: String { base.path }
  var tensorNames: [String] { base.tensorNames }
  func shape(of name: String) -> [Int]? {
    name == self.name ? value.shape : base.shape(of: name)
  }
  func typeName(of name: String) -> String? {
    name == self.name ? "F32" : base.typeName(of: name)
  }
  func byteCount(of name: String) -> Int? {
    name == self.name ? 4 * value.count : base.byteCount(of: name)
  }
  func floats(_ name: String) throws(ModelError) -> [Float] {
    name == self.name ? value.floats : try base.floats(name)
  }
  func rows(_ name: String, _ range: Range<Int>) throws(ModelError) -> [Float] {
    guard name == self.name else { return try base.rows(name, range) }
    guard range.lowerBound >= 0, range.upperBound <= value.shape[0] else {
      throw .missingTensor(path: path, name: name)
    }
    let width = value.shape[1]
    return Array(value.floats[range.lowerBound * width..<range.upperBound * width])
  }
  func quantized(_ name: String) throws(ModelError) -> QuantizedMatrix? {
    name == self.name ? nil : try base.quantized(name)
  }
  func halves(_ name: String) throws(ModelError) -> StoredHalves? {
    name == self.name ? nil : try base.halves(name)
  }

  func digest() throws(ModelError) -> String {
    var digest = Digest()
    digest.add(field: try base.digest())
    digest.add(field: name)
    for number in value.floats {
      withUnsafeBytes(of: number.bitPattern.littleEndian) { digest.add($0) }
    }
    return digest.hexadecimal()
  }
}

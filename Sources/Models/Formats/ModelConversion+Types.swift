import Kernels

extension ModelConversion {
  /// The element types that the tensors of a GGUF file get.
  public struct TypeChoice: Sendable {
    /// Of matrices, and tensors of more axes.
    public var matrices: GGUFTensorType
    /// Of `token_embd.weight`; as matrices where it is nil.
    public var embeddings: GGUFTensorType?
    /// Of `output.weight`; as matrices where it is nil.
    public var output: GGUFTensorType?

    /// - Throws: ``ModelError/unsupported(path:feature:)`` for types that cannot be written.
    public init(
      matrices: GGUFTensorType, embeddings: GGUFTensorType? = nil, output: GGUFTensorType? = nil
    ) throws(ModelError) {
      for type in [matrices, embeddings, output].compactMap(\.self) where !type.isWritable {
        throw .unsupported(path: "GGUF", feature: "writing of \(type.name)")
      }
      (self.matrices, self.embeddings, self.output) = (matrices, embeddings, output)
    }

    var isQuantized: Bool {
      [matrices, embeddings, output].contains { $0?.blockFormat != nil }
    }

    /// llama.cpp's number of the kind of file (`general.file_type`).
    public var fileType: UInt32 {
      switch matrices {
      case .f16: 1
      case .q4x0: 2
      case .q4x1: 3
      case .q8x0: 7
      case .q5x0: 8
      case .q5x1: 9
      case .q2K: 10
      case .q3K: 12
      case .q4K: 15
      case .q5K: 17
      case .q6K: 18
      case .iq4NL: 25
      case .bf16: 32
      default: 0
      }
    }

    /// Parts of names: small tensors that much depends on, which llama.cpp leaves as F32 too.
    private static let keptWide = [
      "norm", "ffn_gate_inp.weight", "ssm_conv1d", "position_embd", "token_types", "attn_rel_b",
    ]

    /// The type of one tensor. Rows that are no whole blocks get the nearest type with shorter blocks,
    /// as llama.cpp chooses, and where there is none F16.
    public func type(of name: String, shape: [Int]) -> GGUFTensorType {
      guard shape.count > 1, let width = shape.last else { return .f32 }
      if Self.keptWide.contains(where: { name.contains($0) }) { return .f32 }
      var type = matrices
      if name == "token_embd.weight" { type = embeddings ?? matrices }
      if name == "output.weight" { type = output ?? matrices }
      if width % type.blockLength != 0 { type = type.withShorterBlocks }
      return width % type.blockLength == 0 ? type : .f16
    }
  }
}

extension GGUFTensorType {
  /// Whether numbers can be written in this type.
  public var isWritable: Bool {
    switch self {
    case .f32, .f16, .bf16: true
    default: blockFormat != nil
    }
  }

  fileprivate var withShorterBlocks: GGUFTensorType {
    switch self {
    case .q2K, .q3K: .iq4NL
    case .q4K: .q5x0
    case .q5K: .q5x1
    case .q6K: .q8x0
    default: self
    }
  }

  /// Numbers as they stand in a file.
  func encoding(_ values: [Float]) throws(KernelError) -> [UInt8] {
    if let format = blockFormat { return try format.quantizing(values) }
    let format: SafetensorsWriter.NumberFormat? =
      switch self {
      case .f32: .f32
      case .f16: .f16
      case .bf16: .bf16
      default: nil
      }
    guard let format else {
      throw .value(kernel: "encode", argument: "type", allowed: "of those that can be written")
    }
    do throws(SafetensorsWriter.TooLarge) { return try format.encoding(values) } catch {
      throw .number(kernel: "encode", argument: name, found: Double(error.value))
    }
  }
}

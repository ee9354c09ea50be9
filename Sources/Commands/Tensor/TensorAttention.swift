import Kernels
import Language
import Tensors

/// `tensor.normalize`: mean 0 and variance 1, or length alone.
struct TensorNormalize: Command {
  static let name = "tensor.normalize"
  static let summary = "Layer, RMS, group or batch norm: values of mean 0 and variance 1."
  static let searchWords = ["layernorm", "rmsnorm", "groupnorm", "batchnorm", "standardize"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.normalize [1, 3] epsilon=0", shows: "tensor f32 [2]\n-1  1"),
    Example(
      "tensor.normalize [3, 3] kind=rms epsilon=0 gain=[1, 2]", shows: "tensor f32 [2]\n1  2"),
    Example(
      "tensor.normalize [[1, 3, 10, 30]] kind=group groups=2 epsilon=0",
      shows: "tensor f32 [1, 4]\n-1  1  -1  1"),
  ]

  enum Kind: String, WordParameter { case layer, rms, group, batch }

  let tensor = Argument<Tensor>(
    "The tensor; layer and rms go over the last axis, group and batch take [batch, channels, …].")
  let kind = Option("Over what; rms leaves the mean where it is.", default: Kind.layer)
  let groups = Option("Into how many parts a group norm takes the channels.", default: 1, in: 1...)
  let gain = Option<Tensor?>("What results are multiplied by, along the last axis or the channels.")
  let bias = Option<Tensor?>("What is added to them then; rms has none.")
  let epsilon = Option("What is added to the variance.", default: 1e-5, in: 0.0...)

  func run(_ call: Call) throws -> Value {
    let inputs = try Variable.reals([try call[tensor], try call[gain], try call[bias]])
    guard let x = inputs[0] else { return .null }
    let (gain, bias, epsilon) = (inputs[1], inputs[2], try call[epsilon])
    switch try call[kind] {
    case .layer: return .tensor(try x.layerNorm(gain: gain, bias: bias, epsilon: epsilon).value)
    case .rms:
      if bias != nil {
        throw call.outOfRange(self.bias, given: .null, range: "nothing with kind=rms")
      }
      return .tensor(try x.rmsNorm(gain: gain, epsilon: epsilon).value)
    case .group:
      return .tensor(
        try x.groupNorm(groups: try call[groups], gain: gain, bias: bias, epsilon: epsilon).value)
    case .batch:
      return .tensor(try x.batchNorm(gain: gain, bias: bias, epsilon: epsilon).result.value)
    }
  }
}

/// `tensor.attention`: values by the likeness of keys to queries.
struct TensorAttention: Command {
  static let name = "tensor.attention"
  static let summary = "Mix values by the softmax of the products of queries and keys."
  static let searchWords = [
    "transformer", "self-attention", "scaled dot product", "causal", "heads",
  ]
  static let source: Source? = .arXiv("1706.03762", "Attention Is All You Need", year: 2017)
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.attention [[1], [1]] [[0], [0]] [[2], [4]]", shows: "tensor f32 [2, 1]\n3\n3"),
    Example(
      "tensor.attention [[1], [1]] [[0], [0]] [[2], [4]] causal=true",
      shows: "tensor f32 [2, 1]\n2\n3"),
  ]

  let queries = Argument<Tensor>(
    "[rows, width], [rows, heads, width] or [batch, rows, heads, width].")
  let keys = Argument<Tensor>("Alike, with rows and heads of their own; these heads divide those.")
  let values = Argument<Tensor>("As the keys, of any width.")
  let causal = Option(
    "Each row sees the keys up to its own; the last row's own is the last key.", default: false)
  let window = Option<Int?>("How many keys before its own a row sees, if causal.", in: 0...)
  let scale = Option<Double?>("What products are multiplied by; 1 / sqrt(width) if not given.")
  let softcap = Option<Double?>("Where given, products are bent to stay within it.")

  func run(_ call: Call) throws -> Value {
    let inputs = try Variable.reals([try call[queries], try call[keys], try call[values]])
    guard let q = inputs[0], let k = inputs[1], let v = inputs[2] else { return .null }
    // Rows without heads are rows of one head.
    let isFlat = q.rank == 2 && k.rank == 2 && v.rank == 2
    let heads = try [q, k, v].map { isFlat ? try $0.reshaped([$0.shape[0], 1, -1]) : $0 }
    let offset =
      q.rank == k.rank && q.rank > 1
      ? k.shape[max(0, heads[1].rank - 3)] - q.shape[max(0, heads[0].rank - 3)] : 0
    let visibility: AttentionVisibility =
      switch (try call[causal], try call[window]) {
      case (true, let before?): .window(before: before, offset: offset)
      case (true, nil): .causal(offset: offset)
      case (false, _): .all
      }
    let result = try Variable.attention(
      queries: heads[0], keys: heads[1], values: heads[2], visibility: visibility,
      scale: try call[scale], softcap: try call[softcap])
    return .tensor(isFlat ? try result.reshaped([q.shape[0], -1]).value : result.value)
  }
}

/// `tensor.rope`: rotary positions.
struct TensorRope: Command {
  static let name = "tensor.rope"
  static let summary = "Turn pairs of values by angles that grow with their row's position."
  static let searchWords = ["rotary", "position", "embedding", "roformer"]
  static let source: Source? = .arXiv("2104.09864", "RoFormer", year: 2021)
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.rope [[1, 0], [1, 0]]",
      shows: "tensor f32 [2, 2]\n       1         0\n0.540302  0.841471")
  ]

  enum Pairing: String, WordParameter { case halves, interleaved }

  let tensor = Argument<Tensor>("[rows, width] or […, rows, heads, width], of an even width.")
  let positions = Option<Tensor?>("Where the rows stand; 0, 1, 2, … if not given.")
  let base = Option("The frequencies' base.", default: 10_000.0, in: 1.0...)
  let pairing = Option(
    "Which values turn together: those half a width apart, or neighbours.",
    default: Pairing.halves)

  func run(_ call: Call) throws -> Value {
    let x = try Variable.real(try call[tensor])
    let heads = x.rank == 2 ? try x.reshaped([x.shape[0], 1, x.shape[1]]) : x
    guard heads.rank > 2, let width = heads.shape.last, width % 2 == 0 else {
      throw call.wrongType(
        tensor, wanted: "rows of an even width", given: .tensor(x.value))
    }
    let rows = heads.shape[heads.rank - 3]
    let positions: RotaryPositions
    if let given = try call[self.positions] {
      positions = .real(try given.cast(to: .f32).floats)
    } else {
      positions = .whole((0..<rows).map { Int32(truncatingIfNeeded: $0) })
    }
    let turned = try heads.rotated(
      RotaryFrequencies(base: try call[base], pairs: width / 2), positions: positions,
      pairing: try call[pairing] == .halves ? .halves : .interleaved)
    return .tensor(try turned.reshaped(x.shape).value)
  }
}

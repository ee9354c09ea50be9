import Kernels
import Tensors
import Testing

@testable import Training

@Suite("The network's passes") struct LlamaNetworkTests {
  static let shapes = [
    LlamaShape(
      vocabulary: 11, width: 8, layers: 2, heads: 2, keyValueHeads: 1, mlp: 12, context: 6),
    LlamaShape(vocabulary: 19, width: 20, layers: 1, heads: 5, mlp: 7, context: 40),
    LlamaShape(
      vocabulary: 40, width: 64, layers: 2, heads: 4, keyValueHeads: 2, mlp: 33, context: 24),
  ]

  /// Parameters of a size at which all parts of the network matter.
  static func network(_ shape: LlamaShape, seed: UInt64) throws -> LlamaNetwork {
    let network = try LlamaNetwork(shape)
    var stream = RandomStream(seed: seed, path: ["network"])
    for tensor in network.table.tensors {
      for index in tensor.range {
        network.parameters.view[index] =
          Float(stream.normal()) * (tensor.isMatrix ? 0.3 : 0.2) + (tensor.isMatrix ? 0 : 1)
      }
    }
    return network
  }

  /// Segments of uneven lengths, with one of a single row.
  static func batch(_ shape: LlamaShape, seed: UInt64) -> PackedBatch {
    var stream = RandomStream(seed: seed, path: ["batch"])
    let lengths = [shape.context, 1, shape.context / 2, shape.context - 1]
    let rows = lengths.reduce(0, +)
    var starts = [0]
    for length in lengths { starts.append((starts.last ?? 0) + length) }
    func ids() -> [Int32] { (0..<rows).map { _ in Int32(stream.int(below: shape.vocabulary)) } }
    return PackedBatch(inputs: ids(), targets: ids(), starts: starts)
  }

  static func twin(_ network: LlamaNetwork) -> NaiveLlama {
    NaiveLlama(
      shape: network.shape, table: network.table,
      parameters: network.parameters.view.map(Double.init))
  }

  @Test("the loss is that of the formulas in f64", arguments: 0..<shapes.count)
  func loss(index: Int) throws {
    let shape = Self.shapes[index]
    let network = try Self.network(shape, seed: 3)
    let batch = Self.batch(shape, seed: 4)
    let loss = Double(try network.lossAndGradients(batch))
    #expect(abs(loss - Self.twin(network).loss(batch)) < 2e-5)
  }

  @Test("every parameter's gradient is the slope of the loss in f64", arguments: [0, 1])
  func gradients(index: Int) throws {
    let shape = Self.shapes[index]
    let network = try Self.network(shape, seed: 5)
    let batch = Self.batch(shape, seed: 6)
    _ = try network.lossAndGradients(batch)
    var twin = Self.twin(network)
    let step = 1e-5
    for tensor in network.table.tensors {
      var (worst, size) = (0.0, 0.0)
      // The larger network's tensors by samples, the small one's whole.
      for place in tensor.range where index == 0 || place % 7 == 0 {
        let value = twin.parameters[place]
        twin.parameters[place] = value + step
        let above = twin.loss(batch)
        twin.parameters[place] = value - step
        let below = twin.loss(batch)
        twin.parameters[place] = value
        let slope = (above - below) / (2 * step)
        worst = max(worst, abs(slope - Double(network.gradients.view[place])))
        size = max(size, abs(slope))
      }
      #expect(worst < 2e-5 * max(size, 0.1), "\(tensor.name): off by \(worst) at size \(size)")
      #expect(size > 1e-6, "\(tensor.name) has no gradient to compare")
    }
  }

  @Test("loss and gradients have the same bits for any share and instance", arguments: 0..<3)
  func sameBits(index: Int) throws {
    let shape = Self.shapes[index]
    let network = try Self.network(shape, seed: 7)
    let batch = Self.batch(shape, seed: 8)
    let before = Machine.shares
    defer {
      Machine.shares = before
      Machine.useVariant(nil)
    }
    let loss = try network.lossAndGradients(batch)
    let gradients = network.gradients.values.map(\.bitPattern)
    for shares in [2, 3, 7] {
      Machine.shares = shares
      #expect(try network.lossAndGradients(batch) == loss)
      #expect(network.gradients.values.map(\.bitPattern) == gradients)
    }
    Machine.useVariant("reference")
    #expect(try network.lossAndGradients(batch) == loss)
    #expect(network.gradients.values.map(\.bitPattern) == gradients)
  }

  @Test("a packed document has the bits of the document alone")
  func packing() throws {
    let shape = Self.shapes[2]
    let network = try Self.network(shape, seed: 9)
    let batch = Self.batch(shape, seed: 10)
    let together = try network.forward(batch).logits.values
    for (start, end) in zip(batch.starts, batch.starts.dropFirst()) {
      let alone = PackedBatch(
        inputs: Array(batch.inputs[start..<end]), targets: Array(batch.targets[start..<end]),
        starts: [0, end - start])
      let logits = try network.forward(alone).logits.values
      #expect(logits == Array(together[start * shape.vocabulary..<end * shape.vocabulary]))
    }
  }

  @Test("a weight's gradient is a chain that goes on from the buffer")
  func microBatches() throws {
    var stream = RandomStream(seed: 1, path: ["micro"])
    let (rows, outputs, inputs) = (301, 13, 37)
    let dy = try FloatBuffer(rows * outputs)
    let x = try FloatBuffer(rows * inputs)
    for index in 0..<dy.count { dy.view[index] = Float(stream.normal()) }
    for index in 0..<x.count { x.view[index] = Float(stream.normal()) }
    let parts = try FloatBuffer(outputs * inputs)
    for range in [0..<100, 100..<101, 101..<301] {
      try TrainingKernels.linearWeightGradient(
        dy.view(range.lowerBound * outputs..<range.upperBound * outputs),
        x: x.view(range.lowerBound * inputs..<range.upperBound * inputs), into: parts.view,
        rows: range.count, inputs: inputs, outputs: outputs)
    }
    for output in 0..<outputs {
      for input in 0..<inputs {
        var sum: Float = 0
        for row in 0..<rows {
          sum.addProduct(dy.view[row * outputs + output], x.view[row * inputs + input])
        }
        #expect(parts.view[output * inputs + input] == sum + 0)
      }
    }
  }
}

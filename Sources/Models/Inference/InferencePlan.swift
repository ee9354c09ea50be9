import Kernels
import Synchronization
import Tensors

/// A network whose blocks are of the common kind, run on buffers that are made once: the fast way for
/// passes that nobody looks into and that no gradient goes through.
///
/// The bits are those of ``NetworkPass``, which runs everything else.
final class InferencePlan: Sendable {
  let blocks: [InferenceBlock]
  let rotations: [(description: RotaryDescription, frequencies: RotaryFrequencies)]
  let widths: InferenceBuffers.Widths
  let width: Int
  /// The buffers of the last pass, for the next one of as many rows.
  private let spare = Mutex<Spare>(Spare())

  private struct Spare: @unchecked Sendable {
    var buffers: InferenceBuffers?
  }

  /// Nil for a network that only the general pass can run.
  init?(_ network: NetworkDescription, weights: FrozenWeights) {
    var blocks: [InferenceBlock] = []
    var rotations: [RotaryDescription] = []
    var widths = InferenceBuffers.Widths(stream: network.width)
    do {
      for (layer, block) in network.blocks.enumerated() {
        guard
          let made = try InferenceBlock(
            block, layer: layer, weights: weights, rotations: &rotations)
        else { return nil }
        blocks.append(made)
        widths.query = max(widths.query, block.attention.queryWidth)
        widths.key = max(widths.key, block.attention.keyWidth)
        widths.hidden = max(widths.hidden, block.feedForward.width)
      }
      self.rotations = try rotations.map {
        (
          $0,
          try RotaryFrequencies(base: $0.base, pairs: $0.width / 2, scaling: $0.scaling)
        )
      }
    } catch { return nil }
    (self.blocks, self.widths, width) = (blocks, widths, network.width)
  }

  /// Whether a pass may go this way.
  func serves(_ options: PassOptions, _ state: TokenState, _ caches: [KeyValueCache]) -> Bool {
    options.hooks.isEmpty && options.change == nil && options.skippedLayers.isEmpty
      && options.maskRules.isEmpty && options.masks.isEmpty && options.refreshedFrom == nil
      && !state.x.isRecorded
      && caches.count == state.lengths.count && state.rows > 0
      && caches.allSatisfy { $0.rotation == .early } && ascends(state, caches)
  }

  /// Windows are ranges of entries only where positions ascend.
  private func ascends(_ state: TokenState, _ caches: [KeyValueCache]) -> Bool {
    blocks.indices.allSatisfy { layer in
      if blocks[layer].description.attention.window == nil { return true }
      return zip(state.sequences, caches).allSatisfy { range, cache in
        let rows = state.positions[range]
        return zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
          && cache.layers[layer].heads.allSatisfy { head in
            head.ascends && (head.positions.last ?? -1) < (rows.first ?? Int32.max)
          }
      }
    }
  }

  /// Takes rows through all blocks; the caches take their keys and values.
  ///
  /// - Returns: the stream behind the last block, `[rows, width]`.
  func run(_ state: TokenState, caches: inout [KeyValueCache]) throws -> Tensor {
    let rows = state.rows
    let buffers = try taken(rows)
    try state.x.value.withElements(of: Float.self) {
      _ = buffers.stream.update(fromContentsOf: $0)
    }
    let angles = try angles(state.positions)
    let sequences = state.sequences
    let origins = state.origins.map { $0.first ?? 0 }
    for layer in blocks.indices {
      try Cancellation.check()
      try block(layer, buffers, angles).run(
        positions: state.positions, origins: origins, sequences: sequences, caches: &caches)
    }
    let result = try Tensor(shape: state.x.shape, of: Float.self) {
      _ = $0.update(fromContentsOf: buffers.stream)
    }
    spare.withLock { $0.buffers = buffers }
    return result
  }

  /// The angles of rows, for each of the rotations.
  func angles(_ positions: [Int32]) throws(KernelError) -> [RotaryAngles<Float>] {
    var angles: [RotaryAngles<Float>] = []
    for rotation in rotations {
      angles.append(try RotaryAngles(rotation.frequencies, positions: .whole(positions)))
    }
    return angles
  }

  /// A block over the rows of the buffers.
  func block(_ layer: Int, _ buffers: InferenceBuffers, _ angles: [RotaryAngles<Float>])
    -> BlockRun
  {
    BlockRun(
      block: blocks[layer], layer: layer, buffers: buffers, rows: buffers.rows, width: width,
      angles: blocks[layer].rotation.map { (angles[$0], rotations[$0].description.pairing) })
  }

  private func taken(_ rows: Int) throws(KernelError) -> InferenceBuffers {
    let found = spare.withLock { spare in
      defer { spare.buffers = nil }
      return spare
    }
    if let buffers = found.buffers, buffers.rows == rows { return buffers }
    return try InferenceBuffers(rows: rows, widths: widths)
  }
}

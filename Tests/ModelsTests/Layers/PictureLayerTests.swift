import Kernels
import Tensors
import Testing

@testable import Models

@Suite("Layers of pictures and grids") struct PictureLayerTests {
  typealias Check = LayerChecking

  @Test("a convolution is the sum over its window, strided, padded, in groups")
  func convolutionTwin() throws {
    let layer = try ConvolutionLayer.picture(4, 6, size: 3, stride: 2, padding: 1, groups: 2)
    let x = try Check.tensor([2, 4, 5, 6], "x")
    let values = try Check.values(of: layer)
    let (weight, bias, all) = (values[0].doubles, values[1].doubles, x.doubles)
    var wanted: [Double] = []
    for b in 0..<2 {
      for o in 0..<6 {
        for y in 0..<3 {
          for z in 0..<3 {
            var sum = bias[o]
            for c in 0..<2 {
              for i in 0..<3 {
                for j in 0..<3 {
                  let (row, column) = (2 * y + i - 1, 2 * z + j - 1)
                  guard (0..<5).contains(row), (0..<6).contains(column) else { continue }
                  let channel: Int = b * 4 + o / 3 * 2 + c
                  let value: Double = all[(channel * 5 + row) * 6 + column]
                  let tap: Int = ((o * 2 + c) * 3 + i) * 3 + j
                  sum += weight[tap] * value
                }
              }
            }
            wanted.append(sum)
          }
        }
      }
    }
    Check.expectClose(try Check.run(layer, x, values: values), wanted, shape: [2, 6, 3, 3])
  }

  @Test("convolutions of pictures and lines have the gradients of their slopes")
  func gradients() throws {
    let picture = try Check.tensor([2, 2, 4, 4], "x")
    try Check.checkGradients(
      of: ConvolutionLayer.picture(2, 4, size: 3, stride: 2, padding: 1, groups: 2), picture)
    try Check.checkGradients(
      of: ConvolutionLayer.picture(2, 3, size: 2, stride: 2, isTransposed: true), picture)
    let line = try Check.tensor([2, 3, 5], "line")
    try Check.checkGradients(of: ConvolutionLayer.causalLine(3, 2, size: 3), line)
    try Check.checkGradients(of: GroupNormLayer(2, groups: 1), picture)
  }

  @Test("a causal line sees no later place")
  func causal() throws {
    let layer = try ConvolutionLayer.causalLine(2, 2, size: 3)
    let values = try Check.values(of: layer)
    let x = try Check.tensor([1, 2, 6], "x")
    let early: [TensorIndex] = [.all, .all, .range(start: 0, end: 4)]
    let all = try Check.run(layer, x, values: values)
    #expect(all.shape == [1, 2, 6])
    #expect(try Check.run(layer, x.indexed(early), values: values) == all.indexed(early))
  }

  @Test("squares stand row by row, go through one map, and come back as the picture")
  func patches() throws {
    let layer = try PatchLayer(channels: 2, height: 4, width: 6, side: 2, outputs: 5)
    let x = try Check.tensor([2, 2, 4, 6], "x")
    let squares = try layer.squares(of: Variable(constant: x))
    #expect(squares.shape == [2, 6, 8])
    // Square 4 of picture 1 begins at row 2, column 2; its second channel is 4 numbers behind.
    let place: [TensorIndex] = [.at(1), .at(4), .at(4)]
    #expect(
      try squares.value.indexed(place).doubles
        == x.indexed([.at(1), .at(1), .at(2), .at(2)]).doubles)
    #expect(try layer.picture(of: squares).value == x)
    let values = try Check.values(of: layer)
    let named = NamedValues(layer, values)
    let weight = NaiveLayers.rows(try named["map.weight"].reshaped([5, 8]))
    let wanted = NaiveLayers.rows(squares.value).flatMap {
      NaiveLayers.linear($0, weight, named.numbers("map.bias"))
    }
    Check.expectClose(try Check.run(layer, x, values: values), wanted, shape: [2, 6, 5])
    #expect(throws: ModelError.self) {
      try PatchLayer(channels: 1, height: 4, width: 5, side: 2, outputs: 3)
    }
    #expect(throws: TensorError.self) {
      try Check.run(layer, Check.tensor([1, 2, 4, 4], "other"), values: values)
    }
  }

  @Test("an MLP over tokens is the MLP of each channel's tokens")
  func tokenTwin() throws {
    let layer = try TokenMLPLayer(tokens: 4, inner: 5)
    let x = try Check.tensor([2, 4, 3], "x")
    let values = try Check.values(of: layer)
    let named = NamedValues(layer, values)
    var wanted = [Double](repeating: 0, count: 24)
    for entry in 0..<2 {
      let rows = NaiveLayers.entry(x, entry)
      for channel in 0..<3 {
        let hidden = named.linear("mlp.up", rows.map { $0[channel] }).map(NaiveLayers.gelu)
        for (token, value) in named.linear("mlp.down", hidden).enumerated() {
          wanted[(entry * 4 + token) * 3 + channel] = value
        }
      }
    }
    Check.expectClose(try Check.run(layer, x, values: values), wanted, shape: [2, 4, 3])
  }

  @Test("an MLP along a grid's axis mixes rafts of channels", arguments: [1, 2])
  func gridTwin(raft: Int) throws {
    for axis in GridMLPLayer.Axis.allCases {
      let layer = try GridMLPLayer(axis, height: 2, width: 3, raft: raft)
      let x = try Check.tensor([2, 6, 4], "x")
      let values = try Check.values(of: layer)
      let named = NamedValues(layer, values)
      let (length, own) = (axis == .column ? 2 : 3, 4 / raft)
      var wanted = [Double](repeating: 0, count: 48)
      for entry in 0..<2 {
        for line in 0..<(6 / length) {
          for channel in 0..<own {
            // The place of raft's member r at step s of the line: channels r · own + channel.
            func place(_ r: Int, _ s: Int) -> Int {
              let token = axis == .column ? s * 3 + line : line * 3 + s
              return (entry * 6 + token) * 4 + r * own + channel
            }
            let places = (0..<raft).flatMap { r in (0..<length).map { place(r, $0) } }
            let hidden = named.linear("mlp.up", places.map { x.doubles[$0] })
              .map(NaiveLayers.gelu)
            for (place, value) in zip(places, named.linear("mlp.down", hidden)) {
              wanted[place] = value
            }
          }
        }
      }
      Check.expectClose(try Check.run(layer, x, values: values), wanted, shape: [2, 6, 4])
    }
  }

  @Test("a raft over a column of one row is an MLP over channel groups, and has its gradients")
  func gridEdges() throws {
    let x = try Check.tensor([2, 6, 4], "x")
    try Check.checkGradients(of: GridMLPLayer(.row, height: 2, width: 3, raft: 2), x)
    try Check.checkGradients(of: TokenMLPLayer(tokens: 6, inner: 3), x)
    let column = try GridMLPLayer(.column, height: 6, width: 1)
    let mixer = try TokenMLPLayer(tokens: 6, inner: 12)
    let values = try Check.values(of: column)
    // With one channel a raft, a column is MLP-Mixer's.
    Check.expectClose(
      try Check.run(column, x, values: values),
      try Check.run(mixer, x, values: values).doubles, shape: [2, 6, 4])
    #expect(throws: TensorError.self) {
      try Check.run(
        GridMLPLayer(.row, height: 2, width: 3, raft: 3), x, values: values)
    }
  }

  @Test("a network of pictures has the gradients of its slopes", arguments: 0..<3)
  func vision(kind: Int) throws {
    let mixing: VisionNetwork.Mixing = [.attention, .mlp(inner: 3), .grid(raft: 2)][kind]
    let network = try VisionNetwork(
      height: 4, width: 4, side: 2,
      sizes: .init(width: 4, heads: 2, layers: 1, inner: 3, hasBias: false),
      classes: 3, mixing: mixing)
    try Check.checkGradients(of: network, Check.tensor([2, 1, 4, 4], "x"))
  }
}

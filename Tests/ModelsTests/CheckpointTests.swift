import Files
import Tensors
import Testing

@testable import Models

@Suite("Checkpoints of every decoder") struct CheckpointTests {
  /// Logits within 1e-4 of the largest one.
  static let tolerance = 1e-4

  @Test("logits agree with the reference", arguments: Fixture.decoders)
  func logits(name: String) throws {
    let fixture = Fixture(name: name)
    let file = try fixture.expected()
    for (index, ids) in try fixture.prompts().enumerated() {
      let model = try fixture.load(for: ids.count)
      let distance = Fixture.distance(
        try model.logits(ids: ids), try file.tensor("logits\(index)"))
      #expect(distance <= Self.tolerance, "ids\(index): \(distance)")
    }
  }

  @Test("logits of GGUF files agree with the reference", arguments: Fixture.ggufs)
  func ggufLogits(name: String) throws {
    let fixture = Fixture(name: name)
    let file = try fixture.expected()
    for (index, ids) in try fixture.prompts().enumerated() {
      let model = try fixture.load(path: fixture.gguf, for: ids.count)
      var expected = try file.tensor("logits\(index)")
      var found = try model.logits(ids: ids)
      if name == "mistral" {
        // The converter leaves the window out: the same as long as it holds the whole text.
        expected = try expected.indexed([.range(start: 0, end: 6)])
        found = try found.indexed([.range(start: 0, end: 6)])
      }
      let distance = Fixture.distance(found, expected)
      #expect(distance <= Self.tolerance, "ids\(index): \(distance)")
    }
  }

  @Test("older configurations are the same network", arguments: Fixture.older)
  func older(name: String) throws {
    let fixture = Fixture(name: name)
    for context in [nil, 24] where context == nil || !name.hasPrefix("gpt2") {
      let new = try Architectures.reading(
        json: try fixture.json(), path: name, contextLength: context)
      let old = try Architectures.reading(
        json: try fixture.json("config.older.json"), path: name, contextLength: context)
      #expect(new.network == old.network)
      #expect(new.recipes == old.recipes)
    }
  }

  @Test(
    "every intermediate agrees with the reference", arguments: ["llama", "gpt2", "gemma2"])
  func intermediates(name: String) throws {
    let fixture = Fixture(name: name)
    let model = try fixture.load()
    let file = try fixture.expected()
    let ids = try fixture.prompts()[0]
    let captures = HookCaptures()
    var options = PassOptions()
    try options.hooks.capture("*", into: captures)
    var caches: [KeyValueCache] = []
    _ = try model.run([try SequenceInput(ids: ids)], caches: &caches, options: options)
    var compared = 0
    for capture in captures.all {
      guard let expected = try expected(file, name, capture.point) else { continue }
      var value = capture.value
      if value.rank == 4 { value = try value.reshaped(Array(value.shape.dropFirst())) }
      let distance =
        capture.point.site == .attentionScores
        ? try visibleDistance(value, expected) : Fixture.distance(value, expected)
      #expect(distance <= Self.tolerance, "\(capture.point.name): \(distance)")
      compared += 1
    }
    // gpt2 has neither a gate's own site in the file nor turned keys; gemma2 norms behind both parts.
    #expect(compared >= 2 * 14 + 2, "\(compared) sites")
  }

  private func expected(_ file: SafetensorsFile, _ name: String, _ point: HookPoint) throws
    -> Tensor?
  {
    let site: String
    switch point.site {
    case .attentionOutputNorm: site = "attn_post_norm"
    case .feedForwardOutputNorm: site = "ffn_post_norm"
    // Without a gate the one projection is the up one.
    case .gate where name == "gpt2": site = "ffn_up"
    // The file's token rows do not have the positions yet.
    case .embedding where name == "gpt2": return nil
    default: site = point.site.rawValue
    }
    let full = (point.layer.map { "layers.\($0)." } ?? "") + site
    return file.contains(full) ? try file.tensor(full) : nil
  }

  /// Masked scores are near -3.4e38 in the file, and anything here.
  private func visibleDistance(_ a: Tensor, _ b: Tensor) throws -> Double {
    let seen = zip(a.doubles, b.doubles).filter { $0.1 > -1e30 }
    let largest = seen.reduce(0) { max($0, abs($1.1)) }
    return seen.reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }
}

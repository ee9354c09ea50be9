import Tensors
import Testing

@testable import Training

@Suite("Probes") struct ProbeTests {
  /// Points around the corners of a square; the class is the corner, or whether its signs differ.
  static func points(_ count: Int, isXOR: Bool) throws -> (features: Tensor, labels: [Int32]) {
    var stream = RandomStream(seed: 3, path: ["points"])
    var (features, labels): ([Float], [Int32]) = ([], [])
    for _ in 0..<count {
      let (x, y) = (stream.int(below: 2), stream.int(below: 2))
      features.append(Float(Double(2 * x - 1) + 0.2 * stream.normal()))
      features.append(Float(Double(2 * y - 1) + 0.2 * stream.normal()))
      labels.append(isXOR ? Int32(x ^ y) : Int32(2 * x + y))
    }
    return (try Tensor(features, shape: [count, 2]), labels)
  }

  static let quick = Probe.Configuration(hidden: 16, steps: 120, batch: 32, rate: 0.02, seed: 5)

  @Test("a hidden layer finds what is not linear, and nobody finds exchanged labels")
  func square() throws {
    let corners = try Self.points(300, isXOR: false)
    var linear = Self.quick
    linear.hidden = 0
    let simple = try Probe.train(features: corners.features, labels: corners.labels, linear)
    #expect(simple.accuracy > 0.98 && simple.trainingAccuracy > 0.98 && simple.classes == 4)
    #expect(simple.rows.count == 60 && simple.majority < 0.45)
    let null = try #require(simple.nullAccuracy)
    #expect(null < 0.45)
    let crossed = try Self.points(300, isXOR: true)
    let blind = try Probe.train(features: crossed.features, labels: crossed.labels, linear)
    let seeing = try Probe.train(features: crossed.features, labels: crossed.labels, Self.quick)
    #expect(blind.accuracy < 0.8 && seeing.accuracy > 0.98)
  }

  @Test("groups stay together, and accuracies by a key count them")
  func groups() throws {
    let data = try Self.points(120, isXOR: false)
    let groups = (0..<120).map { $0 / 10 }
    var settings = Self.quick
    (settings.steps, settings.heldOut, settings.nulls) = (10, 0.25, 2)
    let probe = try Probe.train(
      features: data.features, labels: data.labels, groups: groups, settings)
    #expect(probe.rows.count == 30 && Set(probe.rows.map { groups[$0] }).count == 3)
    #expect(probe.labels == probe.rows.map { data.labels[$0] })
    let keys = (0..<120).map { $0 % 10 }
    let parts = probe.accuracy(by: keys)
    #expect(parts.map(\.key) == Array(0..<10) && parts.allSatisfy { $0.count == 3 })
    for part in parts {
      let places = probe.rows.indices.filter { keys[probe.rows[$0]] == part.key }
      #expect(part.right == places.count { probe.predictions[$0] == probe.labels[$0] })
      let null = probe.nullIsRight.reduce(0) { sum, right in sum + places.count { right[$0] } }
      #expect(part.nullShare == Double(null) / 6)
    }
    let right = parts.reduce(0) { $0 + $1.right }
    #expect(probe.accuracy == Double(right) / 30 && probe.nullIsRight.count == 2)
    #expect(
      try #require(probe.nullAccuracy) == Double(
        probe.nullIsRight.reduce(0) { $0 + $1.count { $0 } }) / 60)
  }

  @Test("the same again with a seed, whatever the scale of the features")
  func again() throws {
    let data = try Self.points(80, isXOR: true)
    var settings = Self.quick
    settings.steps = 20
    func predictions(_ features: Tensor, _ settings: Probe.Configuration) throws -> [Int32] {
      let probe = try Probe.train(features: features, labels: data.labels, settings)
      return probe.predictions + probe.rows.map { Int32($0) }
    }
    let first = try predictions(data.features, settings)
    #expect(try predictions(data.features, settings) == first)
    // By a power of two, so that nothing is rounded; a column that does not vary says nothing.
    let scaled = try Tensor(data.features.floats.map { $0 * 1024 }, shape: [80, 2])
    #expect(try predictions(scaled, settings) == first)
    settings.seed = 6
    #expect(try predictions(data.features, settings) != first)
  }

  @Test("constant columns and untrained probes have an answer too")
  func edges() throws {
    let features = try Tensor([Float](repeating: 3, count: 20), shape: [10, 2])
    let labels: [Int32] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    var settings = Probe.Configuration(hidden: 0, steps: 0, nulls: 0)
    let probe = try Probe.train(features: features, labels: labels, settings)
    // All scores are equal: the lowest class.
    #expect(probe.predictions == [0, 0] && probe.nullAccuracy == nil)
    settings.steps = 50
    settings.rate = 0.1
    #expect(
      try Probe.train(features: features, labels: labels, settings).predictions == [0, 0])
  }

  @Test("what cannot be is refused")
  func refused() throws {
    let data = try Self.points(10, isXOR: false)
    func message(
      _ features: Tensor, _ labels: [Int32], groups: [Int]? = nil,
      _ change: (inout Probe.Configuration) -> Void = { _ in }
    ) throws -> String {
      var settings = Self.quick
      change(&settings)
      let error = #expect(throws: TrainingError.self) {
        try Probe.train(features: features, labels: labels, groups: groups, settings)
      }
      return "\(error?.code ?? ""): \(error?.message ?? "")"
    }
    let own = data.labels
    #expect(
      try message(data.features, Array(own.dropLast()))
        == "E0695: the number of labels is 9, but there are 10 rows of features")
    #expect(
      try message(data.features, own, groups: [1])
        == "E0695: the number of groups is 1, but there are 10 rows of features")
    #expect(
      try message(data.features, own, groups: [Int](repeating: 1, count: 10))
        == "E0696: there are 1 examples, but one batch takes 2")
    #expect(try message(data.features, [-1] + own.dropFirst()).hasPrefix("E0695: a label is -1"))
    #expect(
      try message(data.features.reshaped([20]), own).hasPrefix("E0695: the features' axes is 1"))
    let broken = try data.features.replacing(at: [.at(1), .at(0)], with: .scalar(.float(.nan)))
    #expect(try message(broken, own).hasPrefix("E0695: feature 0 of row 1 is nan"))
    for change: (inout Probe.Configuration) -> Void in [
      { $0.heldOut = 0 }, { $0.heldOut = 1 }, { $0.hidden = -1 }, { $0.steps = -1 },
      { $0.batch = 0 }, { $0.nulls = -1 },
    ] {
      #expect(try message(data.features, own, change).hasPrefix("E0695"))
    }
  }
}

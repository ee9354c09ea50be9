import Tensors
import Testing

@testable import Training

@Suite("Splits by hash") struct SeededSplitTests {
  static let documents = (0..<4000).map { "document \($0)" }

  @Test("a document falls on one side, whatever is around it")
  func stable() throws {
    let split = try SeededSplit(seed: 1, shares: [8, 1, 1])
    let sides = try split.sides(of: Self.documents)
    #expect(sides.joined().sorted() == Array(0..<4000))
    #expect(sides.allSatisfy { $0 == $0.sorted() })
    var stream = RandomStream(seed: 5)
    let order = stream.permutation(4000).prefix(500)
    let some = try split.sides(of: order.map { Self.documents[$0] })
    for (side, places) in some.enumerated() {
      for place in places { #expect(sides[side].contains(order[order.startIndex + place])) }
    }
    #expect(try SeededSplit(seed: 1, shares: [0.8, 0.1, 0.1]).sides(of: Self.documents) == sides)
  }

  @Test("sides get their shares; another seed parts otherwise; more for one keeps what it had")
  func shares() throws {
    let sides = try SeededSplit(seed: 2, shares: [0.7, 0.3]).sides(of: Self.documents)
    // Four standard errors of 4,000 are 0.03.
    #expect(abs(Double(sides[1].count) / 4000 - 0.3) < 0.03)
    let other = try SeededSplit(seed: 3, shares: [0.7, 0.3]).sides(of: Self.documents)
    let both = Set(sides[1]).intersection(other[1]).count
    #expect(abs(Double(both) / 4000 - 0.09) < 0.02)
    let more = try SeededSplit(seed: 2, shares: [0.8, 0.2]).sides(of: Self.documents)
    #expect(Set(sides[0]).isSubset(of: more[0]))
  }

  @Test("a side without a share gets nothing")
  func nothing() throws {
    for shares in [[0.0, 1, 0], [1e-300, 1, 0]] {
      let sides = try SeededSplit(seed: 4, shares: shares).sides(of: Self.documents)
      #expect(sides[1].count == 4000)
    }
  }

  @Test(
    "shares that cannot be are refused",
    arguments: [
      ([], "the sum of the shares is 0.0, but it must be a number above 0"),
      ([0, 0], "the sum of the shares is 0.0, but it must be a number above 0"),
      ([0.5, -0.5], "a share is -0.5, but it must be a number from 0 on"),
      ([.infinity], "a share is inf, but it must be a number from 0 on"),
      ([.nan, 1], "a share is nan, but it must be a number from 0 on"),
      (
        [.greatestFiniteMagnitude, .greatestFiniteMagnitude],
        "the sum of the shares is inf, but it must be a number above 0"
      ),
    ])
  func refused(shares: [Double], message: String) {
    let error = #expect(throws: TrainingError.self) { try SeededSplit(seed: 1, shares: shares) }
    #expect(error?.message == message && error?.code == "E0695")
  }
}

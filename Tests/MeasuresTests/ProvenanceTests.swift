import Kernels
import Models
import Tensors
import Testing

@testable import Measures

@Suite("Provenance by the order of training") struct ProvenanceTests {
  private static let model = TableModel(
    rows: [[0.5, 1, -1, 0], [2, 0, 0.25, 0], [-0.5, 0.75, 1, 0], [1, 1, 0, 0]], contextLength: 5)

  private static func documents(_ count: Int, seed: UInt64) -> [[Int32]] {
    var stream = RandomStream(seed: seed, path: ["documents"])
    return (0..<count).map { _ in
      (0..<(2 + stream.int(below: 9))).map { _ in Int32(stream.int(below: 4)) }
    }
  }

  /// This model looks at one token, so that windows cannot change a sum.
  @Test("a document's likelihood is the sum over its tokens, behind the marker and a prompt")
  func likelihood() throws {
    let documents = Self.documents(30, seed: 1)
    let prompts = Self.documents(30, seed: 2)
    for marker in [nil, 3] as [Int32?] {
      var model = Self.model
      model.bosID = marker
      for given in [nil, prompts] {
        let found = try DocumentLikelihood.measured(model, documents: documents, prompts: given)
        for (index, document) in documents.enumerated() {
          let before = (marker.map { [$0] } ?? []) + (given?[index] ?? [])
          let row = before + document
          var losses: [Double] = []
          for place in max(before.count, 1)..<row.count {
            losses.append(
              Double(
                try TokenLoss.nats(model.rows[Int(row[place - 1])], row: 0, target: row[place])))
          }
          #expect(found[index].tokens == losses.count)
          #expect(found[index].logProbability == -Sums.sum(losses))
          #expect(found[index].mean == -Sums.sum(losses) / Double(losses.count))
        }
      }
    }
    #expect(
      throws: MeasureError.undefined(
        measure: "a document's likelihood", reason: "no token of document 1 is scored")
    ) { try DocumentLikelihood.measured(Self.model, documents: [[1, 2], [1]]) }
    #expect(throws: MeasureError.self) {
      try DocumentLikelihood.measured(Self.model, documents: [[1, 2]], prompts: [])
    }
  }

  @Test("documents together have the bits of each alone, those cut into windows too")
  func together() throws {
    let sizes = ModelSizes(layers: 2, width: 16, heads: 2, vocabulary: 4, context: 5)
    let model = try MadeModel(sizes, fresh: .init(seed: 4)).model()
    let documents = Self.documents(120, seed: 3)
    let all = try DocumentLikelihood.measured(model, documents: documents)
    for (document, found) in zip(documents, all) {
      #expect(try DocumentLikelihood.measured(model, documents: [document]) == [found])
      if document.count <= 5 {
        let loss = try NegativeLogLikelihood(model, ids: document)
        #expect(found.logProbability == -loss.nats)
      }
    }
  }

  /// The longest n-gram at the beginning of a text, and who has it, by looking everywhere.
  private static func naive(_ text: ArraySlice<Int32>, _ documents: [[Int32]], _ longest: Int)
    -> (length: Int, documents: [Int])
  {
    for length in stride(from: min(longest, text.count), through: 1, by: -1) {
      let wanted = Array(text.prefix(length))
      let found = documents.indices.filter { index in
        let document = documents[index]
        return document.count >= length
          && (0...document.count - length).contains {
            Array(document[$0..<$0 + length]) == wanted
          }
      }
      if !found.isEmpty { return (length, found) }
    }
    return (0, [])
  }

  @Test("the index finds what a scan finds", arguments: [1, 2, 3, 8])
  func index(longest: Int) throws {
    let corpus = Self.documents(40, seed: 5) + [[], [2], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]
    let index = try NGramIndex(corpus, longest: longest)
    // Ids that the corpus does not have, and none at all.
    let texts = Self.documents(25, seed: 6) + [[9, 1, 2], [], [-1, 2], [3]]
    for text in texts {
      for start in 0...text.count {
        let found = index.match(text[start...])
        let wanted = Self.naive(text[start...], corpus, longest)
        #expect(found.length == wanted.length)
        #expect(index.documents(of: found) == wanted.documents)
      }
    }
    #expect(throws: MeasureError.setting(name: "longest", value: 0, range: "at least 1")) {
      try NGramIndex(corpus, longest: 0)
    }
    #expect(throws: MeasureError.self) { try NGramIndex([[1, -2]]) }
  }

  @Test("counts of all, of drawn and of unique matches equal those of a scan")
  func counts() throws {
    let corpus = Self.documents(30, seed: 7)
    let texts = Self.documents(30, seed: 8)
    let index = try NGramIndex(corpus, longest: 4)
    var (all, unique, places, drawn) = ([0], [0], 0, 0)
    all = [Int](repeating: 0, count: 30)
    unique = all
    for text in texts where text.count >= 4 {
      for start in 0...text.count - 4 {
        places += 1
        let found = Self.naive(text[start...], corpus, 4).documents
        for document in found { all[document] += 1 }
        if found.count == 1 { unique[found[0]] += 1 }
        if !found.isEmpty { drawn += 1 }
      }
    }
    func counted(_ matches: NGramOrderCounts.Matches) throws -> NGramOrderCounts {
      try NGramOrderCounts(
        of: texts, in: index, counting: matches, stream: RandomStream(seed: 1))
    }
    let whole = try counted(.all)
    #expect(whole.counts == all && whole.places == places)
    let total = all.reduce(0, +)
    let weighted = all.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    #expect(abs((whole.meanStep ?? 0) - Double(weighted) / Double(total)) < 1e-12)
    #expect(try counted(.unique).counts == unique)
    let some = try counted(.stratified)
    #expect(some.counts.reduce(0, +) == drawn && some.matched == drawn)
    #expect(zip(some.counts, all).allSatisfy { $0 <= $1 })
    let none = try NGramOrderCounts(of: [[9, 9, 9, 9]], in: index, stream: RandomStream(seed: 1))
    #expect(none.meanStep == nil && none.meanLength == nil && none.places == 1)
  }

  private static func test(_ figures: [Double], _ statistic: OrderTest.Statistic = .rank) throws
    -> OrderTest
  {
    try OrderTest(figures, statistic: statistic, stream: RandomStream(seed: 9))
  }

  @Test("what rises along the order has a small p, the reverse the other sign")
  func direction() throws {
    var stream = RandomStream(seed: 2, path: ["figures"])
    let figures = (0..<200).map { Double($0) / 200 + stream.normal() }
    for statistic in OrderTest.Statistic.allCases {
      let forward = try Self.test(figures, statistic)
      let backward = try Self.test(figures.reversed(), statistic)
      #expect((forward.p ?? 1) < 1e-3 && forward.permutations.p == 1.0 / 1000)
      #expect(abs((forward.correlation ?? 0) + (backward.correlation ?? 0)) < 1e-12)
      #expect(abs((forward.p ?? 0) + (backward.p ?? 0) - 1) < 1e-12)
      let expected = (forward.correlation ?? 0) * 199.0.squareRoot()
      #expect(abs((forward.z ?? 0) - expected) < 1e-12)
    }
    #expect(throws: MeasureError.tooFew(measure: "a test of order", count: 2, needed: 3)) {
      try Self.test([1, 2])
    }
    #expect(try Self.test([1, 1, 1]).p == nil)
  }

  /// A model that does not know the order, and 240 orders that might have been: all that p promises.
  @Test(
    "under the null hypothesis p is uniform over the seeds of orders",
    arguments: [1, 2] as [UInt64])
  func uniform(seed: UInt64) throws {
    let documents = Self.documents(60, seed: seed + 20)
    var model = Self.model
    model.bosID = 0
    let means = try DocumentLikelihood.measured(model, documents: documents).map(\.mean)
    var (ranks, orders): ([Double], [Double]) = ([], [])
    for order in 0..<240 {
      var stream = RandomStream(seed: seed, path: ["alice", String(order)])
      let shuffled = stream.permutation(documents.count).map { means[$0] }
      let test = try OrderTest(
        shuffled, rounds: 199, stream: RandomStream(seed: UInt64(order), path: ["rounds"]))
      ranks.append(try #require(test.p))
      orders.append(try #require(test.permutations.p))
    }
    #expect(try UniformityTest(ranks).p > 0.005)
    // Multiples of 1/200: as far from uniform numbers as half a step at least.
    #expect(try UniformityTest(orders).p > 0.005)
    // The same test sees what is not uniform.
    #expect(try UniformityTest(ranks.map { $0 * $0 }).p < 1e-6)
  }

  @Test("scores against other orders: z, and p by each way")
  func reshuffled() throws {
    let others = [-1.0, 0, 1, 2, 3]
    let test = try ReshuffleTest(score: 4, others: others)
    let deviation = 2.5.squareRoot()
    #expect(abs((test.z ?? 0) - 3 / deviation) < 1e-12)
    #expect(test.rankP == 1.0 / 6 && test.count == 5)
    #expect(abs((test.normalP ?? 9) - NormalDistribution.upperTail(3 / deviation)) < 1e-15)
    // One new value against five: the t-test of a mean that is one value.
    let t = 3 / (deviation * 1.2.squareRoot())
    #expect(abs((test.p ?? 9) - StudentDistribution(degrees: 4).upperTail(t)) < 1e-12)
    #expect((test.p ?? 0) > (test.normalP ?? 1))
    let low = try ReshuffleTest(score: -2, others: others)
    #expect(abs((low.z ?? 0) + (test.z ?? 9)) < 1e-12 && low.rankP == 1)
    #expect(try ReshuffleTest(score: 1, others: [1, 1]).z == nil)
    #expect(try ReshuffleTest(score: 2, others: [1, 1]).p == 0)
    #expect(throws: MeasureError.self) { try ReshuffleTest(score: 1, others: [1]) }
    #expect(throws: MeasureError.self) { try ReshuffleTest(score: .nan, others: [1, 2]) }
  }
}

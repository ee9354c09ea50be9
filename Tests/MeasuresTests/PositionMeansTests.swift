import Kernels
import Testing

@testable import Measures

@Suite("Means by position") struct PositionMeansTests {
  private let sequences: [[Double]] = [
    [1, 2, 3, 4, 5, 6], [2, 2, 5], [], [0.5, 7, 1, 1, 2, 8], [3],
  ]

  @Test("each place is the mean of the sequences that reach it, with the textbook's error")
  func places() throws {
    let means = try PositionMeans(sequences)
    #expect(means.places.map(\.first) == [1, 2, 3, 4, 5, 6])
    #expect(means.places.map(\.last) == [1, 2, 3, 4, 5, 6])
    #expect(means.places.map(\.values) == [4, 3, 3, 2, 2, 2])
    for place in means.places {
      let values = sequences.filter { $0.count >= place.first }.map { $0[place.first - 1] }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
      #expect(abs(place.mean - mean) < 1e-12 && place.sequences == values.count)
      #expect(abs((place.standardError ?? -1) - error) < 1e-12)
    }
  }

  @Test("ranges take all values between their starts, and sequences as what varies")
  func ranges() throws {
    let means = try PositionMeans(sequences, starts: [2, 4, 9])
    #expect(
      means.places.map { [$0.first, $0.last, $0.values, $0.sequences] } == [
        [2, 3, 6, 3], [4, 6, 6, 2],
      ])
    let first = means.places[0]
    #expect(abs(first.mean - (2 + 3 + 2 + 5 + 7 + 1) / 6.0) < 1e-12)
    let errors = [5.0, 7, 8].map { $0 - 2 * first.mean }
    let expected = (1.5 * errors.reduce(0) { $0 + $1 * $1 }).squareRoot() / 6
    #expect(abs((first.standardError ?? -1) - expected) < 1e-12)
    // Values that are the same for all of a sequence are worth one each.
    let constant = try PositionMeans([[1, 1, 1, 1], [4, 4, 4, 4], [1, 1, 1, 1]], starts: [1])
    let single = try PositionMeans([[1], [4], [1]])
    #expect(constant.places[0].mean == single.places[0].mean)
    #expect(
      abs((constant.places[0].standardError ?? 0) - (single.places[0].standardError ?? 9)) < 1e-12)
  }

  @Test("one sequence has no error, and nothing has no mean")
  func refused() throws {
    #expect(try PositionMeans([[1, 2]]).places.map(\.standardError) == [nil, nil])
    #expect(throws: MeasureError.empty(measure: "a mean by position")) { try PositionMeans([[]]) }
    #expect(throws: MeasureError.empty(measure: "a mean by position")) {
      try PositionMeans([[1]], starts: [2])
    }
    #expect(
      throws: MeasureError.setting(name: "the start of a range", value: 0, range: "1 or more")
    ) {
      try PositionMeans([[1]], starts: [0])
    }
    #expect(
      throws: MeasureError.setting(name: "the start of a range", value: 3, range: "4 or more")
    ) {
      try PositionMeans([[1]], starts: [3, 3])
    }
  }
}

/// The class whose mean picture is nearest, by the sum of squared differences: what a classifier of pictures has
/// to be better than.
struct NearestCentroid {
  private let means: [(label: Int32, values: [Double])]

  /// - Parameter examples: all of one size.
  init(_ examples: [PictureExample]) {
    var sums: [Int32: (values: [Double], count: Int)] = [:]
    for example in examples {
      var sum = sums[example.label] ?? ([Double](repeating: 0, count: example.values.count), 0)
      for (place, value) in example.values.enumerated() { sum.values[place] += Double(value) }
      sum.count += 1
      sums[example.label] = sum
    }
    means = sums.sorted { $0.key < $1.key }.map { label, sum in
      (label, sum.values.map { $0 / Double(sum.count) })
    }
  }

  /// Of equally near ones the first; nil without examples.
  func label(of values: [Float]) -> Int32? {
    var best: (label: Int32, distance: Double)?
    for (label, mean) in means {
      let distance = zip(values, mean).reduce(0) { sum, pair in
        let difference = Double(pair.0) - pair.1
        return sum + difference * difference
      }
      if distance < best?.distance ?? .infinity { best = (label, distance) }
    }
    return best?.label
  }
}
